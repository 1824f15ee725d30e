import pytest

from sera_core.contracts import BadInput, Box, GreyImage, Line, ScaledRegion
from sera_core.ui.measure import Calibration, scale_from, with_scale
from tests.figures.hand import hand_made


def test_a_ruler_measures_with_both_scales() -> None:
    line = Line(10, 20, 40, 60)  # 30 across, 40 down
    assert line.length_px == pytest.approx(50)
    assert line.length_mm((0.1, 0.1)) == pytest.approx(5)
    assert line.length_mm((0.3, 0.4)) == pytest.approx((12**2 + 12**2) ** 0.5)


def test_two_marks_ten_millimetres_apart_give_the_scale() -> None:
    scale = scale_from(Line(5, 100, 5, 225), 10)
    assert scale == pytest.approx((0.08, 0.08))
    assert Line(0, 0, 125, 0).length_mm(scale) == pytest.approx(10)


@pytest.mark.parametrize(
    ("line", "distance", "code"),
    [
        (Line(5, 5, 7, 5), 10, "short_ruler"),
        (Line(5, 5, 5, 5), 10, "short_ruler"),
        (Line(0, 0, 90, 0), 0, "bad_distance"),
    ],
)
def test_a_useless_ruler_is_refused(line: Line, distance: float, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        scale_from(line, distance)
    assert refusal.value.code == code


def test_the_reader_s_scale_holds_where_the_ruler_was_laid() -> None:
    panes = (ScaledRegion(Box(0, 0, 100, 100), (0.2, 0.2)), ScaledRegion(Box(100, 0, 90, 100), None))
    image = GreyImage(hand_made().image.pixels, None, panes)
    left, right, outside = Box(10, 10, 20, 20), Box(150, 60, 20, 20), Box(100, 101, 20, 10)
    calibrated = with_scale(image, Calibration(Line(120, 10, 120, 60), 5))
    assert [calibrated.scale_at(place) for place in (left, right, outside)] == [(0.2, 0.2), (0.1, 0.1), None]
    beside = with_scale(image, Calibration(Line(120, 101, 170, 101), 5))
    assert [beside.scale_at(place) for place in (left, right, outside)] == [(0.1, 0.1)] * 3
    assert with_scale(image, None) is image
