"""A border drawn by hand, against areas known by formula and against the outline's own corners."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.outline import drawn


def test_a_rectangle_and_a_circle_hold_the_pixels_that_their_formulas_say() -> None:
    box = drawn([(10, 20), (40, 20), (40, 32), (10, 32)], (60, 80))
    assert box.mask.sum() == 30 * 12
    assert box.box.as_list() == [10, 20, 30, 12]
    assert (box.confidence, box.source) == (1.0, "reader")
    turns = np.linspace(0, 2 * np.pi, 96, endpoint=False)
    circle = drawn([(50 + 20 * np.cos(t), 40 + 20 * np.sin(t)) for t in turns], (80, 100))
    assert circle.mask.sum() == pytest.approx(np.pi * 400, rel=0.01)


def test_the_corners_of_an_outline_draw_it_again() -> None:
    y, x = np.ogrid[:90, :120]
    mask = ((x - 60) / 30) ** 2 + ((y - 40) / 20) ** 2 + 0.3 * np.sin(x / 5) <= 1
    first = drawn([(0, 0), (1, 0), (1, 1), (0, 1)], mask.shape)
    first = type(first)(mask, first.box, 1.0, "reader")
    again = drawn(first.polygon, mask.shape)
    assert (again.mask & mask).sum() / (again.mask | mask).sum() > 0.97


def test_a_line_that_crosses_itself_keeps_its_larger_part_and_an_empty_one_is_refused() -> None:
    eight = [(0, 0), (40, 40), (40, 0), (0, 10)]
    found = drawn(eight, (50, 50))
    assert found.mask[5, 38]
    assert not found.mask[5, 1]
    with pytest.raises(BadInput, match="holds no pixel"):
        drawn([(5.6, 5.6), (5.9, 5.6), (5.9, 5.9)], (50, 50))
