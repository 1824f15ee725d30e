"""What follows from the four counts of a confusion matrix, with intervals; everything works on arrays of counts.

Wilson EB. J Am Stat Assoc 1927;22:209-212 (proportions). Simel DL, Samsa GP, Matchar DB. J Clin Epidemiol
1991;44:763-770 (likelihood ratios, on the log scale). Hand DJ, Christen P, Kirielle N. Machine Learning
2021;110:451-456 (F1 as a function of a proportion). Patients with several images: see :mod:`~sera_core.evaluate.tally`.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import ndtri

from sera_core.contracts import is_positive
from sera_core.evaluate.spread import TAIL

Floats = NDArray[np.float64]
Cells = tuple[int, ...]
METRICS = ("sensitivity", "specificity", "accuracy", "ppv", "npv", "f1", "lr_positive", "lr_negative")
# columns of a matrix: what is counted, and of how many
SHARES: Mapping[str, tuple[Cells, Cells]] = {
    "sensitivity": ((0,), (0, 1)),
    "specificity": ((3,), (2, 3)),
    "accuracy": ((0, 3), (0, 1, 2, 3)),
    "ppv": ((0,), (0, 2)),
    "npv": ((3,), (1, 3)),
}
RATIOS: Mapping[str, tuple[Cells, Cells]] = {"lr_positive": ((0, 1), (2, 3)), "lr_negative": ((1, 0), (3, 2))}
FEW = 0.5  # added to each count for the interval of a ratio with an empty count (Haldane)


def counts(labels: ArrayLike, scores: ArrayLike, cutoff: float) -> tuple[int, int, int, int]:
    """True positives, false negatives, false positives, true negatives; positive is score >= cutoff.

    Examples
    --------
    >>> counts([0, 0, 1, 1], [0.1, 0.4, 0.35, 0.8], cutoff=0.4)
    (1, 1, 1, 1)
    """
    truth, called = np.asarray(labels) == 1, is_positive(scores, cutoff)
    hits = int(np.count_nonzero(truth & called))
    positives, alarms = int(np.count_nonzero(truth)), int(np.count_nonzero(called)) - hits
    return hits, positives - hits, alarms, len(truth) - positives - alarms


def measures(tp: ArrayLike, fn: ArrayLike, fp: ArrayLike, tn: ArrayLike) -> dict[str, Floats]:
    """Every name of :data:`METRICS` from counts of one shape; NaN for a denominator of 0, ratios may be infinite.

    Examples
    --------
    >>> found = measures(tp=90, fn=10, fp=20, tn=80)
    >>> float(found["sensitivity"]), float(found["specificity"])
    (0.9, 0.8)
    """
    tp, fn, fp, tn = (np.asarray(part, np.float64) for part in (tp, fn, fp, tn))
    with np.errstate(divide="ignore", invalid="ignore"):
        sensitivity, specificity = tp / (tp + fn), tn / (tn + fp)
        return {
            "sensitivity": sensitivity,
            "specificity": specificity,
            "accuracy": (tp + tn) / (tp + fn + fp + tn),
            "ppv": tp / (tp + fp),
            "npv": tn / (tn + fn),
            "f1": 2 * tp / (2 * tp + fp + fn),
            "lr_positive": sensitivity / (1 - specificity),
            "lr_negative": (1 - sensitivity) / specificity,
        }


def sizes(tp: ArrayLike, fn: ArrayLike, fp: ArrayLike, tn: ArrayLike) -> dict[str, NDArray]:
    """How many cases stand behind each measure."""
    tp, fn, fp, tn = (np.asarray(part) for part in (tp, fn, fp, tn))
    every = tp + fn + fp + tn
    return {
        "sensitivity": tp + fn,
        "specificity": fp + tn,
        "accuracy": every,
        "ppv": tp + fp,
        "npv": fn + tn,
        "f1": tp + fn + fp,
        "lr_positive": every,
        "lr_negative": every,
    }


def wilson(successes: ArrayLike, trials: ArrayLike) -> tuple[Floats, Floats]:
    """Wilson's score interval; NaN for no trial.

    Examples
    --------
    >>> low, high = wilson(90, 100)
    >>> round(float(low), 3), round(float(high), 3)
    (0.826, 0.945)
    """
    k, n = np.asarray(successes, np.float64), np.asarray(trials, np.float64)
    z = float(ndtri(1 - TAIL))
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = (k + z**2 / 2) / (n + z**2)
        half = z / (n + z**2) * np.sqrt(k * (n - k) / n + z**2 / 4)
    # at the ends the bound is exact; rounding must not put it beyond the estimate
    low = np.where(k == 0, np.where(n > 0, 0.0, np.nan), middle - half)
    return low, np.where(k == n, np.where(n > 0, 1.0, np.nan), middle + half)


def intervals(tp: ArrayLike, fn: ArrayLike, fp: ArrayLike, tn: ArrayLike) -> dict[str, tuple[Floats, Floats]]:
    """Interval of each measure for independent cases; counts of one shape.

    Wilson's for proportions. F1 = 2 F / (1 + F) with F = tp / (tp + fp + fn), a proportion: Wilson's, carried over.
    Likelihood ratios on the log scale, with half a case added to each count where one is 0.
    """
    tp, fn, fp, tn = (np.asarray(part, np.float64) for part in (tp, fn, fp, tn))
    both = wilson(tp, tp + fp + fn)
    return {
        "sensitivity": wilson(tp, tp + fn),
        "specificity": wilson(tn, tn + fp),
        "accuracy": wilson(tp + tn, tp + fn + fp + tn),
        "ppv": wilson(tp, tp + fp),
        "npv": wilson(tn, tn + fn),
        "f1": (2 * both[0] / (1 + both[0]), 2 * both[1] / (1 + both[1])),
        "lr_positive": _ratio(tp, fn, fp, tn),
        "lr_negative": _ratio(fn, tp, tn, fp),
    }


def _ratio(a: Floats, b: Floats, c: Floats, d: Floats) -> tuple[Floats, Floats]:
    """Interval of (a / (a + b)) / (c / (c + d)); NaN where a class is missing."""
    missing = (a + b == 0) | (c + d == 0)
    a, b, c, d = filled(a, b, c, d)
    with np.errstate(divide="ignore", invalid="ignore"):
        spread = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
        middle = np.log(a / (a + b)) - np.log(c / (c + d))
    half = ndtri(1 - TAIL) * spread
    return np.where(missing, np.nan, np.exp(middle - half)), np.where(missing, np.nan, np.exp(middle + half))


def filled(*counts: Floats) -> tuple[Floats, ...]:
    """Half a case added to each count where any is 0, without which a ratio has no spread."""
    extra = np.where(np.any([part == 0 for part in counts], axis=0), FEW, 0.0)
    return tuple(part + extra for part in counts)
