"""The board of points under a mouse, a thumb and a keyboard."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import pytest

from sera_core.lessons import clouds, margin
from tests.browser.conftest import settled

if TYPE_CHECKING:
    from playwright.sync_api import Locator, Page

LINK = "/Learn?chapter=4&margin_step=Widest+margin"


@pytest.fixture
def page(opened: Page, app_url: str) -> Page:
    opened.goto(app_url + LINK)
    board(opened).wait_for()
    settled(opened)
    return opened


def board(page: Page) -> Locator:
    return page.locator("svg[data-points]")


def points_of(page: Page) -> list[list[float]]:
    return json.loads(board(page).get_attribute("data-points") or "[]")


def becomes(page: Page, rows: list) -> None:
    """Wait until the board holds these points, and say which it holds where it does not come to that."""
    board(page).wait_for()
    end = time.monotonic() + 60
    while points_of(page) != rows and time.monotonic() < end:
        page.wait_for_timeout(100)
    assert points_of(page) == rows
    settled(page)


def beta(page: Page) -> str:
    metric = page.locator('[data-testid="stMetric"]').filter(has_text="Width of the street β")
    return metric.locator('[data-testid="stMetricValue"]').inner_text().strip()


def screen(page: Page, x: float, y: float) -> tuple[float, float]:
    """Screen position of a place on the board."""
    board(page).evaluate("svg => svg.scrollIntoView({block: 'center'})")  # clear of the menu in the corner
    box = board(page).bounding_box()
    assert box is not None
    return box["x"] + x / clouds.BOARD * box["width"], box["y"] + (1 - y / clouds.BOARD) * box["height"]


def widest(rows: list[list[float]]) -> str:
    fitted = margin.fit([row[:2] for row in rows], [1 if row[2] else -1 for row in rows])
    return f"{fitted.beta:.2f}"


def answered(page: Page, before: str) -> float:
    """Seconds until the margin on the page has changed."""
    start = time.perf_counter()
    page.wait_for_function(
        "old => [...document.querySelectorAll('[data-testid=stMetric]')].some("
        "m => m.innerText.includes('β') && !m.innerText.includes(old))",
        arg=before,
        timeout=60_000,
        polling=20,
    )
    return time.perf_counter() - start


def test_a_dragged_point_moves_the_margin(page: Page) -> None:
    before, rows = beta(page), points_of(page)
    assert before == widest(rows)
    x, y, _ = rows[0]
    page.mouse.move(*screen(page, x, y))
    page.mouse.down()
    page.mouse.move(*screen(page, 4.5, 4.5))
    page.mouse.move(*screen(page, 5.0, 4.5))
    page.mouse.up()
    seconds = answered(page, before)
    settled(page)
    print(f"a dropped point answered after {seconds:.2f} s")
    assert seconds < 5  # 0.5 s on an idle machine
    moved = points_of(page)
    assert moved[0][:2] == pytest.approx([5.0, 4.5], abs=0.2)
    assert beta(page) == widest(moved) != before
    assert "margin_points=b" in page.url
    page.reload()
    becomes(page, moved)


def test_a_press_adds_a_point_and_turns_its_class(page: Page) -> None:
    rows = points_of(page)
    place = screen(page, 1.0, 1.0)
    press = page.mouse.click if page.viewport_size["width"] > 500 else page.touchscreen.tap
    near = pytest.approx(1.0, abs=0.2)
    press(*place)
    becomes(page, [*rows, [near, near, 0]])
    press(*place)
    becomes(page, [*rows, [near, near, 1]])
    page.get_by_text("No straight line separates").wait_for()
    page.get_by_role("button", name="Start again").click()
    becomes(page, rows)


def test_the_keyboard_moves_turns_and_removes(page: Page) -> None:
    rows = points_of(page)
    board(page).locator("[data-index='0']").focus()
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("ArrowUp")
    page.wait_for_timeout(600)
    becomes(page, [pytest.approx([rows[0][0] - 0.2, rows[0][1] + 0.2, 0]), *rows[1:]])
    page.keyboard.press("Delete")
    page.wait_for_timeout(600)
    becomes(page, rows[1:])
