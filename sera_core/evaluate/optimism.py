"""How much a cut-off flatters a model on the very cases that it was chosen on.

Every patient is judged by the cut-off that is chosen without them and a fifth of the others, ten times over:
Leeflang MMG, Moons KGM, Reitsma JB, Zwinderman AH. Clinical Chemistry 2008;54:729-737. (Leaving out one patient at a
time, and the bootstrap's optimism, both find too little of it: Youden's maximum is not smooth.)
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
PARTS, AGAIN = 5, 10


@dataclass(frozen=True)
class Expected:
    """Sensitivity and specificity to expect of the cut-off on new patients; NaN where no case tells."""

    sensitivity: float
    specificity: float


def expected(labels: ArrayLike, scores: ArrayLike, patients: ArrayLike, here: ArrayLike, seed: int = 0) -> Expected:
    """Cross-validate Youden's cut-off.

    Parameters
    ----------
    labels, scores : [n]
        Of all cases that the cut-off was chosen on.
    patients : [n]
        Patient of each case, left out together.
    here : bool [n]
        The cases that are looked at: those of one of the centres.
    seed : int
        Of the parts.
    """
    order = np.argsort(-np.asarray(scores, np.float64), kind="stable")
    value, ill = np.asarray(scores, np.float64)[order], np.asarray(labels)[order] == 1
    number = np.unique(np.asarray(patients), return_inverse=True)[1]
    random, size = np.random.default_rng(seed), int(number.max()) + 1
    part = np.stack([(random.permutation(size) % PARTS)[number][order] for _ in range(AGAIN)])  # [AGAIN, n]
    kept = np.concatenate([part != left_out for left_out in range(PARTS)])
    cut = _youden(value, ill, kept).reshape(PARTS, AGAIN)
    called = value >= cut[part, np.arange(AGAIN)[:, None]]  # never where without them a class is missing
    own = np.asarray(here, bool)[order]
    right = called[:, own & ill], ~called[:, own & ~ill]
    return Expected(*(float(one.mean()) if one.size else np.nan for one in right))


def _youden(value: Floats, ill: NDArray[np.bool_], kept: NDArray[np.bool_]) -> Floats:
    """Youden's cut-off of the kept cases, one a row [B, n]; NaN where a class is missing. ``value`` falls.

    As :func:`~sera_core.evaluate.cutoff.youden` finds it, for all rows at once.
    """
    last = np.append(np.flatnonzero(np.diff(value)), len(value) - 1)  # last case of each tie
    level = value[last]
    hits, alarms = (np.cumsum(kept & side, axis=1)[:, last] for side in (ill, ~ill))
    present = np.diff(hits + alarms, axis=1, prepend=0) > 0
    with np.errstate(invalid="ignore"):
        index = hits / hits[:, -1:] - alarms / alarms[:, -1:]
    index = np.where(present, index, -np.inf)
    best = index.max(axis=1, keepdims=True)
    at = index.shape[1] - 1 - np.argmax((index >= best - 1e-12)[:, ::-1], axis=1)  # of equal maxima the last
    later = present & (np.arange(len(level)) > at[:, None])
    below = np.where(later.any(axis=1), np.argmax(later, axis=1), at)
    middle = (level[at] + level[below]) / 2
    cut = np.where(middle > level[below], middle, level[at])
    return np.where((hits[:, -1] > 0) & (alarms[:, -1] > 0), cut, np.nan)
