"""Texture by counting: how often two grey levels stand side by side.

Haralick RM, Shanmugam K, Dinstein I. Textural features for image classification. IEEE Transactions on Systems, Man, and
Cybernetics 1973;3:610-621. Matrix and properties are those of scikit-image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Grey

Counts = NDArray[np.int64]

DIRECTIONS: dict[str, tuple[int, int]] = {  # (rows down, columns to the right)
    "horizontal": (0, 1),
    "vertical": (1, 0),
    "45° diagonal": (-1, 1),
    "135° diagonal": (1, 1),
}
HARALICK: Counts = np.array([[0, 0, 1, 1], [0, 0, 1, 1], [0, 2, 2, 2], [2, 2, 3, 3]])  # the paper's figure 3
PROPERTIES = ("contrast", "correlation", "energy", "homogeneity")


def quantise(grey: Grey, bits: int) -> NDArray[np.int64]:
    """Grey 0 ... 1 as levels 0 ... 2^bits - 1 of equal width ``[H, W]``."""
    levels = 2**bits
    return np.clip((grey.astype(np.float64) * levels).astype(np.int64), 0, levels - 1)


def neighbours(levels: NDArray[np.int64], down: int, right: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Every pixel that has a neighbour so far down and to the right, and that neighbour.

    Raises
    ------
    BadInput
        When the step leads out of the image from everywhere.
    """
    height, width = levels.shape
    if abs(down) >= height or abs(right) >= width:
        raise BadInput("offset", f"A step of {max(abs(down), abs(right))} pixels leaves the image: take a shorter one.")
    here = levels[max(-down, 0) : height - max(down, 0), max(-right, 0) : width - max(right, 0)]
    there = levels[max(down, 0) : height + min(down, 0), max(right, 0) : width + min(right, 0)]
    return here, there


def cooccurrence(levels: NDArray[np.int64], bits: int, down: int, right: int, symmetric: bool = True) -> Counts:
    """How often level i has level j as its neighbour ``[L, L]``.

    Parameters
    ----------
    levels : int64 [H, W]
        From :func:`quantise`.
    bits : int
        L = 2^bits.
    down, right : int
        The step from a pixel to its neighbour.
    symmetric : bool
        Count each pair in both orders.
    """
    here, there = neighbours(levels, down, right)
    size = 2**bits
    counts = np.bincount((here * size + there).ravel(), minlength=size * size).reshape(size, size)
    return counts + counts.T if symmetric else counts


def pairs(levels: NDArray[np.int64], down: int, right: int, i: int, j: int) -> list[tuple[int, int]]:
    """(row, column) of every pixel of level i whose neighbour has level j."""
    here, there = neighbours(levels, down, right)
    top, left = max(-down, 0), max(-right, 0)
    return [(int(row) + top, int(column) + left) for row, column in np.argwhere((here == i) & (there == j))]


def four_directions(
    levels: NDArray[np.int64], bits: int, distance: int = 1, symmetric: bool = True
) -> dict[str, Counts]:
    """The matrix of each direction, by its name."""
    return {
        name: cooccurrence(levels, bits, down * distance, right * distance, symmetric)
        for name, (down, right) in DIRECTIONS.items()
    }


def properties(counts: Counts) -> dict[str, float]:
    """Contrast, correlation, energy and homogeneity of a matrix of counts.

    Energy is the root of the sum of squares, and homogeneity divides by 1 + (i - j)^2, as in scikit-image; MATLAB's
    ``graycoprops`` takes no root and divides by 1 + |i - j|.
    """
    share = counts / counts.sum()
    i, j = np.indices(counts.shape)
    mean_i, mean_j = (share * i).sum(), (share * j).sum()
    spread = np.sqrt((share * (i - mean_i) ** 2).sum() * (share * (j - mean_j) ** 2).sum())
    together = (share * (i - mean_i) * (j - mean_j)).sum()
    return {
        "contrast": float((share * (i - j) ** 2).sum()),
        "correlation": float(together / spread) if spread > 1e-15 else 1.0,
        "energy": float(np.sqrt((share**2).sum())),
        "homogeneity": float((share / (1 + (i - j) ** 2)).sum()),
    }


def texture(grey: Grey, bits: int = 5, distance: int = 1) -> dict[str, float]:
    """The four properties of the sum of the four directions."""
    matrices = four_directions(quantise(grey, bits), bits, distance)
    return properties(np.sum(list(matrices.values()), axis=0))
