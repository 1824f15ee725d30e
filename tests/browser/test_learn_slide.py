"""The sliding window under a mouse, a keyboard and a thumb."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import says, settled

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


SENT: list[Page] = []  # a page for every message that it sent to the server


@pytest.fixture
def page(opened: Page, app_url: str, ready: None) -> Page:
    """The chapter on convolution in each size."""
    opened.on("websocket", lambda socket: socket.on("framesent", lambda frame: SENT.append(opened)))
    opened.goto(f"{app_url}/Learn?chapter=5")
    opened.get_by_text("The course, in the talk's order").wait_for(timeout=240_000)
    settled(opened)
    return opened


def grids(page: Page) -> Locator:
    return page.locator("canvas[data-place]")


def at(page: Page, place: str) -> None:
    """The window comes to stand there."""
    from playwright.sync_api import expect

    expect(grids(page)).to_have_attribute("data-place", place, timeout=20_000)


def test_play_step_hover_keys_and_edit(page: Page) -> None:
    canvas = grids(page)
    canvas.scroll_into_view_if_needed()
    at(page, "0,0")

    page.get_by_role("button", name="Step ›").click()
    at(page, "0,1")
    page.get_by_role("button", name="One step back").click()
    at(page, "0,0")

    box = canvas.bounding_box()
    assert box
    cell = min(box["width"] / (9 if box["width"] < 560 else 16), 40)  # 9 x 9 input, first grid, headed by 20 pixels
    page.mouse.move(box["x"] + 1 + 4.5 * cell, box["y"] + 20 + 5.5 * cell)
    at(page, "4,3")  # the window is centred under the pointer
    says(page.locator(".says"), "Row 5, column 4: sum of the products")

    canvas.focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    at(page, "3,4")

    before = canvas.get_attribute("data-value")
    field = page.get_by_label("Kernel, channel 1, row 2, column 2")
    field.fill("3")
    field.press("Tab")
    page.wait_for_url(re.compile(r"convolution_own=-1\+0\+1\+-2\+3\+2\+-1\+0\+1"))
    page.wait_for_url(re.compile("convolution_step=26"))  # row 4, column 5 of seven columns
    settled(page)
    edited = grids(page).get_attribute("data-value")
    assert edited != before

    page.reload()
    at(page, "3,4")
    assert grids(page).get_attribute("data-value") == edited


def test_an_edited_learned_kernel_comes_back_with_its_link(page: Page, app_url: str) -> None:
    page.goto(f"{app_url}/Learn?chapter=5&convolution_kernel=learned&convolution_first=3&convolution_step=9")
    at(page, "1,1")
    settled(page)
    field = page.get_by_label("Kernel, channel 2, row 1, column 1")
    field.fill("2")
    field.press("Tab")
    page.wait_for_url(re.compile("convolution_own="))
    settled(page)
    edited = grids(page).get_attribute("data-value")
    page.reload()
    at(page, "1,1")
    assert grids(page).get_attribute("data-value") == edited
    first = page.get_by_label("Learned from no.")
    first.fill("5")
    first.press("Enter")
    page.wait_for_url(lambda url: "convolution_own" not in url and "convolution_first=5" in url)


def test_it_plays_without_asking_the_server(page: Page) -> None:
    page.locator(".speed").fill("30")
    frames = int(grids(page).get_attribute("data-frames") or 0)
    assert SENT.count(page)  # what was sent so far was heard
    SENT.clear()
    page.get_by_role("button", name="Play").click()
    page.wait_for_timeout(2000)
    drawn = int(grids(page).get_attribute("data-frames") or 0) - frames
    page.get_by_role("button", name="Pause").click()
    print(f"{drawn / 2:.0f} frames a second")
    assert drawn > 30  # a bound for a busy machine; it draws once a screen refresh
    assert grids(page).get_attribute("data-place") != "0,0"
    assert SENT == []


def test_who_wants_no_motion_sees_the_window_stand_at_once(page: Page) -> None:
    canvas, step = grids(page), page.get_by_role("button", name="Step ›")

    def frames_of_a_step() -> int:
        before = int(canvas.get_attribute("data-frames") or 0)
        step.click()
        page.wait_for_timeout(500)
        return int(canvas.get_attribute("data-frames") or 0) - before

    assert frames_of_a_step() > 1
    page.emulate_media(reduced_motion="reduce")
    assert frames_of_a_step() == 1


def test_a_thumb_sends_the_window_there(browser: Browser, app_url: str, ready: None) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.set_default_timeout(120_000)
    page.goto(f"{app_url}/Learn?chapter=7")
    grids(page).wait_for()
    settled(page)
    grids(page).scroll_into_view_if_needed()
    box = grids(page).bounding_box()
    assert box
    cell = min((box["width"] - 2) / 4, 56)
    page.touchscreen.tap(box["x"] + 1 + 3.4 * cell, box["y"] + 20 + 3.4 * cell)
    at(page, "1,1")
    assert grids(page).get_attribute("data-value") == "4.0000"
    says(page.locator(".says"), "the largest of 1, 0, 3, 4 is 4.")
    context.close()
