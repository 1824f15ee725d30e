"""How close an image is to what a model was trained on.

Distance to the nearest training images in the body's feature space, after whitening by principal
components (Sun et al., ICML 2022, arXiv 2204.06507, use the same k-nearest-neighbour idea on deep
features). The scale comes from the training set itself: every training image's distance to the images
of other patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from sera_core.contracts import BadInput, Familiarity

Features = NDArray[np.float32]  # [N, F]
NEIGHBOURS = 3
COMPONENTS = 64
CHUNK = 1024  # rows of the distance matrix at a time: a training set may have 20,000 images


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

    Raises
    ------
    BadInput
        When some image has fewer than :data:`NEIGHBOURS` images of other patients beside it.
    """
    _, numbers, images = np.unique(patients, return_inverse=True, return_counts=True)
    if len(features) - images.max() < NEIGHBOURS:
        raise BadInput(
            "few_patients",
            f"Familiarity needs at least {NEIGHBOURS} images of other patients beside those of any one patient: "
            "train on more patients.",
        )
    mean = features.mean(axis=0)
    _, spread, rows = np.linalg.svd(features - mean, full_matrices=False)
    keep = min(COMPONENTS, int(np.sum(spread > 1e-4 * spread[0])))  # a direction without spread cannot be whitened
    axes = rows[:keep].T / (spread[:keep] / np.sqrt(len(features) - 1))
    train = (features - mean) @ axes
    leave_one_out = np.sort(np.concatenate(list(_left_out(train, numbers))))
    return FamiliarityIndex(*(np.asarray(a, np.float32) for a in (mean, axes, train, leave_one_out)))


def _left_out(train: Features, patients: NDArray[np.intp]) -> Iterator[NDArray[np.float64]]:
    for start in range(0, len(train), CHUNK):
        rows = slice(start, start + CHUNK)
        apart = cdist(train[rows], train)
        apart[patients[rows, None] == patients[None, :]] = np.inf
        yield _nearest(apart)


def _nearest(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    count = min(NEIGHBOURS, distances.shape[1])
    return np.partition(distances, count - 1, axis=1)[:, :count].mean(axis=1)
