"""A lecturer's way through the course: back and on, and always from the top of a chapter."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from tests.browser.conftest import says, settled

if TYPE_CHECKING:
    from playwright.sync_api import Page

MAIN = "document.querySelector('[data-testid=stMain]')"


def nothing_cut_off(page: Page) -> None:
    """No formula stands above or below the box in which it is shown, once its own font has come."""
    page.locator(".katex-display").first.wait_for()
    formulas = "[...document.querySelectorAll('.katex-display')]"
    page.wait_for_function(f"{formulas}.every((one) => one.scrollHeight <= one.clientHeight)", timeout=20_000)


def test_next_and_previous_begin_a_chapter_at_its_top(opened: Page, app_url: str) -> None:
    opened.goto(f"{app_url}/Learn?chapter=3&texture_bits=6&depth=mathematics")
    says(opened.locator(".st-key-chapter-3"), "discrete levels")
    settled(opened)
    nothing_cut_off(opened)
    foot = opened.locator(".st-key-foot-next button")
    foot.scroll_into_view_if_needed()
    assert opened.evaluate(f"{MAIN}.scrollTop") > 200
    foot.click()
    says(opened.locator(".st-key-chapter-4"), "Turn and shift the green line")
    settled(opened)
    assert opened.evaluate(f"{MAIN}.scrollTop") == 0
    assert "texture_bits" not in opened.url

    opened.evaluate(f"{MAIN}.scrollTo(0, 60)")
    opened.get_by_text("Widest margin", exact=True).click()
    opened.wait_for_url(lambda url: "margin_step" in url)
    settled(opened)
    assert opened.evaluate(f"{MAIN}.scrollTop") > 0  # a control leaves the page where it is

    head = opened.locator(".st-key-head-previous button:visible")  # one for a mouse, one for a thumb
    head.click()
    says(opened.locator(".st-key-chapter-3"), "discrete levels")
    assert "chapter=3" in opened.url


def test_fast_turning_ends_in_one_whole_chapter(opened: Page, app_url: str) -> None:
    opened.goto(f"{app_url}/Learn?chapter=1")
    says(opened.locator(".st-key-chapter-1"), "A short pulse meets scatterers")
    settled(opened)
    for _ in range(5):
        opened.locator(".st-key-head-next button:visible").click()  # before the chapter is there
    settled(opened)
    opened.locator(".st-key-contents-sera").wait_for()  # the foot of the page
    number = re.search(r"chapter=(\d+)", opened.url)
    assert number is not None
    assert int(number[1]) > 1
    assert opened.locator('[class*="st-key-chapter-"]').count() == 1
    assert opened.locator(f".st-key-chapter-{number[1]}").count() == 1


def test_the_list_of_chapters_turns_to_one_whose_code_is_shown(opened: Page, app_url: str) -> None:
    opened.goto(f"{app_url}/Learn?chapter=3")
    says(opened.locator(".st-key-chapter-3"), "Sixteen pixels of four levels")
    settled(opened)
    opened.locator(".st-key-contents-deep label").filter(has_text="6 · ReLU and friends").click()
    chapter = opened.locator(".st-key-chapter-6")
    says(chapter, "Back through many layers")
    opened.wait_for_url(re.compile("chapter=6"))
    settled(opened)
    chapter.get_by_text("Back through many layers", exact=True).click()
    opened.wait_for_url(re.compile("activation_step"))
    settled(opened)
    chapter.get_by_text("Show the code").last.click()
    says(chapter, "def gradient_by_layer(")
