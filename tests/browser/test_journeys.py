"""Whole ways through the pages: from a file to the comparison, views and growth, a refusal, a phone's fingers."""

from __future__ import annotations

import json
import re
from datetime import date
from typing import TYPE_CHECKING

import pytest
from skimage.data import coins

from sera_core.cases.log import Log
from sera_core.exam import Histology, Nodule, Pathology, Plane, Size
from tests.browser.conftest import says, settled
from tests.browser.test_diagnose import (  # noqa: F401 - frame_png is a fixture
    board,
    box_of,
    choose_file,
    click,
    drag,
    frame_png,
    into_sight,
    on_board,
    pick,
    view_of,
)
from tests.exam.samples import exam, small, view
from tests.images.files import encode

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Locator, Page


@pytest.fixture
def page(opened: Page, app_url: str, ready: None) -> Page:
    """Diagnose, in each size."""
    opened.goto(f"{app_url}/Diagnose")
    board(opened).wait_for()
    settled(opened)
    return opened


@pytest.fixture(scope="module")
def others(database: str) -> Log:
    """What colleagues saved before: six nodules with their pathology, and an exam of a year ago."""
    log = Log(url=database)
    for seed, histology in enumerate([Histology.MALIGNANT, Histology.BENIGN] * 3):
        one = Nodule((view(image=small(seed), probability=0.4 + seed / 20),), pathology=Pathology(None, histology))
        log.save(exam(one, code=f"C-{seed}"))
    log.save(exam(Nodule((view(Plane.TRANSVERSE),), typed=Size(9, 7, 8)), code="G-1", day=date(2024, 3, 1)))
    return log


def glance(page: Page) -> str:
    return page.locator(".st-key-glance h4").inner_text()


def cell(page: Page, number: int) -> Locator:
    return page.locator(f".st-key-cell-{number}")


def fill(page: Page, label: str, text: str) -> None:
    field = page.get_by_label(label, exact=True).first
    field.fill(text)
    field.press("Enter")
    settled(page)


def door(page: Page, title: str) -> None:
    page.locator(".st-key-doors").get_by_role("link", name=title).click()
    page.get_by_role("heading", level=1).wait_for()
    settled(page)


def choose(page: Page, label: str, option: re.Pattern[str]) -> None:
    box = page.get_by_role("combobox", name=re.compile(label))
    box.scroll_into_view_if_needed()
    page.wait_for_timeout(500)  # a list closes when the page scrolls
    box.click()
    page.get_by_role("option", name=option).click()
    settled(page)


def test_from_a_file_to_the_comparison(page: Page, others: Log, frame_png: bytes) -> None:  # noqa: F811
    width = (page.viewport_size or {"width": 0})["width"]
    code = f"J-{width}"
    choose_file(page, "frame.png", frame_png)
    x, y, wide, high = box_of(page)
    pick(page, "Region")
    click(page, (x + wide / 2, y + high / 2))
    says(cell(page, 2), "Your box")
    pick(page, "Outline")
    drag(page, *pulled(page))
    says(cell(page, 2), "You outlined it")
    cell(page, 5).get_by_text("Solid", exact=True).first.click()
    settled(page)
    says(cell(page, 5), "yours")
    fill(page, "Largest dimension of the nodule (mm)", "14")
    says(cell(page, 6), "14 mm")
    said = glance(page)
    fill(page, "Case code", code)
    page.get_by_role("button", name="Save", exact=True).click()
    says(cell(page, 7), "Saved as")
    door(page, "Learn")
    door(page, "Diagnose")
    page.get_by_text("frame.png is still here.").wait_for()
    assert glance(page) == said
    door(page, "Cases")
    fill(page, "Code holds", code)
    page.get_by_role("button", name="Reopen in Diagnose").click()
    page.get_by_text(f"Case {code}, nodule 1 is still here.").wait_for()
    settled(page)
    assert glance(page) == said
    says(cell(page, 2), "You outlined it")
    assert page.get_by_label("Case code", exact=True).input_value() == code
    door(page, "Cases")
    fill(page, "Code holds", code)
    choose(page, "Histology", re.compile("Malignant"))
    page.get_by_role("button", name="Save pathology").click()
    settled(page)
    page.get_by_text(re.compile("[78] real nodules")).first.wait_for()  # both sizes add one
    (entry,) = others.find(code)
    assert entry.nodules[0].pathology == Pathology(None, Histology.MALIGNANT)
    page.get_by_role("button", name="Open on Compare models").click()
    page.get_by_text("own cases.csv").first.wait_for()
    page.locator(".js-plotly-plot").first.wait_for()


def pulled(page: Page) -> tuple[tuple[float, float], tuple[float, float]]:
    """A point of the outline, and a place a little above it."""
    points = json.loads(board(page).get_attribute("data-outline") or "[]")
    x, y = min(points[::6], key=lambda point: point[1])
    return (x, y), (x, y - 12)


def test_a_second_view_joins_its_nodule_and_growth_is_told(page: Page, others: Log) -> None:
    before = {entry.id for entry in others.find("G-1")}
    fill(page, "Case code", "G-1")
    page.get_by_role("group", name="Exam date").get_by_role("spinbutton").first.click()
    page.keyboard.type("20250301")
    settled(page)
    page.get_by_text("Three diameters, earlier exam, further views").click()
    for label, text in (("Length, head to foot (mm)", "14"), ("Height, front to back (mm)", "10")):
        fill(page, label, text)
    choose(page, "The same nodule earlier", re.compile("2024-03-01, nodule 1"))
    page.get_by_text("Text to copy").click()
    says(cell(page, 7), "Growth")
    page.get_by_role("button", name="Save", exact=True).click()
    says(cell(page, 7), "Saved as")
    (made,) = {entry.id for entry in others.find("G-1")} - before
    cell(page, 7).get_by_text("Longitudinal", exact=True).click()
    settled(page)
    choose(page, "This view belongs to", re.compile(r"2025-03-01: nodule 1, another view"))
    says(cell(page, 7), "2 still frames")
    page.get_by_role("button", name="Save", exact=True).click()
    says(cell(page, 7), f"Saved as {made[:8]}")
    (nodule,) = others.open(made).nodules
    assert len(nodule.views) == 2
    assert nodule.prior is not None
    others.delete(made)  # the other size begins alike


def test_what_the_model_refuses_still_has_its_report(page: Page) -> None:
    choose_file(page, "coins.png", encode(coins(), "PNG"))
    says(page.locator(".st-key-glance"), "No verdict")
    pick(page, "Region")
    drag(page, (60, 60), (200, 180))
    says(cell(page, 3), "unlike anything")
    with page.expect_download(timeout=60_000) as started:
        cell(page, 7).get_by_role("button", name="PDF").click()
    assert started.value.path().read_bytes().startswith(b"%PDF-")


@pytest.mark.parametrize("opened", ["phone"], indirect=True)
def test_fingers_scroll_draw_and_pinch(page: Page) -> None:
    into_sight(page)
    before, whole = box_of(page), view_of(page)
    hand = page.context.new_cdp_session(page)
    touch(hand, [on_board(page, 60, 300)], [on_board(page, 160, 380)])
    assert box_of(page) == before, "the finger scrolls the page"
    into_sight(page)
    pick(page, "Region")
    into_sight(page)
    touch(hand, [on_board(page, 60, 300)], [on_board(page, 160, 380)])
    settled(page)
    assert box_of(page) == pytest.approx([60, 300, 100, 80], abs=4)
    into_sight(page)
    apart = [on_board(page, 200, 200), on_board(page, 240, 240)], [on_board(page, 140, 140), on_board(page, 300, 300)]
    touch(hand, *apart)
    assert view_of(page)[2] == pytest.approx(whole[2] / 4, rel=0.1)
    assert box_of(page) == pytest.approx([60, 300, 100, 80], abs=4), "two fingers draw nothing"


def touch(hand: CDPSession, start: list[tuple[float, float]], end: list[tuple[float, float]]) -> None:
    """Fingers go down, move and lift."""

    def tell(kind: str, places: list[tuple[float, float]]) -> None:
        points = [{"x": x, "y": y, "id": k} for k, (x, y) in enumerate(places)]
        hand.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    tell("touchStart", start)
    for step in (0.25, 0.5, 0.75, 1):
        ways = zip(start, end, strict=True)
        tell("touchMove", [(x + step * (u - x), y + step * (v - y)) for (x, y), (u, v) in ways])
    tell("touchEnd", [])
