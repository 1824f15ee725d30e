from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sera_core.contracts import BadInput
from sera_core.images.calibration import length_mm, scale_from_ruler

pixel = st.floats(0, 2000)


def test_depth_scale() -> None:
    assert scale_from_ruler((490, 10), (490, 310), 50) == pytest.approx((50 / 300, 50 / 300))


@pytest.mark.parametrize(
    ("first", "second", "distance", "code", "says"),
    [
        ((0, 0), (0, 100), 0, "ruler_distance", "A distance of 0 mm is not on a depth scale"),
        ((0, 0), (0, 100), -5, "ruler_distance", "type one between 1 and 300 mm"),
        ((0, 0), (0, 100), math.nan, "ruler_distance", "nan mm"),
        ((0, 0), (0, 100), math.inf, "ruler_distance", "inf mm"),
        ((7, 7), (7, 7), 10, "ruler_points", "0 pixels apart, too close"),
        ((0, 0), (3, 4), 10, "ruler_points", "at least 20 pixels apart"),
        ((math.nan, 0), (3, 4), 10, "ruler_points", "apart"),
        ((0, 0), (0, 2000), 1, "ruler_scale", "1 mm over 2000 pixels would be 0.0005 mm per pixel"),
        ((0, 0), (0, 30), 300, "ruler_scale", "in millimetres, not centimetres"),
    ],
)
def test_impossible_rulers(first: tuple, second: tuple, distance: float, code: str, says: str) -> None:
    with pytest.raises(BadInput) as refusal:
        scale_from_ruler(first, second, distance)
    assert refusal.value.code == code
    assert says in refusal.value.message


def test_rows_and_columns_have_their_own_scale() -> None:
    assert length_mm((0, 0), (30, 0), (0.1, 0.2)) == pytest.approx(6)  # along the row: 30 columns
    assert length_mm((0, 0), (0, 30), (0.1, 0.2)) == pytest.approx(3)


@given(pixel, pixel, pixel, pixel, st.floats(5, 200))
def test_the_ruler_measures_itself(x0: float, y0: float, x1: float, y1: float, distance: float) -> None:
    assume(math.dist((x0, y0), (x1, y1)) > 20)
    assume(0.005 < distance / math.dist((x0, y0), (x1, y1)) < 2)
    scale = scale_from_ruler((x0, y0), (x1, y1), distance)
    assert length_mm((x0, y0), (x1, y1), scale) == pytest.approx(distance)


def test_no_millimetres_without_a_scale() -> None:
    with pytest.raises(BadInput, match="calibrate it with two points on its depth scale") as refusal:
        length_mm((0, 0), (10, 10), None)
    assert refusal.value.code == "no_scale"


def test_one_point_has_no_length() -> None:
    with pytest.raises(BadInput, match="choose the two ends"):
        length_mm((4, 4), (4, 4), (0.1, 0.1))
