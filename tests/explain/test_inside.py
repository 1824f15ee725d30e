"""Heat inside an outline, masks on crops, and maps that are steadied."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.contracts import Box
from sera_core.explain.inside import fifth_inside, heat_inside, hottest_inside, mask_on_crop
from sera_core.explain.steady import SHIFTS, VIEWS, steady_map


def test_shares_by_hand():
    values = np.array([[0, 1], [3, 0]], np.float32)
    mask = np.array([[False, False], [True, True]])
    assert heat_inside(values, mask) == pytest.approx(0.75)
    assert hottest_inside(values, mask)
    assert not hottest_inside(values, ~mask)
    ramp, left = np.tile(np.arange(10, dtype=np.float32), (10, 1)), np.zeros((10, 10), bool)
    left[:, :9] = True
    assert fifth_inside(ramp, left) == pytest.approx(0.5)  # of the last two columns, one


def test_a_blank_map_lies_nowhere():
    blank, mask = np.zeros((4, 4), np.float32), np.ones((4, 4), bool)
    assert heat_inside(blank, mask) == fifth_inside(blank, mask) == 0
    assert not hottest_inside(blank, mask)


@pytest.mark.parametrize("place", [Box(2, 1, 4, 4), Box(-2, -2, 6, 6), Box(5, 5, 10, 10)])
def test_a_mask_on_the_crop_is_what_lies_under_each_pixels_middle(place):
    mask = np.random.default_rng(0).random((9, 8)) > 0.5
    found = mask_on_crop(mask, place, (12, 12))
    for (row, column), value in np.ndenumerate(found):
        y, x = place.y + (row + 0.5) * place.height / 12, place.x + (column + 0.5) * place.width / 12
        there = 0 <= y < 9 and 0 <= x < 8
        assert value == (there and mask[int(y), int(x)])


def test_a_steady_map_of_what_moves_with_the_picture_is_that_map():
    """Brightness itself as the map: every view is put back where it came from."""
    crop = np.zeros((64, 64), np.float32)
    crop[20:30, 33:48] = 1
    asked = []

    def map_of(view):
        asked.append(view)
        return view

    np.testing.assert_allclose(steady_map(map_of, crop), crop, atol=1e-6)
    assert len(asked) == VIEWS == 2 * len(SHIFTS)
    assert len({view.tobytes() for view in asked}) == VIEWS, "every view is another"


def test_a_steady_map_averages_what_does_not_move_with_the_picture():
    fixed = np.zeros((64, 64), np.float32)
    fixed[0, 0] = 1
    steady = steady_map(lambda view: fixed, np.random.default_rng(0).random((64, 64), dtype=np.float32))
    assert steady.max() == 1
    assert (steady > 0).sum() > 4
