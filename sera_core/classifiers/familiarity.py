"""How close an image is to what a model was trained on.

Distance to the nearest training images in the body's feature space, after whitening by principal
components (Sun et al., ICML 2022, arXiv 2204.06507, use the same k-nearest-neighbour idea on deep
features). The scale comes from the training set itself: every training image's distance to the images
of other patients.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from sera_core.contracts import Familiarity

Features = NDArray[np.float32]  # [N, F]
NEIGHBOURS = 3
COMPONENTS = 64


@dataclass(frozen=True)
class FamiliarityIndex:
    """The training set as seen from the feature space.

    Attributes
    ----------
    mean : float32 [F]
    axes : float32 [F, K]
        Whitening projection.
    train : float32 [N, K]
        Whitened training features.
    leave_one_out : float32 [N]
        Sorted distances of the training images to images of other patients.
    """

    mean: NDArray[np.float32]
    axes: NDArray[np.float32]
    train: NDArray[np.float32]
    leave_one_out: NDArray[np.float32]

    def distances(self, features: Features) -> NDArray[np.float64]:
        """Mean distance to the nearest training images, ``[N]``."""
        return _nearest(cdist((features - self.mean) @ self.axes, self.train))

    def familiarity(self, features: Features, limit: float) -> list[Familiarity]:
        """Familiarity of each row of features ``[N, F]``."""
        found = self.distances(features)
        below = np.searchsorted(self.leave_one_out, found, side="left")
        percentiles = 100 * (1 - below / len(self.leave_one_out))
        return [Familiarity(float(d), float(p), limit) for d, p in zip(found, percentiles, strict=True)]


def fit_familiarity(features: Features, patients: NDArray) -> FamiliarityIndex:
    """Whiten the training features and measure the training set against itself, patients apart.

    Parameters
    ----------
    features : float32 [N, F]
    patients : array of str [N]
        Images of one patient are never each other's neighbours.
    """
    mean = features.mean(axis=0)
    _, spread, rows = np.linalg.svd(features - mean, full_matrices=False)
    keep = min(COMPONENTS, len(features) - 1)
    axes = rows[:keep].T / (spread[:keep] / np.sqrt(len(features) - 1))
    train = (features - mean) @ axes
    apart = cdist(train, train)
    apart[patients[:, None] == patients[None, :]] = np.inf
    leave_one_out = np.sort(_nearest(apart))
    return FamiliarityIndex(*(np.asarray(a, np.float32) for a in (mean, axes, train, leave_one_out)))


def _nearest(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    count = min(NEIGHBOURS, distances.shape[1])
    return np.partition(distances, count - 1, axis=1)[:, :count].mean(axis=1)
