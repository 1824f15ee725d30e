"""Names that a machine burned into the frame stay at the door."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from sera_core.contracts import Box, GreyImage
from sera_core.images.marks import find_text
from sera_core.images.read import read_image
from sera_core.reports.pictures import plain
from tests.images.files import dataset, encode, region, save, speckle
from tests.reports.samples import diagnosis

NAME = "HONG GILDONG 19591231"
FRAME, REGION = (400, 600), (50, 80, 549, 379)  # height and width; left, top, right and bottom of the picture


def frame(*texts: tuple[int, int, str], size: int = 18, level: int = 200) -> NDArray[np.uint8]:
    """Speckle on black, with texts at (x, y)."""
    left, top, right, bottom = REGION
    pixels = np.zeros(FRAME, np.uint8)
    pixels[top : bottom + 1, left : right + 1] = speckle(bottom + 1 - top, right + 1 - left) // 3 + 40
    picture = Image.fromarray(pixels)
    for x, y, text in texts:
        ImageDraw.Draw(picture).text((x, y), text, fill=level, font=ImageFont.load_default(size))
    return np.array(picture)


def dicom(pixels: NDArray[np.uint8], regions: bool = True, **tags: str) -> GreyImage:
    data = dataset(pixels)
    if regions:
        data.SequenceOfUltrasoundRegions = [region(REGION, 0.01)]
    for name, value in tags.items():
        setattr(data, name, value)
    return read_image(save(data))


def codes(image: GreyImage) -> set[str]:
    return {notice.code for notice in image.warnings} - {"two_panes"}


def outside(image: GreyImage) -> NDArray[np.float32]:
    left, top, right, bottom = REGION
    pixels = image.pixels.copy()
    pixels[top : bottom + 1, left : right + 1] = 0
    return pixels


@pytest.mark.parametrize("size", [11, 18, 30])
@pytest.mark.parametrize("level", [60, 255])
def test_text_outside_the_region_is_blanked(size: int, level: int) -> None:
    pixels = frame((60, 20, NAME), size=size, level=level)
    image = dicom(pixels)
    assert codes(image) == {"margins_blanked"}
    assert not outside(image).any()
    left, top, right, bottom = REGION
    kept = np.s_[top : bottom + 1, left : right + 1]
    np.testing.assert_allclose(image.pixels[kept], pixels[kept] / 255, atol=1e-6)


def test_what_the_file_declares_is_blanked_whatever_it_looks_like() -> None:
    image = dicom(frame((5, 200, "x")), BurnedInAnnotation="YES")
    assert codes(image) == {"margins_blanked"}
    assert not outside(image).any()
    declared = dicom(frame((5, 200, "x")), regions=False, BurnedInAnnotation="YES")
    assert declared.pixels[150:250, :40].max() == 0


def test_a_frame_without_text_stays_as_it_is() -> None:
    pixels = frame()
    pixels[100:360:20, 30:36] = 220  # the marks of a depth scale
    for image in (dicom(pixels), dicom(pixels, BurnedInAnnotation="NO"), read_image(encode(pixels, "PNG"))):
        assert not codes(image)
        np.testing.assert_allclose(image.pixels, pixels / 255, atol=1e-6)


def test_without_regions_the_lit_part_is_kept_and_the_depth_scale_beside_it() -> None:
    pixels = frame((60, 20, NAME), (562, 300, "KIM"))
    pixels[100:360:20, 30:36] = 220
    image = read_image(encode(pixels, "PNG"))
    assert "margins_blanked" in codes(image)
    assert not image.pixels[:70].any()
    assert not image.pixels[295:325, 561:].any()  # a short name among the marks
    assert (image.pixels[100:360:20, 30:36] > 0.8).all()
    assert (image.pixels[90:370, 60:540] > 0.1).all()


def test_a_region_of_unknown_place_costs_no_part_of_the_picture() -> None:
    data = dataset(speckle(300, 400))
    data.SequenceOfUltrasoundRegions = [
        region((0, 0, 199, 299), 0.01, RegionLocationMinX0=None),
        region((200, 0, 399, 299), 0.01),
    ]
    assert codes(read_image(save(data))) == {"scale_unreadable"}


def test_both_panes_of_a_frame_are_kept() -> None:
    pixels = frame((60, 20, NAME))
    pixels[:, 290:310] = 0
    image = read_image(encode(pixels, "PNG"))
    assert "margins_blanked" in codes(image)
    for left in (60, 320):
        kept = np.s_[90:370, left : left + 220]
        np.testing.assert_allclose(image.pixels[kept], pixels[kept] / 255, atol=1e-6)


def test_text_on_the_picture_itself_is_told() -> None:
    pixels = frame((100, 120, NAME), level=255)
    image = dicom(pixels)
    assert codes(image) == {"text_inside"}
    np.testing.assert_allclose(image.pixels, pixels / 255, atol=1e-6)


def test_no_picture_of_a_report_shows_the_name() -> None:
    image = dicom(frame((60, 50, NAME)))
    shown = plain(diagnosis(image=image, box=Box(60, 82, 200, 60)))
    assert find_text(shown.rgb.mean(axis=-1, dtype=np.float32) / 255, 0.1, 0.1) == []
    assert shown.rgb[:28].max() == 0


def sector(*texts: tuple[int, int, str]) -> NDArray[np.uint8]:
    """A fan whose box has two dark corners, on a black frame."""
    y, x = np.mgrid[: FRAME[0], : FRAME[1]]
    away = np.hypot(x - 300, y + 60)
    fan = (abs(np.arctan2(x - 300, y + 60)) < 0.7) & (away > 130) & (away < 440)
    picture = Image.fromarray(np.where(fan, speckle(*FRAME) // 3 + 40, 0).astype(np.uint8))
    for left, top, text in texts:
        ImageDraw.Draw(picture).text((left, top), text, fill=220, font=ImageFont.load_default(14))
    return np.array(picture)


def test_a_name_in_the_dark_corner_of_a_sector_is_blanked_and_the_sector_stays() -> None:
    clean, pixels = sector(), sector((40, 90, "KIM GILDONG"), (490, 110, "19591231"))
    image = read_image(encode(pixels, "PNG"))
    assert codes(image) == {"corners_blanked"}
    np.testing.assert_allclose(image.pixels, clean / 255, atol=1e-6)
    assert not codes(read_image(encode(clean, "PNG")))
    assert "text_inside" in codes(read_image(encode(sector((260, 200, "KIM GILDONG")), "PNG")))
