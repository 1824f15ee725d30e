"""The calibration curve without bins, and how far it lies from the diagonal.

Logistic regression of the label on a natural cubic spline of the logit of the probability, four knots at the places of
Harrell FE. Regression modeling strategies (Springer 2015), 2.4.6. ICI, E50 and E90 are the mean, median and 90th
percentile of the distance between curve and probability: Austin PC, Steyerberg EW. Statistics in Medicine
2019;38:4051-4065.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from sera_core.evaluate.calibration import Bins, logits
from sera_core.evaluate.spread import student

Floats = NDArray[np.float64]
KNOTS = (0.05, 0.35, 0.65, 0.95)
POINTS, STEPS = 51, 40
MOST = 50_000  # cases that the curve is fitted to; of more, an even sample
FEWEST = 20  # cases of a class below which a spline follows single cases


@dataclass(frozen=True, eq=False)
class Smooth:
    """The curve with its pointwise interval, and its distance from the probabilities: ICI, E50, E90."""

    curve: Bins
    ici: float
    e50: float
    e90: float


def smooth(labels: ArrayLike, probability: ArrayLike, patients: ArrayLike | None = None) -> Smooth | None:
    """Fit the curve.

    Parameters
    ----------
    labels, probability : [N]
    patients : int [N], optional
        Patient of each case, where one may have several: the interval is then the sandwich's with Student's t.

    Returns
    -------
    Smooth or None
        None for fewer than :data:`FEWEST` cases of a class, or where the probabilities are all but equal.
    """
    truth, p = np.asarray(labels, np.float64), np.asarray(probability, np.float64)
    kept = np.argsort(p, kind="stable")[:: -(-len(p) // MOST)] if len(p) > MOST else slice(None)
    truth, p = truth[kept], p[kept]
    who = None if patients is None else np.unique(np.asarray(patients)[kept], return_inverse=True)[1]
    x = logits(p)
    knots = np.unique(np.quantile(x, KNOTS))
    if min(truth.sum(), len(truth) - truth.sum()) < FEWEST or len(knots) < 3:
        return None
    basis = _basis(x, knots)
    weights, cover = _fit(truth, basis, who)
    grid = np.linspace(p.min(), p.max(), POINTS)
    at = _basis(logits(grid), knots)
    middle, spread = at @ weights, np.sqrt(np.einsum("ij,jk,ik->i", at, cover, at))
    half = spread * student(np.inf if who is None else int(who.max()))
    distance = np.abs(expit(basis @ weights) - p)
    observed, low, high = (expit(end) for end in (middle, middle - half, middle + half))
    curve = Bins(grid, observed, low, high, np.zeros(POINTS, np.int64))
    return Smooth(curve, float(distance.mean()), float(np.median(distance)), float(np.quantile(distance, 0.9)))


def _basis(x: Floats, knots: Floats) -> Floats:
    """Constant, x and the cubic terms that are straight beyond the outer knots, [N, knots]."""
    last, before = knots[-1], knots[-2]

    def cube(knot: float) -> Floats:
        return np.maximum(x - knot, 0) ** 3

    terms = [
        cube(k) - cube(before) * (last - k) / (last - before) + cube(last) * (before - k) / (last - before)
        for k in knots[:-2]
    ]
    return np.stack([np.ones_like(x), x, *(term / (last - knots[0]) ** 2 for term in terms)], axis=1)


def _likelihood(truth: Floats, x: Floats) -> float:
    return float(truth @ x - np.logaddexp(0, x).sum())


def _fit(truth: Floats, basis: Floats, who: NDArray[np.intp] | None) -> tuple[Floats, Floats]:
    """Coefficients and their covariance, by Newton's method with steps that never make the labels less likely."""
    weights = np.zeros(basis.shape[1])
    weights[0] = logit(truth.mean())
    ridge = 1e-9 * len(truth) * np.eye(len(weights))  # separated classes flatten the likelihood to nothing
    for _ in range(STEPS):
        p = expit(basis @ weights)
        bend = (basis * (p * (1 - p))[:, None]).T @ basis + ridge
        step = np.linalg.solve(bend, basis.T @ (truth - p))
        now = _likelihood(truth, basis @ weights)
        while np.abs(step).max() > 1e-10 and _likelihood(truth, basis @ (weights + step)) < now:
            step = step / 2
        weights = weights + step
        if np.abs(step).max() < 1e-10:
            break
    p = expit(basis @ weights)
    inverse = np.linalg.inv(bend)
    if who is None:
        return weights, inverse
    pulls = np.zeros((int(who.max()) + 1, len(weights)))
    np.add.at(pulls, who, basis * (truth - p)[:, None])
    count = len(pulls)
    return weights, count / (count - 1) * inverse @ (pulls.T @ pulls) @ inverse
