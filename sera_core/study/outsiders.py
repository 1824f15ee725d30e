"""How well a model's familiarity tells thyroid frames from images that it should refuse."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import PREPARATION, see
from sera_core.contracts import Box, Grey
from sera_core.evaluate.roc import auc
from sera_core.images.prepare import prepare
from sera_core.train.frames import Frame, prepared

PHOTOS = (
    "astronaut",
    "brick",
    "camera",
    "cat",
    "clock",
    "coffee",
    "coins",
    "grass",
    "gravel",
    "rocket",
    "page",
    "text",
)
SIDE = 320
COLUMNS = ["distance", "percentile", "refused"]


def measure_familiarity(classifier: Classifier, insiders: list[Frame], shuffled: list[Frame]) -> pd.DataFrame:
    """Refusals and AUC (outsider against insider, by distance) for each kind of outsider.

    Parameters
    ----------
    classifier : Classifier
    insiders : list of Frame
        Thyroid frames that the model was not trained on.
    shuffled : list of Frame
        Thyroid frames whose patches are shuffled to make one kind of outsider.

    Returns
    -------
    DataFrame
        Columns ``kind, images, refused, median_percentile, auc``.
    """
    inside = _measure(classifier, prepared(insiders, PREPARATION))
    kinds = {
        "natural photographs": list(_photo_crops()),
        "X-ray-like": [_crop(image) for image in xray_like(40)],
        "blank and noise": [_crop(image) for image in blanks(40)],
        "shuffled patches": [_crop(shuffle(frame.pixels, k)) for k, frame in enumerate(shuffled)],
    }
    rows = [_row("frames of other centres", inside, None)]
    for kind, crops in kinds.items():
        found = _measure(classifier, np.stack(crops))
        rows.append(_row(kind, found, inside["distance"].to_numpy()))
    return pd.DataFrame(rows)


def xray_like(count: int) -> Iterator[Grey]:
    """Smooth bright ellipses on black, like a projection of bones and soft tissue, with a little noise."""
    row, column = np.mgrid[:SIDE, :SIDE] / SIDE
    for seed in range(count):
        random = np.random.default_rng(seed)
        image = np.zeros((SIDE, SIDE))
        for _ in range(12):
            y, x, a, b = random.uniform(0.1, 0.9), random.uniform(0.1, 0.9), *random.uniform(0.05, 0.4, 2)
            inside = 1 - ((row - y) / a) ** 2 - ((column - x) / b) ** 2
            image += random.uniform(0.1, 0.6) * np.sqrt(np.clip(inside, 0, None))
        yield np.clip(image / image.max() + random.normal(0, 0.01, image.shape), 0, 1).astype(np.float32)


def blanks(count: int) -> Iterator[Grey]:
    """Even grey, gradients and white noise."""
    for seed in range(count):
        random = np.random.default_rng(seed)
        ramp = np.linspace(0, random.uniform(0, 1), SIDE)[None].repeat(SIDE, axis=0)
        noise = random.normal(0.5, random.uniform(0, 0.3), (SIDE, SIDE))
        yield np.clip((ramp, noise, np.full((SIDE, SIDE), random.uniform()))[seed % 3], 0, 1).astype(np.float32)


def shuffle(pixels: Grey, seed: int) -> Grey:
    """A frame cut into 6 x 6 patches in random order."""
    cells = 6
    high, wide = pixels.shape[0] // cells, pixels.shape[1] // cells
    cut = pixels[: high * cells, : wide * cells]
    patches = cut.reshape(cells, high, cells, wide).swapaxes(1, 2).reshape(-1, high, wide)
    mixed = patches[np.random.default_rng(seed).permutation(len(patches))]
    return np.ascontiguousarray(mixed.reshape(cells, cells, high, wide).swapaxes(1, 2).reshape(cut.shape))


def photos() -> Iterator[Grey]:
    """Grey versions of the photographs that scikit-image's wheel carries."""
    from skimage import data
    from skimage.color import rgb2gray

    for name in PHOTOS:
        image = getattr(data, name)()
        grey = rgb2gray(image[..., :3]) if image.ndim == 3 else image / np.iinfo(image.dtype).max
        yield np.asarray(grey, np.float32)


def _photo_crops() -> Iterator[Grey]:
    """Each photograph whole, and four regions of it."""
    for image in photos():
        height, width = image.shape
        yield _crop(image)
        for y in (0, height // 2):
            for x in (0, width // 2):
                yield _crop(image[y : y + height // 2, x : x + width // 2])


def _crop(pixels: Grey) -> Grey:
    height, width = pixels.shape
    box = Box(width // 4, height // 4, width // 2, height // 2)
    return prepare(np.ascontiguousarray(pixels), box, PREPARATION).pixels


def _measure(classifier: Classifier, crops: Grey) -> pd.DataFrame:
    found = classifier.familiarity(see(crops))
    return pd.DataFrame(
        {
            "distance": [f.distance for f in found],
            "percentile": [f.percentile for f in found],
            "refused": [f.refused for f in found],
        }
    )


def _row(kind: str, found: pd.DataFrame, inside: NDArray[np.float64] | None) -> dict[str, object]:
    area = np.nan
    if inside is not None:
        labels = np.r_[np.zeros(len(inside), int), np.ones(len(found), int)]
        area = auc(labels, np.r_[inside, found["distance"].to_numpy()]).value
    return {
        "kind": kind,
        "images": len(found),
        "refused": float(found["refused"].mean()),
        "median_percentile": float(found["percentile"].median()),
        "auc": area,
    }
