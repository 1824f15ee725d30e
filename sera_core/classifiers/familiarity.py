"""How close an image is to what a model was trained on.

Distance to the nearest training images among unit-length deep features, as in Sun et al., ICML 2022
(arXiv 2204.06507). The features come from one body that never changes, EfficientNet-Lite0 with ImageNet
weights: a fine-tuned body forgets what it does not need, and photographs then look as familiar to it as
thyroids do. The scale comes from the training set itself: every training image's distance to the images of
other patients.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist

from sera_core.contracts import BadInput, Box, Familiarity, Grey
from sera_core.images.fingerprint import BYTES, Fingerprints, same_picture
from sera_core.images.prepare import Preparation, prepare
from sera_core.nets.split import build, pooled_features

if TYPE_CHECKING:
    from torch import nn

Features = NDArray[np.float32]  # [N, F]
NETWORK = "efficientnet_lite0"
PREPARATION = Preparation(input_px=224, framing="square", padding=1.1, mean=0.5, std=0.5)
FEATURES = 1280  # of that body
NEIGHBOURS = 3
CHUNK = 1024  # rows of the distance matrix at a time: a training set may have 20,000 images


@cache
def _eye() -> nn.ModuleDict:
    return build(NETWORK, pretrained=True).eval().requires_grad_(False)


def look(pixels: Grey, box: Box) -> Features:
    """Features ``[1, F]`` of one region of a frame, the same for all models."""
    return see(prepare(pixels, box, PREPARATION).pixels[None])


def see(crops: Grey) -> Features:
    """Features ``[N, F]`` of crops ``[N, h, w]`` made with :data:`PREPARATION`."""
    return pooled_features(_eye(), crops, PREPARATION)


@dataclass(frozen=True)
class FamiliarityIndex:
    """The training set as seen from the feature space.

    Attributes
    ----------
    train : float32 [N, F]
        Training features of unit length.
    leave_one_out : float32 [N]
        Sorted distances of the training images to images of other patients.
    frames : uint8 [K, BYTES]
        Fingerprints of all training images (none where a model's maker kept them to himself), by which a copy of one is
        known whatever its file or its hospital is called.
    """

    train: NDArray[np.float32]
    leave_one_out: NDArray[np.float32]
    frames: Fingerprints = field(default_factory=lambda: np.empty((0, BYTES), np.uint8))

    def __post_init__(self) -> None:
        train, apart = self.train, self.leave_one_out
        if train.ndim != 2 or apart.shape != train.shape[:1] or len(train) < NEIGHBOURS:
            raise ValueError(f"familiarity index: shapes {train.shape} and {apart.shape} do not fit each other")
        if self.frames.dtype != np.uint8 or self.frames.ndim != 2 or self.frames.shape[1] != BYTES:
            raise ValueError(f"familiarity index: fingerprints of {BYTES} bytes are expected")
        length = np.linalg.norm(train, axis=1)
        if not (np.abs(length - 1) < 0.01).all() or not (np.diff(apart) >= 0).all() or not np.isfinite(apart).all():
            raise ValueError("familiarity index: features of unit length and sorted distances are expected")

    def trained_on(self, frames: Fingerprints) -> NDArray[np.bool_]:
        """Which frames, by their fingerprints ``[N, BYTES]``, are copies of training images."""
        return same_picture(frames, self.frames)

    def distances(self, features: Features) -> NDArray[np.float64]:
        """Mean distance (0 ... 2) to the nearest training images, ``[N]``."""
        unit = _unit(features)
        like = unit @ self.train.T
        nearest = np.argpartition(-like, NEIGHBOURS - 1, axis=1)[:, :NEIGHBOURS]
        apart = unit[:, None].astype(np.float64) - self.train[nearest]  # from the few, exactly
        return np.asarray(np.linalg.norm(apart, axis=2).mean(axis=1))

    def familiarity(self, features: Features, limit: float) -> list[Familiarity]:
        """Familiarity of each row of features ``[N, F]``."""
        found = self.distances(features)
        below = np.searchsorted(self.leave_one_out, found, side="left")
        percentiles = 100 * (1 - below / len(self.leave_one_out))
        return [Familiarity(float(d), float(p), limit) for d, p in zip(found, percentiles, strict=True)]


def fit_familiarity(features: Features, patients: NDArray, frames: Fingerprints | None = None) -> FamiliarityIndex:
    """Measure the training set against itself, patients apart.

    Parameters
    ----------
    features : float32 [N, F]
    patients : array of str [N]
        Images of one patient are never each other's neighbours.
    frames : uint8 [K, BYTES], optional
        Fingerprints of all training images, of which the features may be a sample.

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
    train = _unit(features)
    leave_one_out = np.sort(np.concatenate(list(_left_out(train, numbers))))
    known = {} if frames is None else {"frames": frames}
    return FamiliarityIndex(train, leave_one_out.astype(np.float32), **known)


def _left_out(train: Features, patients: NDArray[np.intp]) -> Iterator[NDArray[np.float64]]:
    for start in range(0, len(train), CHUNK):
        rows = slice(start, start + CHUNK)
        apart = cdist(train[rows], train)
        apart[patients[rows, None] == patients[None, :]] = np.inf
        yield _nearest(apart)


def _nearest(distances: NDArray[np.float64]) -> NDArray[np.float64]:
    count = min(NEIGHBOURS, distances.shape[1])
    return np.partition(distances, count - 1, axis=1)[:, :count].mean(axis=1)


def _unit(features: Features) -> Features:
    length = np.linalg.norm(features, axis=1, keepdims=True)
    return np.asarray(features / np.maximum(length, 1e-12), np.float32)
