"""What is thin on a picture, against scipy's opening."""

from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from sera_core.images.strokes import relief, without_strokes


@pytest.mark.parametrize("shape", [(1, 1), (2, 3), (5, 5), (7, 40), (211, 150)])
def test_the_picture_without_strokes_is_its_opening_to_the_edge(shape: tuple[int, int]) -> None:
    pixels = np.random.default_rng(0).random((2 * shape[0], 2 * shape[1]), np.float32)[::2, ::2]  # not in one piece
    opened = ndimage.grey_opening(pixels, (5, 5))
    np.testing.assert_array_equal(without_strokes(pixels), opened)
    np.testing.assert_array_equal(relief(pixels), pixels - opened)
