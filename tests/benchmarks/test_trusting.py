"""The tests of fidelity, side by side, on a function whose evidence is known."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import expit

from sera_core.benchmarks.trusting import passes

SIDE = 64


def texture_at_the_top_left(crops: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sees how rough one corner is, and nothing else."""
    return expit(40 * (crops[:, 8:28, 8:28].std(axis=(1, 2)).astype(np.float64) - 0.2))


def around(row: int, column: int) -> NDArray[np.float32]:
    y, x = np.mgrid[:SIDE, :SIDE]
    return np.exp(-((y - row) ** 2 + (x - column) ** 2) / 200).astype(np.float32)


@pytest.mark.parametrize(("where", "right"), [((18, 18), True), ((46, 46), False)])
def test_every_test_passes_the_right_map_and_not_the_wrong_one(where: tuple[int, int], right: bool) -> None:
    crop = np.random.default_rng(0).random((SIDE, SIDE)).astype(np.float32)
    assert passes(texture_at_the_top_left, crop, around(*where)) == (right, right, right)
