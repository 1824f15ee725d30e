"""Texture by grey-level co-occurrence: what Haralick's properties say of a crop, over directions and distances.

Haralick RM, Shanmugam K, Dinstein I. Textural features for image classification. IEEE Transactions on Systems, Man,
and Cybernetics 1973;3:610-621; as there, the mean and the range over the four directions. The matrices are
scikit-image's; the properties are reckoned for many crops at once.
"""

from __future__ import annotations

from itertools import product

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey

LEVELS = 32
DISTANCES = (1, 3, 5)  # in pixels; even ones would fall on others when a diagonal step is rounded (2 -> 1)
ANGLES = (0.0, np.pi / 4, np.pi / 2, 3 * np.pi / 4)
PROPERTIES = ("contrast", "dissimilarity", "homogeneity", "energy", "correlation", "entropy", "variance")
NAMES = tuple(
    f"{name} at {distance} px, {summary}"
    for name, distance, summary in product(PROPERTIES, DISTANCES, ("mean", "range"))
)
_CHUNK = 128  # crops whose matrices are held at once: 12 MB


def glcm(crops: Grey) -> NDArray[np.float32]:
    """Texture features of grey crops.

    Parameters
    ----------
    crops : float32 [N, h, w]
        Grey levels 0 ... 1, at least 6 pixels high and wide.

    Returns
    -------
    float32 [N, 42]
        In the order of :data:`NAMES`.
    """
    parts = [_summaries(_matrices(crops[k : k + _CHUNK])) for k in range(0, len(crops), _CHUNK)]
    return np.concatenate(parts) if parts else np.empty((0, len(NAMES)), np.float32)


def _matrices(crops: Grey) -> NDArray[np.float64]:
    """Symmetric co-occurrence, each summing to 1: ``[N, distance, angle, i, j]``."""
    from skimage.feature import graycomatrix

    levels = np.clip(crops * LEVELS, 0, LEVELS - 1).astype(np.uint8)
    counts = np.stack([graycomatrix(crop, DISTANCES, ANGLES, LEVELS, symmetric=True) for crop in levels])
    shares = counts.transpose(0, 3, 4, 1, 2).astype(np.float64)
    return shares / shares.sum((-2, -1), keepdims=True)


def _summaries(shares: NDArray[np.float64]) -> NDArray[np.float32]:
    i, j = np.indices((LEVELS, LEVELS))

    def expected(weight: NDArray) -> NDArray[np.float64]:
        return np.tensordot(shares, weight.astype(float), 2)  # [N, distance, angle]

    mean = expected(i)
    variance = expected(i**2) - mean**2  # the same for i and j: the matrices are symmetric
    flat = variance < 1e-12  # one grey level only: correlation counts as 1, as in scikit-image
    correlation = np.where(flat, 1, (expected(i * j) - mean**2) / np.where(flat, 1, variance))
    logarithms = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
    values = np.stack(
        [
            expected((i - j) ** 2),
            expected(np.abs(i - j)),
            expected(1 / (1 + (i - j) ** 2)),
            np.sqrt((shares**2).sum((-2, -1))),
            correlation,
            -(shares * logarithms).sum((-2, -1)),
            variance,
        ],
        axis=1,
    )  # [N, property, distance, angle]
    return np.stack([values.mean(-1), np.ptp(values, -1)], -1).reshape(len(shares), -1).astype(np.float32)
