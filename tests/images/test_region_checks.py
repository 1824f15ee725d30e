"""What is noticed in the region of a nodule: text, callipers, clipped grey, tiny and blank ones."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sera_core.contracts import BadInput, Box, GreyImage
from sera_core.images.checks import check_box
from sera_core.images.read import read_image
from tests.images.files import speckle
from tests.images.frame import FRAME

# --- the region -----------------------------------------------------------------------------------------------------


REGION = Box(60, 60, 150, 110)


def noticed(pixels: NDArray[np.generic], box: Box = REGION) -> dict[str, str]:
    image = GreyImage(np.asarray(pixels, np.float32) / 255)
    return {notice.code: notice.message for notice in check_box(image, box)}


def tissue() -> NDArray[np.uint8]:
    return (FRAME * 0.5).astype(np.uint8)


def test_nothing_to_say() -> None:
    assert noticed(tissue()) == {}


def test_burned_in_text() -> None:
    image = Image.fromarray(tissue())
    ImageDraw.Draw(image).text((80, 100), "TIRADS 4C", fill=255)
    assert noticed(np.asarray(image)) == {
        "text": "There seems to be burned-in text over the region; the model may read it."
    }
    assert noticed(np.asarray(image), Box(150, 150, 100, 80)) == {}


@pytest.mark.parametrize("arm", [4, 6, 9])
def test_callipers(arm: int) -> None:
    image = Image.fromarray(tissue())
    draw = ImageDraw.Draw(image)
    for x, y in ((90, 90), (180, 140)):
        draw.line([(x - arm, y), (x + arm, y)], fill=255)
        draw.line([(x, y - arm), (x, y + arm)], fill=255)
    assert noticed(np.asarray(image)) == {
        "callipers": "There seem to be calliper marks over the region; prefer a frame without."
    }


def test_clipped_grey() -> None:
    bright = np.clip(FRAME * 2.0, 0, 255)
    assert "pure white: the gain may be too high." in noticed(bright)["clipped_white"]
    dark = np.clip(FRAME - 150.0, 0, 255)
    assert "pure black: the gain may be too low." in noticed(dark)["clipped_black"]


def test_tiny_and_blank_regions() -> None:
    assert noticed(tissue(), Box(50, 50, 10, 40)) == {
        "box_small": "The region has only 10 x 40 pixels: does it hold the nodule?"
    }
    empty = tissue()
    empty[:, 200:] = 20
    assert noticed(empty, Box(230, 50, 80, 80)) == {
        "box_blank": "The region has almost one grey level: move it onto the nodule."
    }


def test_region_outside() -> None:
    with pytest.raises(BadInput, match="lies outside the image of 320 x 240 pixels"):
        noticed(tissue(), Box(500, 10, 50, 50))
    noticed(tissue(), Box(-40, -40, 90, 90))


def test_any_region_of_any_size() -> None:
    for height, width in ((32, 32), (33, 1500), (1200, 1700)):
        pixels = speckle(height, width)
        for box in (Box(0, 0, width, height), Box(width - 1, height - 1, 1, 1), Box(0, height // 2, width, 1)):
            noticed(pixels, box)


# --- real frames ----------------------------------------------------------------------------------------------------


def test_no_real_frame_is_refused(shared_data: Path) -> None:
    """Every fourth frame of four collections; what is noticed is what a person sees on them."""
    found: Counter[str] = Counter()
    for name in ("ddti", "busi", "les3", "ddti_xml"):
        for path in sorted((shared_data / name / "images").iterdir())[::4]:
            found.update(f"{name} {notice.code}" for notice in read_image(path.read_bytes()).warnings)
    written_on = {"ddti_xml margins_blanked", "ddti_xml text_inside", "busi text_inside", "les3 text_inside"}
    panes = {"ddti_xml two_panes", "ddti two_panes"}
    dark = {f"{name} corners_blanked" for name in ("ddti_xml", "busi", "les3")}  # words beside what the probe shows
    assert set(found) <= {"ddti_xml coloured_marks", *written_on, *panes, *dark}, found
    assert found["ddti_xml coloured_marks"] < 12
    assert found["ddti_xml margins_blanked"] > 90  # their settings panel
    assert found["busi text_inside"] < 40  # "LT AXILLA" and the like
    assert found["les3 text_inside"] < 20


def marked(folder: Path, row: str) -> tuple[GreyImage, Box]:
    image, mask = row.split(",")[:2]
    y, x = np.nonzero(np.asarray(Image.open(folder / mask).convert("L")) > 127)
    box = Box(int(x.min()), int(y.min()), int(np.ptp(x)) + 1, int(np.ptp(y)) + 1)
    return read_image((folder / image).read_bytes()), box


def test_few_false_alarms_over_real_nodules(shared_data: Path) -> None:
    rows = (shared_data / "ddti" / "labels.csv").read_text().splitlines()[1::4]
    found = Counter(notice.code for row in rows for notice in check_box(*marked(shared_data / "ddti", row)))
    assert sum(found.values()) <= 2, found


def test_real_text_is_seen(shared_data: Path) -> None:
    """The settings panel at the right edge of DDTI's original frames."""
    paths = sorted((shared_data / "ddti_xml" / "images").iterdir())[::12]
    frames = [GreyImage(np.asarray(Image.open(path).convert("L"), np.float32) / 255) for path in paths]
    seen = [any(n.code == "text" for n in check_box(frame, Box(500, 0, 60, 200))) for frame in frames]
    assert np.mean(seen) > 0.85


def test_real_callipers_are_seen(shared_data: Path) -> None:
    """Lesions of BUSI whose frames carry callipers, and some whose frames do not, told apart by eye."""
    with_marks = (218, 280, 416, 265, 322, 359, 79, 141, 323, 278, 209, 244, 275, 297, 237, 374, 204)
    without = (
        317,
        99,
        59,
        118,
        44,
        320,
        138,
        365,
        418,
        312,
        354,
        60,
        235,
        291,
        202,
        233,
        70,
        159,
        88,
        412,
        398,
        13,
        30,
    )
    folder = shared_data / "busi"
    rows = {row.split(",")[0]: row for row in (folder / "labels.csv").read_text().splitlines()[1:]}

    def seen(numbers: tuple[int, ...], kind: str) -> list[bool]:
        found = (check_box(*marked(folder, rows[f"images/{kind}_{number}.jpg"])) for number in numbers)
        return [any(notice.code == "callipers" for notice in notices) for notices in found]

    assert np.mean(seen(with_marks, "benign")) > 0.7
    assert not any(seen(without, "benign"))
