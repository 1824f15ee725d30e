"""Maps of a network under a mouse, a thumb and a keyboard."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import SIZES, says, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page


@pytest.fixture
def page(opened: Page, app_url: str, ready: None) -> Page:
    """The chapter on a whole network in each size."""
    opened.goto(f"{app_url}/Learn?chapter=9&depth=mathematics&network_conv=24")
    opened.get_by_text("The course, in the talk's order").wait_for(timeout=240_000)
    settled(opened)
    return opened


def press(page: Page, key: str, right: float, down: float) -> None:
    """Click or tap so far across a canvas."""
    canvas = page.locator(f".st-key-{key} canvas")
    canvas.evaluate("canvas => canvas.scrollIntoView({block: 'center'})")  # clear of the menu in the corner
    box = canvas.bounding_box()
    assert box
    place = box["x"] + right * box["width"], box["y"] + down * box["height"]
    if page.viewport_size == dict(zip(("width", "height"), SIZES["phone"], strict=True)):
        page.touchscreen.tap(*place)
    else:
        page.mouse.click(*place)


def test_a_map_and_a_cell_are_chosen_on_the_picture(page: Page) -> None:
    press(page, "network-mosaic", 2.5 / 8, 1.5 / 4)
    page.wait_for_url(re.compile("network_map=11"))
    settled(page)
    says(page.locator(".st-key-chapter-9"), "Map 11 and the cell")

    press(page, "network-map", 2.5 / 8, 1.5 / 8)
    page.wait_for_url(re.compile("network_row_8=2"))
    page.wait_for_url(re.compile("network_column_8=3"))
    settled(page)
    says(page.locator(".st-key-chapter-9"), "a field of")
    assert page.get_by_label("column (of 8)").first.input_value() == "3"

    page.locator(".st-key-network-map canvas").focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_url(lambda url: "network_column_8" not in url)  # the middle, where it begins
    assert "network_row_8=2" in page.url
