"""The maps that the benchmark of explanation judges, and what a map must beat to mean anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import ArrayLike
from scipy import ndimage

from sera_core.classifiers import store
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import SIMULATED, Box, CamMethod, Grey
from sera_core.explain.cam import Trace, heatmap
from sera_core.explain.depth import END, traced_at
from sera_core.explain.inside import Mask, mask_on_crop
from sera_core.explain.merge import VIEWS
from sera_core.explain.why import Asked
from sera_core.images.prepare import Crop
from sera_core.images.views import view_crops
from sera_core.nets.registry import network
from sera_core.nets.split import stages
from sera_core.wording.diagnosis import METHOD

SUSPICIOUS = 1  # the logit that is explained
RESAMPLES = 2000
ALL = tuple(method for method in METHOD if method is not CamMethod.OCCLUSION)
Row = dict[str, object]


@dataclass(frozen=True, eq=False)
class Shown:
    """One nodule as a model is shown it: views, the first's mask [h, w] and box [h, w] of the nodule, whose it is."""

    views: tuple[Crop, ...]
    mask: Mask
    box: Mask
    patient: str

    @property
    def crop(self) -> Crop:
        """The region itself."""
        return self.views[0]


def shown(classifier: Classifier, pixels: Grey, box: Box, mask: Mask, patient: str) -> Shown:
    """Prepare one frame for one model."""
    seen, filled = view_crops(pixels, box, classifier.card.preparation), np.zeros(mask.shape, bool)
    filled[box.y : box.y + box.height, box.x : box.x + box.width] = True
    place, size = seen[0].box, seen[0].pixels.shape
    return Shown(seen, mask_on_crop(mask, place, size), mask_on_crop(filled, place, size), patient)


def networks() -> list[Classifier]:
    """The installed models that have gradients, default models first."""
    cards = [status.card for status in store.installed() if status.valid and status.card]
    return [store.load(card.id) for card in cards if card.kind == "cnn"]


def of_simulated_frames() -> list[Classifier]:
    """Those of them that learnt simulated frames."""
    return [one for one in networks() if one.card.domain == SIMULATED]


def maps(classifier: Classifier, seen: Shown) -> dict[str, Grey]:
    """Heatmaps of one region under the names of the tables: as the pages make them, and what else was tried."""
    crop, found = seen.crop.pixels, as_shown(classifier, seen, ALL)
    alone = traced_at(classifier, classifier.parts, _evidence(classifier), crop)
    one = found["HiRes-CAM, one view"] = _map(CamMethod.HIRESCAM, alone, crop)
    if len(stages(classifier.parts, END)[0]) > _evidence(classifier):
        last = traced_at(classifier, classifier.parts, END, crop)
        found["Grad-CAM, end of the body"] = _map(CamMethod.GRADCAM, last, crop)
    finer = traced_at(classifier, classifier.parts, _finer(classifier), crop)
    found["HiRes-CAM, one view, x finer cells"] = np.sqrt(one * _map(CamMethod.HIRESCAM, finer, crop))
    return found


def as_shown(classifier: Classifier, seen: Shown, methods: Sequence[CamMethod]) -> dict[str, Grey]:
    """Heatmaps of one region by some methods, as the pages make them."""
    some = tuple(seen.views[view] for view in VIEWS)
    crops = np.stack([view.pixels for view in some])
    asked = Asked(some, traced_at(classifier, classifier.parts, _evidence(classifier), crops), SUSPICIOUS)
    return {METHOD[method]: asked.map(method) for method in methods}


def baselines(seen: Shown) -> dict[str, Grey]:
    """Maps that know nothing of any network."""
    rows, columns = (np.arange(length) - (length - 1) / 2 for length in seen.mask.shape)
    spread = min(seen.mask.shape) / 5
    return {
        "uniform": np.ones(seen.mask.shape, np.float32),
        "centred Gaussian": np.exp(-(rows[:, None] ** 2 + columns**2) / (2 * spread**2)).astype(np.float32),
        "edges": ndimage.gaussian_gradient_magnitude(seen.crop.pixels, 2),
        "the box": seen.box.astype(np.float32),
    }


def estimate(name: str, values: ArrayLike, patients: Sequence[str]) -> Row:
    """Mean with its 95 % interval by a bootstrap of whole patients."""
    found = np.asarray(values, np.float64)
    _, whose = np.unique(patients, return_inverse=True)
    sums, counts = np.bincount(whose, found), np.bincount(whose)
    drawn = np.random.default_rng(0).integers(0, len(counts), (RESAMPLES, len(counts)))
    means = sums[drawn].sum(axis=1) / counts[drawn].sum(axis=1)
    low, high = np.quantile(means, (0.025, 0.975))
    return {name: float(found.mean()), f"{name}_low": float(low), f"{name}_high": float(high)}


def _map(method: CamMethod, traced: Trace, crop: Grey) -> Grey:
    return heatmap(method, traced, SUSPICIOUS, crop.shape)


@lru_cache(maxsize=8)
def _finer(classifier: Classifier) -> int:
    """How many stages stand before the deepest layer with twice the evidence layer's cells a side."""
    depth = _evidence(classifier)
    blank = np.zeros((classifier.card.preparation.input_px,) * 2, np.float32)

    def cells() -> int:
        return traced_at(classifier, classifier.parts, depth, blank).activations.shape[-1]

    wanted = 2 * cells()
    while cells() < wanted:
        depth -= 1
    return depth


def _evidence(classifier: Classifier) -> int:
    return network(classifier.card.network).evidence
