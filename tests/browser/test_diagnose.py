"""The Diagnose page as a person uses it: at a desk with a mouse, and on a phone with a thumb."""

from __future__ import annotations

import io
import json
import re
from typing import TYPE_CHECKING

import numpy as np
import pytest
from PIL import Image

from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from tests.browser.conftest import says, settled
from tests.images.files import dataset, region, save, speckle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Locator, Page


@pytest.fixture
def page(opened: Page, app_url: str, ready: None) -> Page:
    """The page in each size."""
    opened.goto(app_url)
    opened.get_by_role("link", name="Diagnose").first.click()
    opened.get_by_role("heading", name="Diagnose a nodule").wait_for(timeout=60_000)
    settled(opened)
    return opened


def board(page: Page) -> Locator:
    return page.locator("svg[data-tool]")


def box_of(page: Page) -> list[int]:
    return [int(value) for value in (board(page).get_attribute("data-box") or "").split(",")]


def on_board(page: Page, x: float, y: float) -> tuple[float, float]:
    """Screen position of a pixel of the image."""
    place = board(page).evaluate(
        "(svg, [x, y]) => { const p = new DOMPoint(x, y).matrixTransform(svg.getScreenCTM()); return [p.x, p.y] }",
        [x, y],
    )
    return place[0], place[1]


def into_sight(page: Page) -> None:
    """Clear of the verdict at the foot of a phone's screen."""
    board(page).evaluate("svg => svg.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(300)


def drag(page: Page, start: tuple[float, ...], end: tuple[float, ...]) -> None:
    into_sight(page)
    page.mouse.move(*on_board(page, *start))
    page.mouse.down()
    page.mouse.move(*on_board(page, (start[0] + end[0]) / 2, (start[1] + end[1]) / 2))
    page.mouse.move(*on_board(page, *end))
    page.mouse.up()
    settled(page)


def choose_file(page: Page, name: str, data: bytes) -> None:
    page.get_by_role("radio", name="Upload").or_(page.get_by_role("button", name="Upload", exact=True)).first.click()
    settled(page)
    page.locator('input[type="file"]').set_input_files({"name": name, "mimeType": "image/png", "buffer": data})
    page.locator("svg[data-tool]").wait_for(timeout=60_000)
    settled(page)


@pytest.fixture(scope="module")
def frame_png() -> bytes:
    """A frame without its scale, as a clinic's screenshot would be: drawn by the simulator, read like any file."""
    grey = render(SAMPLES["papillary"].case).image.pixels
    buffer = io.BytesIO()
    Image.fromarray((grey * 255).round().astype(np.uint8)).save(buffer, format="PNG")
    return buffer.getvalue()


def test_first_paint_has_everything(page: Page) -> None:
    for name in ("Image", "Region", "Verdict", "Why", "Signs", "What next", "Report"):
        assert page.get_by_role("heading", name=re.compile(name)).first.is_visible()
    assert page.get_by_text("simulated", exact=True).first.is_visible()
    for number in (3, 4):
        page.locator(f".st-key-cell-{number} .js-plotly-plot").first.wait_for(timeout=20_000)
    says(page.locator(".st-key-cell-6"), "published risk")
    assert page.get_by_text("Not a medical device").first.is_visible()


def test_picture_and_answer_stand_on_one_screen_without_scrolling(page: Page) -> None:
    glance = page.locator(".st-key-glance")
    for words in ("Suspicious for malignancy, over 99%", "of the heat on the nodule", "Needle aspiration: K-TIRADS 5"):
        says(glance, words)
    assert in_sight(page, glance) == 1
    assert in_sight(page, board(page)) > 0.7  # a phone's foot is the answer's
    page.locator("#cell-6").scroll_into_view_if_needed()
    page.wait_for_timeout(300)
    wide = (page.viewport_size or {"width": 0})["width"] > 900
    assert (in_sight(page, board(page)) == 1) == wide  # the picture stays beside the cells, and above them on a phone


def in_sight(page: Page, part: Locator) -> float:
    """Share of its height that is on the screen."""
    box, screen = part.bounding_box(), page.viewport_size
    assert box is not None
    assert screen is not None
    return max(min(box["y"] + box["height"], screen["height"]) - max(box["y"], 0), 0) / box["height"]


def test_from_a_file_to_verdict_heatmap_advice_and_pdf(page: Page, frame_png: bytes) -> None:
    choose_file(page, "frame.png", frame_png)  # actions one and two; there is no third
    cells = {number: page.locator(f".st-key-cell-{number}") for number in range(1, 8)}
    cells[3].locator(".js-plotly-plot").first.wait_for(timeout=20_000)
    says(cells[3], "uncertain band around the cut-off")
    cells[4].locator(".js-plotly-plot").first.wait_for(timeout=20_000)
    says(cells[4], "random places")
    says(cells[5], "not proposed: please look")
    says(cells[6], "size not given")
    with page.expect_download(timeout=60_000) as started:
        cells[7].get_by_role("button", name="PDF").click()
    saved = started.value.path().read_bytes()
    assert saved.startswith(b"%PDF-")
    assert len(saved) > 5_000
    assert b"frame.png" not in saved


def test_a_box_is_drawn_also_inside_the_old_one_moved_stretched_and_taken_back(page: Page, frame_png: bytes) -> None:
    choose_file(page, "frame.png", frame_png)
    pick(page, "Region")  # from here on a finger draws
    drag(page, (20, 300), (150, 430))
    x, y, width, height = box_of(page)
    assert (x, y, width, height) == pytest.approx((20, 300, 130, 130), abs=4)
    says(page.locator(".st-key-cell-2"), f"Your box: {width} × {height} pixels")
    drag(page, (60, 340), (110, 400))  # from its middle: a new one
    assert box_of(page) == pytest.approx([60, 340, 50, 60], abs=3)
    page.get_by_role("button", name="Undo").click()
    settled(page)
    assert box_of(page) == [x, y, width, height]
    drag(page, (x + width / 2, y), (x + width / 2 + 100, y - 100))  # by its edge: it moves
    assert box_of(page) == pytest.approx([x + 100, y - 100, width, height], abs=3)
    drag(page, (x + 100 + width, y - 100 + height), (290, 350))  # by its corner: it grows
    assert box_of(page)[2:] == pytest.approx([290 - x - 100, 350 - y + 100], abs=4)
    page.get_by_role("button", name="Forget your box").click()
    settled(page)
    says(page.locator(".st-key-cell-2"), "Proposed box")


def test_keys_choose_a_tool_move_the_box_enlarge_the_picture_and_take_back(page: Page) -> None:
    before = box_of(page)
    board(page).locator("[data-grip=box]").focus()
    for _ in range(5):
        page.keyboard.press("ArrowRight")
    page.wait_for_timeout(700)
    settled(page)
    assert box_of(page) == [before[0] + 10, *before[1:]]
    says(page.locator(".st-key-cell-2"), "Your box")
    page.keyboard.press("Control+z")
    settled(page)
    assert box_of(page) == before
    whole = view_of(page)
    board(page).focus()
    page.keyboard.press("p")
    page.keyboard.press("+")
    assert view_of(page)[2] == pytest.approx(whole[2] / 1.25)
    page.keyboard.press("ArrowRight")
    assert view_of(page)[0] > whole[0]
    page.keyboard.press("0")
    assert view_of(page) == whole


def test_the_picture_is_enlarged_moved_darkened_and_its_map_hidden_without_asking_the_server(page: Page) -> None:
    whole, asked = view_of(page), []
    page.on("request", lambda request: asked.append(request.url))
    pick(page, "Pan")
    page.mouse.move(*on_board(page, 100, 100))
    page.mouse.wheel(0, -400)
    page.wait_for_timeout(200)
    enlarged = view_of(page)
    assert enlarged[2] < 0.6 * whole[2]
    start = on_board(page, 100, 100)
    drag(page, (100, 100), (80, 90))
    assert on_board(page, 100, 100) != pytest.approx(start, abs=5)
    board(page).dblclick()
    assert view_of(page) == whole
    pick(page, "Window")
    drag(page, (100, 100), (180, 160))
    slope = float(board(page).locator("feFuncR").get_attribute("slope") or 0)
    assert slope < 0.95
    board(page).dblclick()
    assert board(page).locator("feFuncR").get_attribute("slope") == "1"
    page.get_by_role("checkbox", name="Map", exact=True).uncheck()
    assert board(page).locator(".heat").get_attribute("opacity") == "0"
    assert asked == []


def test_a_pulled_outline_is_measured_anew(page: Page) -> None:
    cell = page.locator(".st-key-cell-5")
    says(cell, "mm")
    before = measured(page)
    pick(page, "Outline")
    points = json.loads(board(page).get_attribute("data-outline") or "[]")
    lowest = max(points[::6], key=lambda point: point[1])
    drag(page, tuple(lowest), (lowest[0], lowest[1] + 40))
    says(page.locator(".st-key-cell-2"), "You outlined it")
    assert measured(page) == pytest.approx(before + 40 * 0.089, abs=1.2)  # millimetres a pixel of the sample


def measured(page: Page) -> float:
    """The longest diameter in the table of signs."""
    found = re.search(r"([\d.]+) mm", page.locator(".st-key-cell-5 table").inner_text())
    assert found
    return float(found[1])


def view_of(page: Page) -> list[float]:
    return [float(value) for value in (board(page).get_attribute("viewBox") or "").split()]


def test_two_clicks_set_the_scale_and_two_measure_the_nodule(page: Page, frame_png: bytes) -> None:
    choose_file(page, "frame.png", frame_png)
    cell = page.locator(".st-key-cell-2")
    says(cell, "nothing is shown in millimetres")
    pick(page, "Scale")
    click(page, (30, 100), (30, 225))
    apart = page.get_by_label("The marks are")
    apart.select_text()
    page.keyboard.type("12,5")  # as the fingers of many type it
    page.get_by_role("button", name="Use this scale").click()
    settled(page)
    says(cell, "0.100 mm a pixel")  # 12.5 mm over 125 pixels
    pick(page, "Size")
    click(page, (150, 200), (300, 200))
    says(cell, "15 mm")
    size = page.locator(".st-key-size_mm input")
    assert size.input_value() == "15"
    says(page.locator(".st-key-cell-6"), "size 15 mm")
    size.select_text()
    page.keyboard.type("14,5")
    page.keyboard.press("Enter")
    says(page.locator(".st-key-cell-6"), "size 14.5 mm")


def test_a_ruler_in_another_pane_measures_by_that_pane(page: Page) -> None:
    data = dataset(speckle(315, 500))
    data.SequenceOfUltrasoundRegions = [region((0, 0, 249, 314), 0.01), region((250, 0, 499, 314), 0.02)]
    choose_file(page, "panes.dcm", save(data))
    pick(page, "Size")
    click(page, (300, 100), (400, 100))
    says(page.locator(".st-key-cell-2"), "20 mm; it is the size in cell 6 now")
    assert page.locator(".st-key-size_mm input").input_value() == "20"
    click(page, (200, 100), (300, 100))
    says(page.locator(".st-key-cell-2"), "so this line has no length")


def pick(page: Page, tool: str) -> None:
    page.get_by_role("toolbar").get_by_role("button", name=tool, exact=True).click()


def click(page: Page, *points: tuple[float, float]) -> None:
    for point in points:
        into_sight(page)
        page.mouse.click(*on_board(page, *point))
        page.wait_for_timeout(150)
    settled(page)


def test_the_link_carries_the_settings_and_nothing_of_the_patient(page: Page, frame_png: bytes) -> None:
    choose_file(page, "frame.png", frame_png)
    page.locator(".st-key-size_mm input").fill("23.5")
    page.keyboard.press("Enter")
    settled(page)
    page.locator(".st-key-pretest input").focus()
    page.keyboard.press("ArrowRight")
    settled(page)
    assert "pretest=21" in page.url
    assert "23.5" not in page.url
    assert "box" not in page.url
    assert "frame" not in page.url


def test_a_file_that_is_no_image_is_refused_in_words(page: Page) -> None:
    page.get_by_role("radio", name="Upload").or_(page.get_by_role("button", name="Upload", exact=True)).first.click()
    settled(page)
    page.locator('input[type="file"]').set_input_files(
        {"name": "scan.png", "mimeType": "image/png", "buffer": b"%PDF-1.7 not a picture"}
    )
    page.get_by_text("This image is not used").wait_for(timeout=30_000)
    assert "Traceback" not in page.locator("body").inner_text()


def test_a_tap_outlines_what_lies_under_the_thumb(browser: Browser, app_url: str, ready: None) -> None:
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{app_url}/Diagnose")
    page.locator("svg[data-tool]").wait_for(timeout=60_000)
    settled(page)
    page.get_by_role("button", name="Type the numbers").tap()
    for key, value in (("box_x", "90"), ("box_y", "95")):  # one after the other, without opening it again
        page.locator(f".st-key-{key} input").fill(value)
        page.keyboard.press("Enter")
        settled(page)
    assert box_of(page)[:2] == [90, 95]
    page.keyboard.press("Escape")
    into_sight(page)
    before = box_of(page)
    x, y = on_board(page, 60, 380)
    page.touchscreen.tap(x, y)
    settled(page)
    after = box_of(page)
    assert after != before
    assert after[0] <= 60 <= after[0] + after[2], "the box of what lies under the thumb"
    assert after[1] <= 380 <= after[1] + after[3]
    says(page.locator(".st-key-cell-2"), "Your box")
    context.close()
