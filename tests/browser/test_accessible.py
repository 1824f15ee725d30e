"""No page has a serious fault that axe-core finds, at a desk or on a phone."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

GRAVE = {"serious", "critical"}


@pytest.mark.parametrize("path", ["", "Diagnose", "Compare_models", "Learn", "Cases"])
def test_axe_finds_nothing_serious(opened: Page, app_url: str, ready: None, path: str) -> None:
    from axe_playwright_python.sync_playwright import Axe

    opened.goto(f"{app_url}/{path}")
    opened.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    settled(opened)
    found = Axe().run(opened).response["violations"]
    grave = [(one["id"], node["html"][:200]) for one in found if one["impact"] in GRAVE for node in one["nodes"]]
    assert grave == []
