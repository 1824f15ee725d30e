"""Millimetres: a length takes the scale of where it is drawn, and a scale that cannot be true is not believed."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest
from pydicom.dataset import Dataset

from sera_core.contracts import BadInput, Box, GreyImage, Line
from sera_core.images.read import read_image
from sera_core.images.scale import typed
from tests.images.files import dataset, region, save, speckle

FRAME = speckle(315, 500)
WHOLE, LEFT, RIGHT = (0, 0, 499, 314), (0, 0, 249, 314), (250, 0, 499, 314)
INSET = (300, 200, 499, 314)


def read(*regions: Dataset, spacing: object = None, pixels: np.ndarray = FRAME) -> GreyImage:
    data = dataset(pixels)
    if regions:
        data.SequenceOfUltrasoundRegions = list(regions)
    if spacing is not None:
        data.PixelSpacing = spacing
    return read_image(save(data))


def codes(image: GreyImage) -> set[str]:
    return {notice.code for notice in image.warnings} - {"two_panes"}


def test_each_pane_measures_by_its_own_scale() -> None:
    image = read(region(LEFT, 0.01), region(RIGHT, 0.02))
    left, right = Line(50, 100, 150, 100), Line(300, 100, 400, 100)
    for ruler, length in ((left, 10.0), (right, 20.0)):
        scale = image.scale_at(ruler)
        assert scale is not None
        assert ruler.length_mm(scale) == pytest.approx(length)
    assert image.scale_at(Box(40, 40, 60, 50)) == pytest.approx((0.1, 0.1))
    assert image.scale_at(Box(300, 40, 60, 50)) == pytest.approx((0.2, 0.2))
    assert not codes(image)


def test_what_lies_over_two_scales_has_no_length() -> None:
    image = read(region(LEFT, 0.01), region(RIGHT, 0.02))
    for place in (Line(200, 100, 300, 100), Line(249, 3, 251, 300), Box(240, 40, 60, 50)):
        assert image.scale_at(place) is None
        assert len(image.scales_at(place)) == 2
    same = read(region(LEFT, 0.01), region(RIGHT, 0.0100001))
    assert same.scale_at(Line(200, 100, 300, 100)) == pytest.approx((0.1, 0.1), rel=1e-4)


@pytest.mark.parametrize("turned", [False, True])
def test_the_region_on_top_decides_whatever_their_order(turned: bool) -> None:
    both = [region(WHOLE, 0.02, RegionFlags=1), region(INSET, 0.005, RegionFlags=0)]
    image = read(*(reversed(both) if turned else both))
    assert image.scale_at(Line(320, 220, 420, 220)) == pytest.approx((0.05, 0.05))
    assert image.scale_at(Box(320, 210, 100, 80)) == pytest.approx((0.05, 0.05))
    assert image.scale_at(Box(50, 50, 100, 80)) == pytest.approx((0.2, 0.2))
    assert image.scale_at(Box(250, 150, 100, 100)) is None


def test_regions_on_one_level_with_two_scales_leave_none() -> None:
    image = read(region(WHOLE, 0.02), region(INSET, 0.005))
    assert image.scale_at(Line(320, 220, 420, 220)) is None
    assert image.scale_at(Line(20, 20, 120, 20)) == pytest.approx((0.2, 0.2))


def test_a_little_over_the_edge_is_measured_by_the_region() -> None:
    image = read(region((50, 30, 449, 289), 0.01))
    assert image.scale_at(Box(30, 100, 120, 90)) == pytest.approx((0.1, 0.1))  # 20 pixels over the edge
    assert image.scale_at(Line(30, 100, 150, 100)) == pytest.approx((0.1, 0.1))
    assert image.scale_at(Box(0, 100, 90, 90)) is None  # most of it lies outside
    assert image.scale_at(Box(0, 0, 20, 20)) is None


def test_pixel_spacing_serves_only_what_touches_no_region() -> None:
    image = read(region((50, 30, 449, 289), 0.01), spacing=[0.08, 0.07])
    assert image.scale_at(Box(30, 100, 120, 90)) == pytest.approx((0.1, 0.1))
    assert image.scale_at(Box(0, 100, 90, 90)) is None
    assert image.scale_at(Box(0, 0, 20, 20)) == pytest.approx((0.08, 0.07))
    assert read(spacing=[0.08, 0.07]).scale_at(Box(30, 100, 120, 90)) == pytest.approx((0.08, 0.07))


@pytest.mark.parametrize(
    "changes",
    [
        {"PhysicalUnitsXDirection": 4},  # seconds
        {"PhysicalUnitsYDirection": 7},  # cm/s
        {"RegionSpatialFormat": 3},  # spectral
    ],
)
def test_time_and_speed_are_no_length(changes: dict) -> None:
    image = read(region(WHOLE, 0.01, **changes), spacing=[0.08, 0.07])
    assert image.scale_at(Box(50, 50, 100, 80)) is None
    assert not codes(image)


@pytest.mark.parametrize(
    "changes",
    [
        {"PhysicalDeltaX": 0.0},
        {"PhysicalDeltaX": None},
        {"PhysicalDeltaY": None},
        {"PhysicalDeltaX": float("nan")},
        {"RegionLocationMaxX1": 9, "RegionLocationMinX0": 10},
        {"RegionLocationMinX0": None},
    ],
)
def test_a_broken_region_costs_its_scale_and_nothing_else(changes: dict) -> None:
    image = read(region(LEFT, 0.01, **changes), region(RIGHT, 0.02))
    assert image.scale_at(Box(50, 50, 100, 80)) is None
    assert image.scale_at(Box(300, 50, 100, 80)) == pytest.approx((0.2, 0.2))
    assert codes(image) == {"scale_unreadable"}


def test_decimal_commas_cost_the_scale_and_nothing_else() -> None:
    data = dataset(FRAME)
    data.PixelSpacing = ["0.075", "0.075"]
    image = read_image(save(data).replace(b"0.075\\0.075", b"0,075\\0,075"))
    assert image.mm_per_px is None
    assert codes(image) == {"scale_unreadable"}


def test_shared_pixel_spacing_of_enhanced_files() -> None:
    data, shared, measures = dataset(FRAME), Dataset(), Dataset()
    measures.PixelSpacing = [0.09, 0.08]
    shared.PixelMeasuresSequence = [measures]
    data.SharedFunctionalGroupsSequence = [shared]
    assert read_image(save(data)).mm_per_px == (0.09, 0.08)


@pytest.mark.parametrize("spacing", [[1, 1], [0.5, 0.5], [0.03, 0.03], [1e9, 1], [0.1, 0.03]])
def test_a_spacing_that_makes_no_thyroid_is_not_believed(spacing: list[float]) -> None:
    image = read(spacing=spacing)
    assert image.mm_per_px is None
    assert codes(image) == {"implausible_scale"}


@pytest.mark.parametrize("spacing", [[0, 0], [-1, 1]])
def test_a_spacing_of_nothing_is_unreadable(spacing: list[float]) -> None:
    image = read(spacing=spacing)
    assert image.mm_per_px is None
    assert codes(image) == {"scale_unreadable"}


def test_the_placeholder_is_believed_at_no_size() -> None:
    image = read(spacing=[1, 1], pixels=speckle(60, 100))
    assert image.mm_per_px is None
    said = next(notice.message for notice in image.warnings if notice.code == "implausible_scale")
    assert "1 mm a pixel" in said


def test_the_field_of_view_is_that_of_the_picture_not_of_the_panels() -> None:
    """A frame of 1024 pixels at 0.15 mm would be 154 mm wide; its lit part, 600 pixels, is 90 mm."""
    frame = np.zeros((768, 1024), np.uint8)
    frame[100:600, 200:800] = speckle(500, 600) // 2 + 60
    assert read(spacing=[0.15, 0.15], pixels=frame).mm_per_px == (0.15, 0.15)
    frame[:, :] = speckle(768, 1024) // 2 + 60
    assert read(spacing=[0.15, 0.15], pixels=frame).mm_per_px is None


def test_a_region_that_makes_no_thyroid_keeps_its_place_without_a_scale() -> None:
    image = read(region(LEFT, 0.1), region(RIGHT, 0.02))
    assert [r.mm_per_px is None for r in image.regions] == [True, False]
    assert codes(image) == {"implausible_scale"}
    assert any("250 × 315 mm" in notice.message for notice in image.warnings)


@pytest.mark.parametrize("mm_per_px", [-1, 0, 0.009, 0.25, 5, nan, inf])
def test_a_typed_scale_that_makes_no_thyroid_frame_is_refused(mm_per_px: float) -> None:
    image = GreyImage(np.full((300, 500), 0.5, np.float32))  # 0.01 mm a pixel make it 5 mm wide, 0.24 make it 120
    assert [typed(end, image) for end in (0.01, 0.24)] == [(0.01, 0.01), (0.24, 0.24)]
    with pytest.raises(BadInput, match=r"A scale of .* a pixel cannot be used: .* on this frame from 0\.01 to 0\.24 "):
        typed(mm_per_px, image)
