"""What is blurred, how far, and the occlusion map, each by brute force on crops that are not square."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.explain.occlusion import occlusion_map
from sera_core.explain.perturb import BLUR, EDGE, ask, blurred


def gaussian(sigma: float, reach: int) -> np.ndarray:
    weights = np.exp(-0.5 * (np.arange(-reach, reach + 1) / sigma) ** 2)
    return weights / weights.sum()


def smoothed(picture: np.ndarray, sigma: float, deviations: int) -> np.ndarray:
    """A Gaussian filter cut at some deviations, its edges mirrored: sums over a window, pixel by pixel."""
    reach = int(deviations * sigma + 0.5)
    kernel = gaussian(sigma, reach)
    wide = np.pad(picture.astype(np.float64), reach, mode="symmetric")
    rows = np.array([np.convolve(line, kernel, mode="valid") for line in wide])
    return np.array([np.convolve(line, kernel, mode="valid") for line in rows.T]).T


def test_a_blurred_region_by_brute_force() -> None:
    crop = np.random.default_rng(0).random((60, 44), dtype=np.float32)
    regions = np.zeros((2, 60, 44), bool)
    regions[0, 10:30, 5:20], regions[1, 40:, 30:] = True, True
    found = blurred(crop, regions, side=100.0)
    smooth = smoothed(crop, BLUR * 100, 3)
    for picture, region in zip(found, regions, strict=True):
        soft = smoothed(region, EDGE * 100, 2)
        np.testing.assert_allclose(picture, crop + soft * (smooth - crop), atol=2e-6)
        np.testing.assert_array_equal(picture[soft == 0], crop[soft == 0])
    assert found.dtype == np.float32


def test_answers_are_double_precision_whatever_the_model_answers() -> None:
    assert ask(lambda crops: crops.mean(axis=(1, 2)), np.ones((5, 2, 2), np.float32)).dtype == np.float64


@pytest.mark.parametrize(("shape", "cells"), [((40, 64), 5), ((64, 40), 4)])
def test_an_occlusion_map_by_brute_force(shape: tuple[int, int], cells: int) -> None:
    """Every square of two by two cells blurred by itself; a cell's value is the mean over the squares that cover it."""
    rng = np.random.default_rng(1)
    crop, weights = rng.random(shape, dtype=np.float32), rng.random(shape)

    def predict(crops: np.ndarray) -> np.ndarray:
        return (crops * weights).mean(axis=(1, 2)) + crops.std(axis=(1, 2))

    falls: dict[tuple[int, int], list[float]] = {}
    edges = [[round(length * i / cells) for i in range(cells + 1)] for length in shape]
    for i in range(cells - 1):
        for j in range(cells - 1):
            square = np.zeros((1, *shape), bool)
            square[0, edges[0][i] : edges[0][i + 2], edges[1][j] : edges[1][j + 2]] = True
            fall = predict(crop[None])[0] - predict(blurred(crop, square, (shape[0] * shape[1]) ** 0.5))[0]
            for cell in ((i, j), (i + 1, j), (i, j + 1), (i + 1, j + 1)):
                falls.setdefault(cell, []).append(fall)
    found = occlusion_map(predict, crop, cells)
    assert found.dtype == np.float32
    np.testing.assert_allclose(found, [[np.mean(falls[i, j]) for j in range(cells)] for i in range(cells)], rtol=1e-4)
