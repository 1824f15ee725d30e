"""The words every room shares."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sera_core.contracts import BadInput, Box, Familiarity, Fidelity, GreyImage, ScaledRegion


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


def test_scale_is_that_of_the_region_that_holds_the_whole_box() -> None:
    region = ScaledRegion(Box(0, 0, 50, 100), (0.1, 0.2))
    image = GreyImage(np.zeros((100, 100), np.float32), mm_per_px=None, regions=(region,))
    assert image.scale_at(Box(10, 10, 20, 20)) == (0.1, 0.2)
    assert image.scale_at(Box(40, 10, 20, 20)) is None
    assert GreyImage(image.pixels, (0.3, 0.3), (region,)).scale_at(Box(60, 10, 20, 20)) == (0.3, 0.3)
    assert image.shape == (100, 100)


def test_refusal_is_beyond_the_limit_not_at_it() -> None:
    assert not Familiarity(2.0, 10.0, 2.0).refused
    assert Familiarity(math.nextafter(2.0, 3), 0.0, 2.0).refused


@pytest.mark.parametrize(
    ("hot", "random", "trusted"),
    [
        (0.3, [0.1] * 20, True),
        (0.3, [0.1] * 19 + [0.4], True),
        (0.3, [0.1] * 18 + [0.4] * 2, False),
        (-0.1, [-0.2] * 20, False),
        (0.3, [0.3] * 20, False),
    ],
)
def test_a_heatmap_is_trusted_when_it_beats_19_of_20_random_ones(hot: float, random: list, trusted: bool) -> None:
    fidelity = Fidelity(hot, tuple(random))
    assert fidelity.trusted is trusted
    assert fidelity.gain == pytest.approx(hot - sum(random) / len(random))
