"""The Compare page as a researcher uses it: at a desk, and on a phone."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pytest

from sera_core.simulate.case import Pathology
from sera_core.simulate.cohort import any_cohort
from tests.browser.conftest import says, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


@pytest.fixture
def page(opened: Page, app_url: str) -> Page:
    """The page in each size."""
    opened.goto(f"{app_url}/Compare_models?study=real-frames&centres-real-frames=DDTI&centres-real-frames=LES3-A")
    opened.locator(".st-key-cell-12").wait_for(timeout=180_000)
    settled(opened)
    return opened


def cell(page: Page, number: int) -> Locator:
    return page.locator(f".st-key-cell-{number}").first


def near(page: Page, number: int) -> Locator:
    """Scroll to a cell, as a reader does, until it is drawn: cells above that are drawn late push it away again."""
    part = cell(page, number)
    drawn = part.get_by_text("Show the code")
    for _ in range(60):
        part.scroll_into_view_if_needed()
        if drawn.is_visible():
            break
        page.wait_for_timeout(1_000)
    drawn.wait_for(timeout=1_000)
    settled(page)
    part.scroll_into_view_if_needed()
    return part


def simulated_table() -> bytes:
    """Two models on eight simulated cases with their seeds; one of them is always wrong."""
    cases = any_cohort("internal", 8, 5)
    label = np.array([int(case.pathology is Pathology.MALIGNANT) for case in cases])
    base = pd.DataFrame(
        {
            "case_id": [case.patient_id for case in cases],
            "patient_id": [case.patient_id for case in cases],
            "centre": "internal",
            "role": "internal",
            "label": label,
            "domain": "simulated",
            "seed": [str(case.seed) for case in cases],
        }
    )
    good, bad = base.assign(model="good", probability=0.2 + 0.6 * label), base.assign(model="bad", probability=0.5)
    return pd.concat([good, bad]).to_csv(index=False).encode()


def test_first_paint_has_every_cell_with_its_figures(page: Page) -> None:
    assert cell(page, 11).locator(".js-plotly-plot").count() == 0  # far down: not drawn yet
    for number in (2, 3, 4, 5, 6, 7, 8, 10, 11):
        near(page, number)
        cell(page, number).locator(".js-plotly-plot").first.wait_for(timeout=60_000)
    says(cell(page, 1), "not pathology")
    says(cell(page, 11), "4 radiologist rows fit only 100 malignant and 50 benign")
    fold = cell(page, 11).get_by_text("Show the code")
    assert cell(page, 11).locator('[data-testid="stCode"]').count() == 0  # a closed fold holds nothing
    fold.click()
    says(cell(page, 11), "def audit(")
    assert "Traceback" not in page.locator("body").inner_text()


def test_the_cut_off_moves_only_its_own_part_and_everything_can_be_saved(page: Page) -> None:
    part = near(page, 4)
    part.locator('[class*="st-key-cut-"]').first.wait_for(timeout=60_000)
    handle = part.locator('[class*="st-key-cut-"] input, [class*="st-key-cut-"] [role="slider"]').first
    before = part.locator('[data-testid="stMarkdownContainer"]').first.inner_text()
    handle.focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    settled(page)
    assert part.locator('[data-testid="stMarkdownContainer"]').first.inner_text() == before
    with page.expect_download(timeout=60_000) as picture:
        cell(page, 2).locator(".modebar-btn").first.click()
    assert picture.value.suggested_filename == "sera-auc-real.svg"
    assert b"<svg" in picture.value.path().read_bytes()
    with page.expect_download(timeout=120_000) as report:
        cell(page, 12).get_by_role("button", name="Report (HTML)").click()
    text = report.value.path().read_text(encoding="utf-8")
    assert "Where does a model hold?" in text
    assert not re.search(r"<(?:script|link|img)[^>]+(?:src|href)=", text)


def test_a_missed_simulated_case_opens_beside_the_table(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{app_url}/Compare_models?from=Own+file")
    page.locator('input[type="file"]').wait_for(state="attached", timeout=120_000)
    page.locator('input[type="file"]').set_input_files(
        {"name": "mine.csv", "mimeType": "text/csv", "buffer": simulated_table()}
    )
    cell(page, 8).wait_for(timeout=180_000)
    table = near(page, 8).locator('[data-testid="stDataFrame"]').first
    table.wait_for(timeout=60_000)
    settled(page)
    table.scroll_into_view_if_needed()
    box = table.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 16, box["y"] + 54)  # the tick of the first row, below the header
    page.locator("svg[data-tool=pan] image.heat[href]").wait_for(timeout=120_000)
    says(cell(page, 8), "bad: 0.50")
    context.close()


def test_a_link_into_a_cell_far_down_keeps_what_it_chose(browser: Browser, app_url: str) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    page = context.new_page()
    page.goto(f"{app_url}/Compare_models?study=real-frames&raters=lite0-svm&raters=lite0-transfer&missed=any+of+them")
    cell(page, 8).wait_for(timeout=180_000)
    settled(page)
    chosen = near(page, 8).locator(".st-key-raters [data-testid='stMultiSelect']")
    says(cell(page, 8), "The size of a circle stands for nothing")
    assert [name in chosen.inner_text() for name in ("lite0-svm", "lite0-transfer", "lite0-finetune")] == [
        True,
        True,
        False,
    ]
    assert "raters=lite0-svm" in page.url
    says(cell(page, 8), "any of them")
    context.close()
