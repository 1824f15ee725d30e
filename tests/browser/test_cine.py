"""A loop turned in the viewer: seen at once in the browser, read by the server where hands come to rest."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from tests.browser.conftest import settled
from tests.browser.test_diagnose import board, choose_file, into_sight, pick, view_of
from tests.images.files import dataset, save

if TYPE_CHECKING:
    from playwright.sync_api import Page

FRAMES = 6


def loop() -> NDArray[np.uint8]:
    """A nodule that drifts to the right, [FRAMES, H, W]."""
    grey = render(SAMPLES["papillary"].case).image.pixels
    return np.stack([np.roll((grey * 255).round().astype(np.uint8), 6 * k, axis=1) for k in range(FRAMES)])


def shown(page: Page) -> str:
    return board(page).locator(".picture").get_attribute("href") or ""


def film(page: Page, frame: int) -> str:
    picture: str = page.evaluate("frame => window.seraLater.film.parts[frame]", str(frame))
    return picture


def pixels(address: str) -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))))


@pytest.mark.parametrize("opened", ["phone"], indirect=True)
def test_a_loop_is_turned_in_the_browser_and_read_where_hands_rest(opened: Page, app_url: str, ready: None) -> None:
    page, frames = opened, loop()
    page.goto(f"{app_url}/Diagnose")
    board(page).wait_for()
    choose_file(page, "loop.dcm", save(dataset(frames, frames=FRAMES)))
    at = page.locator("form.frames output")
    assert at.inner_text() == "1 of 6"
    into_sight(page)
    pick(page, "Pan")
    board(page).press("+")
    enlarged = view_of(page)
    for _ in range(3):
        board(page).press(".")
    assert (at.inner_text(), shown(page)) == ("4 of 6", film(page, 3))  # not yet told to the server
    assert not board(page).locator(".outline").count(), "what was drawn belongs to another frame"
    page.wait_for_timeout(600)
    settled(page)
    np.testing.assert_array_equal(pixels(shown(page)), frames[3])
    assert board(page).locator(".outline").count()
    assert view_of(page) == enlarged, "the same part of the picture, on another frame"
    page.get_by_role("button", name="Next frame").tap()
    page.get_by_role("slider", name="Frame").press("End")
    assert (at.inner_text(), shown(page)) == ("6 of 6", film(page, 5))
    assert page.get_by_role("button", name="Next frame").is_disabled()
    page.wait_for_timeout(600)
    settled(page)
    np.testing.assert_array_equal(pixels(shown(page)), frames[5])
