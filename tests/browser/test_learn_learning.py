"""A small set is trained in sight, and stopped, at a desk and on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.conftest import settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

SHORT = "/Learn?chapter=10&learning_epochs=4&learning_cases=8"
LONG = "/Learn?chapter=10&learning_epochs=20&learning_moving=Stages+3-4"


def open_chapter(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_role("button", name="Train", exact=True).wait_for()
    settled(page)


def test_the_small_set_is_trained_and_its_curves_stay(opened: Page, app_url: str) -> None:
    open_chapter(opened, app_url + SHORT)
    opened.get_by_text(re.compile("Not trained yet|before the page was loaded anew")).wait_for()  # the server keeps it
    opened.get_by_role("button", name="Train", exact=True).click()
    opened.get_by_text("Trained here, just now").wait_for(timeout=240_000)
    opened.locator(".st-key-learning-curves .js-plotly-plot").wait_for(timeout=20_000)
    opened.locator('[data-testid="stMetric"]').filter(has_text="This nodule").wait_for(timeout=20_000)


def test_a_run_can_be_stopped(opened: Page, app_url: str) -> None:
    open_chapter(opened, app_url + LONG)  # so long that it cannot end by itself before it is stopped
    opened.get_by_role("button", name="Train", exact=True).click()
    stop = opened.locator(".st-key-learning_stop button")  # the bar on top has a Stop of its own
    running = opened.get_by_text(re.compile(r"Epoch \d+ of 20"))
    running.wait_for(timeout=240_000)
    stop.click()
    opened.get_by_text("Trained here, just now").wait_for()
    settled(opened)
    assert stop.is_disabled()
    assert opened.get_by_role("button", name="Train", exact=True).is_enabled()
    assert running.count() == 0
