"""What one may ask a computer about a frame: is there any, which is it, where is it, which and where are they all.

A box counts as right when its intersection over union with the true one reaches a threshold, as in Everingham M, et al.
The PASCAL visual object classes challenge. International Journal of Computer Vision 2010;88:303-338.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers.store import load
from sera_core.contracts import Box, Composition, Grey
from sera_core.images.prepare import prepare
from sera_core.simulate import anatomy
from sera_core.simulate.case import Case, Nodule, View
from sera_core.simulate.nodule import place
from sera_core.simulate.scanner import PIXELS


def with_second(case: Case) -> Case:
    """The same nodule in a lengthwise view, where there is room for a second one: a cyst of 8 mm."""
    lengthwise = replace(case.anatomy, view=View.LONGITUDINAL)
    first = replace(case.nodule, along=-0.85)
    second = Nodule(8.0, 0.75, Composition.CYSTIC, along=0.9)
    return replace(case, anatomy=lengthwise, nodule=first, second=second)


def true_boxes(case: Case) -> list[Box]:
    """Bounding box of each nodule of a case on the whole frame, the main one first."""
    where = anatomy.layout(case)
    nodules = [(case.nodule, case.seed)] + ([(case.second, case.seed + 1)] if case.second else [])
    return [_box(nodule, *where.spot(nodule), seed, case.scanner.mm_per_px) for nodule, seed in nodules]


def _box(nodule: Nodule, x: float, z: float, seed: int, scale: float) -> Box:
    across = ((np.arange(PIXELS, dtype=np.float32) + 0.5 - PIXELS / 2) * np.float32(scale))[None, :]
    down = ((np.arange(PIXELS, dtype=np.float32) + 0.5) * np.float32(scale))[:, None]
    mask = place(nodule, x, z, seed).polar(across, down)[0] > 0
    return Box.around(mask)


def asked(model: str, pixels: Grey, box: Box) -> float:
    """Malignancy probability of a box, at one look of an installed network.

    Parameters
    ----------
    model : str
        Id of the model.
    pixels : float32 [H, W]
        The frame, 0 ... 1.
    box : Box
    """
    classifier = load(model)
    return float(classifier.predict(prepare(pixels, box, classifier.card.preparation).pixels[None])[0])


def dice(first: NDArray[np.bool_], second: NDArray[np.bool_]) -> float:
    """Twice the shared pixels over all pixels of both outlines, 0 ... 1 (Dice LR, Ecology 1945;26:297)."""
    return float(2 * (first & second).sum() / (first.sum() + second.sum()))


@dataclass(frozen=True)
class Found:
    """How a set of boxes does against the true ones.

    Attributes
    ----------
    hits, missed, false : int
        True nodules found, true nodules without a box, boxes without a nodule.
    """

    hits: int
    missed: int
    false: int

    @property
    def recall(self) -> float:
        """Share of the nodules that were found."""
        return self.hits / max(self.hits + self.missed, 1)

    @property
    def precision(self) -> float:
        """Share of the boxes that hold a nodule; 0 without a box."""
        return self.hits / max(self.hits + self.false, 1)


def detected(boxes: Sequence[Box], truth: Sequence[Box], threshold: float) -> Found:
    """Match boxes with nodules, the best pair first, each used once."""
    pairs = sorted(
        ((box.overlap(true), k, n) for k, box in enumerate(boxes) for n, true in enumerate(truth)), reverse=True
    )
    used_boxes: set[int] = set()
    used_truth: set[int] = set()
    for value, k, n in pairs:
        if value >= threshold and k not in used_boxes and n not in used_truth:
            used_boxes.add(k)
            used_truth.add(n)
    hits = len(used_truth)
    return Found(hits, len(truth) - hits, len(boxes) - hits)
