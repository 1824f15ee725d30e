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
    opened.goto(f"{app_url}/{path}")
    opened.get_by_role("heading", level=1).first.wait_for(timeout=60_000)
    for _ in range(5):  # what is drawn fades in, and is too grey on its way; a fault of ours stays
        settled(opened)
        if not (grave := faults(opened)):
            break
        opened.wait_for_timeout(2000)
    assert grave == []


def faults(page: Page) -> list[tuple[str, str, str]]:
    """Rule, element and reason of every serious fault."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    grave = [one for one in found if one["impact"] in GRAVE]
    return [(one["id"], node["html"][:200], node["failureSummary"][:300]) for one in grave for node in one["nodes"]]
