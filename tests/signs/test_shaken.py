from __future__ import annotations

import numpy as np
import pytest

from sera_core.signs.shaken import shaken

Y, X = np.mgrid[:200, :300]
MASK = ((X - 140) / 60) ** 2 + ((Y - 90) / 30) ** 2 <= 1


def test_nothing_moves_by_nothing() -> None:
    assert (shaken(MASK, 0.0, np.random.default_rng(0)) == MASK).mean() > 0.999


@pytest.mark.parametrize("share", [0.1, 0.2])
def test_extent_and_place_stay_within_the_share(share: float) -> None:
    extents, places = [], []
    for seed in range(40):
        where = np.argwhere(shaken(MASK, share, np.random.default_rng(seed)))
        extents.append((np.ptp(where, axis=0) + 1) / (61, 121) - 1)
        places.append((where.mean(0) - (90, 140)) / (61, 121))
    assert np.abs(extents).max() < share + 0.03
    assert np.abs(extents).max() > 0.6 * share
    assert np.abs(places).max() < share / 2 + 0.02
    assert np.abs(places).max() > 0.3 * share
