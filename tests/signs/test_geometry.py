"""The outline's numbers against shapes whose numbers are known, brute force, and scikit-image."""

from __future__ import annotations

from math import cos, pi, radians, sin, sqrt

import numpy as np
import pytest
from numpy.typing import NDArray
from skimage.measure import regionprops

from sera_core.signs.geometry import corners, diameters, geometry
from sera_core.signs.volume import diameters_of


def ellipse(half_width: float, half_height: float, turned: float = 0.0, size: int = 240) -> NDArray[np.bool_]:
    y, x = np.mgrid[:size, :size] + 0.5 - size / 2
    c, s = cos(radians(turned)), sin(radians(turned))
    return ((x * c + y * s) / half_width) ** 2 + ((y * c - x * s) / half_height) ** 2 <= 1


def test_an_ellipse_has_its_axes() -> None:
    seen = geometry(ellipse(60, 40), (1, 1))
    assert seen.long == pytest.approx(120, abs=1)
    assert (seen.width, seen.height) == pytest.approx((120, 80), abs=1)
    assert seen.across == pytest.approx(80, abs=2)
    assert seen.height_over_width == pytest.approx(2 / 3, abs=0.01)
    assert seen.ellipse_ratio == pytest.approx(2 / 3, abs=0.01)
    assert seen.area == pytest.approx(pi * 60 * 40, rel=0.01)
    assert seen.solidity > 0.97


def test_a_turned_ellipse_keeps_its_diameters_and_not_its_box() -> None:
    seen = geometry(ellipse(60, 30, turned=35), (1, 1))
    assert seen.long == pytest.approx(120, abs=2)
    assert seen.across == pytest.approx(60, abs=3)
    width = 2 * sqrt((60 * cos(radians(35))) ** 2 + (30 * sin(radians(35))) ** 2)
    assert seen.width == pytest.approx(width, abs=1.5)


def test_lengths_take_the_scale_of_their_direction() -> None:
    seen = geometry(ellipse(60, 40), (0.1, 0.05))
    assert seen.width == pytest.approx(6, abs=0.1)
    assert seen.height == pytest.approx(8, abs=0.2)
    assert seen.long == pytest.approx(8, abs=0.2)
    assert seen.height_over_width == pytest.approx(8 / 6, rel=0.02)
    assert seen.ellipse_ratio == pytest.approx(8 / 6, rel=0.02)
    assert seen.area == pytest.approx(pi * 3 * 4, rel=0.01)


def test_the_longest_diameter_is_the_longest_of_all_pairs() -> None:
    generator = np.random.default_rng(3)
    points = generator.normal(size=(60, 2)) @ np.asarray([[5, 2], [0, 1]])
    pairs = [(float(np.hypot(*(a - b))), a - b) for a in points for b in points]
    longest, along = max(pairs, key=lambda pair: pair[0])
    beside = [abs(float((a - b)[0] * along[1] - (a - b)[1] * along[0])) / longest for a in points for b in points]
    assert diameters(points) == pytest.approx((longest, max(beside)))


def test_solidity_and_diameter_agree_with_scikit_image() -> None:
    mask = ellipse(60, 25) | ellipse(20, 70, turned=15)
    ours, theirs = geometry(mask, (1, 1)), regionprops(mask.astype(int))[0]
    assert ours.solidity == pytest.approx(theirs.solidity, abs=0.02)
    assert ours.long == pytest.approx(theirs.feret_diameter_max, rel=0.01)
    moments = theirs.inertia_tensor
    assert ours.ellipse_ratio == pytest.approx(sqrt(moments[1, 1] / moments[0, 0]), rel=0.01)


@pytest.mark.parametrize("depth", [0.05, 0.1, 0.2])
def test_roughness_is_the_root_mean_square_of_the_lobules(depth: float) -> None:
    y, x = np.mgrid[:300, :300] + 0.5 - 150
    border = 100 * (1 + depth * np.cos(8 * np.arctan2(y, x)))
    seen = geometry(np.hypot(x, y) <= border, (1, 1))
    assert seen.roughness == pytest.approx(depth / sqrt(2), abs=0.008)


@pytest.mark.parametrize("turned", [0, 20, 45])
def test_an_oval_is_not_rough(turned: float) -> None:
    assert geometry(ellipse(70, 50, turned), (1, 1)).roughness < 0.01


def test_one_pixel_is_one_pixel_wide() -> None:
    mask = np.zeros((5, 5), bool)
    mask[2, 3] = True
    assert np.ptp(corners(mask, (1, 2)), axis=0).tolist() == [1, 2]


def test_volume_of_a_ball() -> None:
    ball = geometry(ellipse(100, 100), (0.1, 0.1))  # 20 mm
    assert diameters_of(ball, ball).volume_ml == pytest.approx(pi / 6 * 8, rel=0.02)


def test_two_views_give_three_diameters() -> None:
    across, along = geometry(ellipse(60, 40), (0.1, 0.1)), geometry(ellipse(90, 42), (0.1, 0.1))
    three = diameters_of(across, along)
    assert (three.length_mm, three.height_mm, three.width_mm) == pytest.approx((18, 8.4, 12), abs=0.1)
