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
    assert lasting(opened) == []
    if opened.viewport_size == {"width": 1440, "height": 900}:  # colours are the same on a phone
        opened.emulate_media(color_scheme="dark")
        assert lasting(opened, "color-contrast") == []


def lasting(page: Page, *rules: str) -> list[tuple[str, str, str]]:
    """What stays: what is drawn fades in, and is too grey on its way."""
    for _ in range(5):
        settled(page)
        if not (grave := faults(page, *rules)):
            break
        page.wait_for_timeout(2000)
    return grave


def faults(page: Page, *rules: str) -> list[tuple[str, str, str]]:
    """Element and reason of every serious fault, by all rules or by these."""
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page, options={"runOnly": list(rules)} if rules else None).response["violations"]
    grave = [one for one in found if one["impact"] in GRAVE]
    return [(one["id"], node["html"][:200], node["failureSummary"][:300]) for one in grave for node in one["nodes"]]
