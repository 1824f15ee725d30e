"""Pictures without a chart: what is outlined lies where it should, and cells stay sharp."""

from __future__ import annotations

import numpy as np
from PIL import ImageColor

from sera_core.figures import palette
from sera_core.figures.image import SHARP, still


def test_a_small_picture_is_repeated_and_not_blurred() -> None:
    pixels = np.array([[0.0, 1.0], [0.5, 2.0]], np.float32)
    shown = still(pixels)
    half = SHARP // 2
    assert shown.shape == (SHARP, SHARP, 3)
    assert (shown[:half, :half] == 0).all()
    assert (shown[half:, :half] == 128).all()
    assert (shown[:, half:] == 255).all()  # what is too bright is white


def test_the_outline_and_the_ring_lie_where_they_are_told() -> None:
    pixels = np.zeros((400, 500), np.float32)
    shown = still(pixels, (100, 50, 300, 250), (200, 150))
    rows, columns = np.nonzero((shown == ImageColor.getrgb(palette.ACCENT)).all(axis=2))
    assert (columns.min(), rows.min(), columns.max(), rows.max()) == (100, 50, 299, 249)
    inside = (rows > 60) & (rows < 240) & (columns > 110) & (columns < 290)
    assert abs(rows[inside].mean() - 150) < 1
    assert abs(columns[inside].mean() - 200) < 1
    assert not shown[150, 200].any()  # the ring is hollow
