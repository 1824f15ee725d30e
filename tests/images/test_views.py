"""The views of a region that an answer is averaged over."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.contracts import Box
from sera_core.images.prepare import Preparation, prepare
from sera_core.images.views import HANDS, hands, views

PREPARATION = Preparation(32, "square", 1.1, 0.5, 0.5)


def test_views_begin_with_the_box_and_stay_within_a_tenth_of_it() -> None:
    box = Box(40, 30, 100, 60)
    first, *others = hands(box)
    assert first == box
    for other in others:
        off = np.subtract([other.x, other.y, other.x + other.width, other.y + other.height], [40, 30, 140, 90])
        assert (np.abs(off) <= [10, 6, 10, 6]).all()
    middle = np.mean([other.centre for other in others], axis=0)
    assert middle == pytest.approx(box.centre)  # no side is favoured


def test_views_are_the_crops_of_those_boxes_even_at_the_edge_of_the_frame() -> None:
    pixels = np.random.default_rng(0).random((120, 200)).astype(np.float32)
    for box in (Box(40, 30, 100, 60), Box(0, 0, 12, 12), Box(188, 108, 12, 12), Box(0, 0, 200, 120)):
        found = views(pixels, box, PREPARATION)
        assert found.shape == (len(HANDS), 32, 32)
        np.testing.assert_array_equal(found[0], prepare(pixels, box, PREPARATION).pixels)
