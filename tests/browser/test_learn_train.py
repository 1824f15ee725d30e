"""A small set is trained in sight, and stopped, at a desk and on a phone."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.test_diagnose import PROBES, SIZES, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

SHORT = "/Learn?chapter=10&learning_epochs=4&learning_cases=8"
LONG = "/Learn?chapter=10&learning_epochs=20&learning_moving=Stages+3-4"


@pytest.fixture(params=list(SIZES))
def page(browser: Browser, app_url: str, request: pytest.FixtureRequest) -> Iterator[Page]:
    width, height = SIZES[request.param]
    context = browser.new_context(viewport={"width": width, "height": height}, has_touch=request.param == "phone")
    opened, said = context.new_page(), []
    opened.on(
        "console", lambda m: said.append(m.text) if m.type == "error" and PROBES not in m.location["url"] else None
    )
    opened.on("pageerror", lambda error: said.append(str(error)))
    opened.set_default_timeout(120_000)
    yield opened
    sideways = opened.evaluate("document.documentElement.scrollWidth - innerWidth")
    context.close()
    assert said == []
    assert sideways <= 0


def open_chapter(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Train", exact=True).wait_for()
    settled(page)


def test_the_small_set_is_trained_and_its_curves_stay(page: Page, app_url: str) -> None:
    open_chapter(page, app_url + SHORT)
    page.get_by_text("Not trained yet").wait_for()
    page.get_by_role("button", name="Train", exact=True).click()
    page.get_by_text("Trained here, just now").wait_for(timeout=240_000)
    page.locator(".st-key-learning-curves .js-plotly-plot").wait_for(timeout=20_000)
    page.locator('[data-testid="stMetric"]').filter(has_text="This nodule").wait_for(timeout=20_000)


def test_a_run_can_be_stopped(page: Page, app_url: str) -> None:
    open_chapter(page, app_url + LONG)  # so long that it cannot end by itself before it is stopped
    page.get_by_role("button", name="Train", exact=True).click()
    stop = page.locator(".st-key-learning_stop button")  # the bar on top has a Stop of its own
    running = page.get_by_text(re.compile(r"Epoch \d+ of 20"))
    running.wait_for(timeout=240_000)
    stop.click()
    page.get_by_text("Trained here, just now").wait_for()
    settled(page)
    assert stop.is_disabled()
    assert page.get_by_role("button", name="Train", exact=True).is_enabled()
    assert running.count() == 0
