"""A steadier map: the mean over slightly shifted and mirrored views of one crop.

A network's answer depends a little on where its grid of cells happens to lie; views that are moved by half a cell and
turned over average that away, at the price of one more prediction with a map for each.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from sera_core.contracts import Grey

SHIFTS = ((0, 0), (-1, 0), (1, 0), (0, -1), (0, 1))  # in half cells of 16 px: down, right
HALF_CELL = 8  # px
VIEWS = 2 * len(SHIFTS)


def steady_map(map_of: Callable[[Grey], Grey], crop: Grey) -> Grey:
    """The mean of the maps of ten views, each put back to where it came from.

    Parameters
    ----------
    map_of : callable
        From a crop ``[h, w]`` to its map ``[h, w]``, 0 ... 1.
    crop : float32 [h, w]

    Returns
    -------
    float32 [h, w]
        0 ... 1, stretched to 1 at the hottest point.
    """
    total = np.zeros(crop.shape, np.float64)
    for down, right in SHIFTS:
        seen = _moved(crop, down, right)
        for step in (1, -1):
            total += _moved(map_of(np.ascontiguousarray(seen[:, ::step]))[:, ::step], -down, -right)
    return (total / max(float(total.max()), 1e-7)).astype(np.float32)


def _moved(values: Grey, down: int, right: int) -> Grey:
    """Moved by so many half cells; what comes in at an edge repeats it."""
    rows, columns = (
        np.clip(np.arange(length) - steps * HALF_CELL, 0, length - 1)
        for length, steps in zip(values.shape, (down, right), strict=True)
    )
    return values[rows[:, None], columns]
