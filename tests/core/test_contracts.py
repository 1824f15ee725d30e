"""The words every room shares."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sera_core.contracts import (
    SIMULATED,
    BadInput,
    Box,
    Familiarity,
    Fidelity,
    GreyImage,
    Line,
    Scale,
    ScaledRegion,
)


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (-1, 5)])
def test_an_empty_box_is_refused(width: int, height: int) -> None:
    with pytest.raises(BadInput) as refusal:
        Box(0, 0, width, height)
    assert refusal.value.code == "empty_box"
    assert str(refusal.value) == refusal.value.message


sides = st.integers(1, 60)
corners = st.integers(-70, 70)


@given(corners, corners, sides, sides)
def test_clipping_equals_the_pixels_that_both_share(x: int, y: int, width: int, height: int) -> None:
    frame, inside = np.zeros((40, 50), bool), np.zeros((40, 50), bool)
    rows, columns = np.mgrid[:40, :50]
    inside = (columns >= x) & (columns < x + width) & (rows >= y) & (rows < y + height)
    if not inside.any():
        with pytest.raises(BadInput, match="lies outside the image of 50 x 40 pixels"):
            Box(x, y, width, height).clipped(40, 50)
        return
    part = Box(x, y, width, height).clipped(40, 50)
    frame[part.y : part.y + part.height, part.x : part.x + part.width] = True
    np.testing.assert_array_equal(frame, inside)
    assert Box(x, y, width, height).contains(part)


def test_boxes_contain_themselves_but_nothing_that_sticks_out() -> None:
    box = Box(10, 20, 30, 40)
    assert box.contains(box)
    assert box.centre == (25, 40)
    assert box.as_list() == [10, 20, 30, 40]
    for other in (Box(9, 20, 30, 40), Box(10, 19, 30, 40), Box(10, 20, 31, 40), Box(10, 20, 30, 41)):
        assert not box.contains(other)


SCALES = ((0.1, 0.1), (0.2, 0.2), (0.05, 0.1), None)
boxes = st.builds(Box, st.integers(0, 30), st.integers(0, 20), st.integers(1, 25), st.integers(1, 25))
regions = st.builds(ScaledRegion, boxes, st.sampled_from(SCALES), st.booleans())


@given(boxes, st.lists(regions, max_size=4), st.sampled_from(SCALES))
def test_the_scale_of_a_box_is_that_of_its_pixels(box: Box, given: list[ScaledRegion], spacing: Scale | None) -> None:
    image = GreyImage(np.zeros((45, 55), np.float32), spacing, tuple(given))
    on_any, measured, scales = 0, 0, set()
    for y in range(box.y, box.y + box.height):
        for x in range(box.x, box.x + box.width):
            over = [region for region in given if region.box.contains(Box(x, y, 1, 1))]
            here = {region.mm_per_px for region in [r for r in over if not r.underneath] or over}
            on_any += bool(here)
            if here and None not in here:
                measured += 1
                scales |= here
    if not on_any:
        expected = spacing
    else:
        enough = 2 * measured >= box.width * box.height
        expected = next(iter(scales)) if len(scales) == 1 and enough else None
    assert image.scale_at(box) == expected
    assert (len(image.scales_at(box)) > 1) is (len(scales) > 1)


@given(boxes, boxes, st.integers(0, 54), st.integers(0, 44), st.integers(0, 54), st.integers(0, 44))
def test_a_line_is_measured_where_its_points_lie(first: Box, second: Box, x1: int, y1: int, x2: int, y2: int) -> None:
    image = GreyImage(
        np.zeros((45, 55), np.float32),
        regions=(ScaledRegion(first, (0.1, 0.1), underneath=True), ScaledRegion(second, (0.2, 0.2))),
    )
    along = (np.arange(2000) + 0.5) / 2000
    x, y = x1 + 0.3 + along * (x2 - x1), y1 + 0.3 + along * (y2 - y1)  # off the edges of pixels

    def on(box: Box) -> np.ndarray:
        return (x > box.x) & (x < box.x + box.width) & (y > box.y) & (y < box.y + box.height)

    above, below = on(second), on(first) & ~on(second)
    found = image.scale_at(Line(x1 + 0.3, y1 + 0.3, x2 + 0.3, y2 + 0.3))
    if (above.mean() > 0.01 and below.mean() > 0.01) or below.any() is above.any():
        assert found is None
    elif above.mean() > 0.51:
        assert found == (0.2, 0.2)
    elif below.mean() > 0.51:
        assert found == (0.1, 0.1)


def test_the_frame_s_own_scale_serves_where_no_region_is() -> None:
    region = ScaledRegion(Box(0, 0, 50, 100), (0.1, 0.2))
    image = GreyImage(np.zeros((100, 100), np.float32), (0.3, 0.3), (region,))
    assert image.scale_at(Box(60, 10, 20, 20)) == (0.3, 0.3)
    assert image.scale_at(Box(40, 10, 20, 20)) == (0.1, 0.2)
    assert image.shape == (100, 100)


def test_an_image_goes_by_its_pixels_its_frame_and_whose_it_is() -> None:
    image = GreyImage(np.linspace(0, 1, 100, dtype=np.float32).reshape(10, 10), source="PNG")
    same = [
        replace(image, mm_per_px=(0.1, 0.1)),
        replace(image, source="DICOM"),
        replace(image, pixels=image.pixels.copy()),
    ]
    assert {other.key for other in same} == {image.key}
    touched = image.pixels.copy()
    touched[3, 3] = np.nextafter(touched[3, 3], np.float32(1))
    others = [
        replace(image, pixels=touched),
        replace(image, pixels=image.pixels.reshape(5, 20)),
        replace(image, pixels=image.pixels.T),
        replace(image, frame=1),
        replace(image, source=SIMULATED),
    ]
    assert len({image.key, *(other.key for other in others)}) == 6
    assert [key.key.startswith(SIMULATED) for key in others] == [False] * 4 + [True]


def test_refusal_is_beyond_the_limit_not_at_it() -> None:
    assert not Familiarity(2.0, 10.0, 2.0).refused
    assert Familiarity(math.nextafter(2.0, 3), 0.0, 2.0).refused


@pytest.mark.parametrize(
    ("correlation", "chance", "trusted"),
    [(0.6, 0.01, True), (0.6, 0.05, True), (0.6, 0.06, False), (0.0, 0.01, False), (-0.3, 0.01, False)],
)
def test_a_heatmap_is_trusted_when_chance_gives_less_in_19_of_20(
    correlation: float, chance: float, trusted: bool
) -> None:
    assert Fidelity((0.1, 0.2), (1.0, 2.0), correlation, chance).trusted is trusted
