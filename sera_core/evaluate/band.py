"""A band around the ROC curve."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sera_core.evaluate.placements import checked
from sera_core.evaluate.roc import Curve, curve
from sera_core.evaluate.spread import TAIL, robust_variance


def band(
    labels: ArrayLike,
    scores: ArrayLike,
    at: ArrayLike,
    draws: int = 400,
    patients: ArrayLike | None = None,
    drawn: Curve | None = None,
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Pointwise band of the sensitivity at given false-positive shares.

    The bootstrap within each class, drawn directly: how many of the negatives really lie above the threshold is a beta
    variable around the share that does; the curve, straight through a tie, gives the sensitivity there, which is drawn
    from Jeffreys' beta, so that it keeps its width where every positive is found. Bootstrap of the curve: Pepe MS. The
    statistical evaluation of medical tests (Oxford 2003), 5.2; Jeffreys: Brown LD, Cai TT, DasGupta A. Statistical
    Science 2001;16:101-133. Where patients have several images, both betas count as many cases as the patients' spread
    at that threshold is worth (see :class:`~sera_core.evaluate.tally.Tally`).

    Parameters
    ----------
    at : float [K]
        False-positive shares, 0 ... 1.
    patients : int [N], optional
        Patient of each case, where one may have several.
    drawn : (false_positive, sensitivity, threshold), optional
        The :func:`~sera_core.evaluate.roc.curve` of these scores, where it is known.

    Returns
    -------
    low, high : float [K]
        Both 0 at a share of 0 where the highest score is that of both classes: no threshold lies above it.
    """
    truth, value = checked(labels, scores)
    false_positive, sensitivity, threshold = drawn or curve(truth, value)
    share = np.clip(np.asarray(at, np.float64), 0, 1)
    corner = np.searchsorted(false_positive, share, "right") - 1
    m, n = (_worth(truth, value, threshold[corner], patients, positive) for positive in (1, 0))
    random = np.random.default_rng(0)
    shares = random.beta(share * n + 0.5, (1 - share) * n + 0.5, size=(draws, len(share)))
    found = np.interp(shares, *_function(false_positive, sensitivity))
    values = random.beta(found * m + 0.5, (1 - found) * m + 0.5)
    low, high = np.percentile(values, [100 * TAIL, 100 - 100 * TAIL], axis=0)
    tied = (share == 0) & (false_positive[1] > 0) & (sensitivity[1] > 0)
    return np.where(tied, 0.0, low), np.where(tied, 0.0, high)


def _function(false_positive: NDArray, sensitivity: NDArray) -> tuple[NDArray, NDArray]:
    """The curve as a function of the false-positive share: of each rise its upper end."""
    last = np.append(np.diff(false_positive) > 0, True)
    return false_positive[last], sensitivity[last]


def _worth(
    truth: NDArray, value: NDArray, threshold: NDArray, patients: ArrayLike | None, positive: int
) -> NDArray[np.float64]:
    """How many independent cases of a class a threshold's share is worth, [K]."""
    inside = truth == positive
    size = np.count_nonzero(inside)
    if patients is None:
        return np.full(len(threshold), float(size))
    who, own = np.unique(np.asarray(patients)[inside], return_inverse=True)[1], value[inside]
    often = np.bincount(who)
    if len(often) == 1:
        return np.ones(len(threshold))
    found = np.empty(len(threshold))
    for place, cut in enumerate(threshold):
        share = float(np.mean(own >= cut))
        variance = robust_variance((np.bincount(who, own >= cut) - often * share) / size)
        found[place] = share * (1 - share) / variance if variance > 0 else len(often)
    return np.minimum(found, size)
