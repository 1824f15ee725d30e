"""Whether probabilities can be taken at their word: Brier score and its parts, calibration slope and intercept.

Brier GW. Monthly Weather Review 1950;78:1-3. Murphy AH. Journal of Applied Meteorology 1973;12:595-600, for binned
forecasts with the remainder of Stephenson DB, Coelho CAS, Jolliffe IT. Weather and Forecasting 2008;23:752-757.
Cox DR. Biometrika 1958;45:562-565 and Van Calster B, et al. BMC Medicine 2019;17:230 (slope and intercept).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from sera_core.evaluate.proportion import wilson
from sera_core.evaluate.spread import by_patient, mean_half, student
from sera_core.evaluate.tally import Tally

Floats = NDArray[np.float64]
NEAREST = 1e-6  # probabilities are kept this far from 0 and 1 before their logit is taken
STEPS = 30


@dataclass(frozen=True)
class Brier:
    """Brier score (mean squared error of the probability) and its parts.

    ``score = reliability - resolution + uncertainty + within``; ``within`` is what the bins hide (0 where all
    probabilities of a bin are equal). ``low`` and ``high``: interval of the score.
    """

    score: float
    low: float
    high: float
    reliability: float
    resolution: float
    uncertainty: float
    within: float


@dataclass(frozen=True)
class Line:
    """Logistic regression of the label on the logit of the probability.

    ``slope`` (1 is right, below 1: too extreme) and ``intercept`` with the slope held at 1 (0 is right, below 0: too
    high), each with an interval; NaN where the regression has no finite solution.
    """

    slope: float
    slope_low: float
    slope_high: float
    intercept: float
    intercept_low: float
    intercept_high: float


@dataclass(frozen=True, eq=False)
class Bins:
    """Reliability curve: one entry a bin that holds cases."""

    predicted: Floats
    observed: Floats
    low: Floats
    high: Floats
    count: NDArray[np.int64]


def reliability(
    labels: ArrayLike,
    probability: ArrayLike,
    bins: int = 10,
    patients: ArrayLike | None = None,
    equal: Literal["width", "count"] = "width",
) -> Bins:
    """Malignant share against mean probability in bins, with Wilson's interval (of whole patients).

    ``equal``: bins of equal width, or of about as many cases each (equal probabilities stay together).

    Examples
    --------
    >>> reliability([0, 0, 1, 1], [0.1, 0.4, 0.7, 0.8], bins=2).observed.tolist()
    [0.0, 1.0]
    """
    truth, p = np.asarray(labels, np.float64), np.asarray(probability, np.float64)
    edges = np.quantile(p, np.arange(1, bins) / bins)
    place = _bin(p, bins) if equal == "width" else np.searchsorted(edges, p, "right")
    count = np.bincount(place, minlength=bins)
    kept = count > 0
    positives = np.bincount(place, truth, bins)[kept]
    low, high = wilson(positives, count[kept])
    if patients is not None:
        shared = [_share(truth, place == k, patients) for k in np.flatnonzero(kept)]
        low, high = (np.array(ends) for ends in zip(*shared, strict=True))
    mean = np.bincount(place, p, bins)[kept] / count[kept]
    return Bins(mean, positives / count[kept], low, high, count[kept])


def brier(
    labels: ArrayLike,
    probability: ArrayLike,
    patients: ArrayLike | None = None,
) -> Brier:
    """Brier score with Murphy's parts over bins of equal width; ``patients`` where one may have several images.

    Examples
    --------
    >>> round(brier([0, 0, 1, 1], [0.1, 0.4, 0.7, 0.8]).score, 3)
    0.075
    """
    truth, p = np.asarray(labels, np.float64), np.asarray(probability, np.float64)
    error = (p - truth) ** 2
    found, n, base = reliability(truth, p), len(truth), truth.mean()
    apart = float(np.sum(found.count * (found.predicted - found.observed) ** 2) / n)
    resolution = float(np.sum(found.count * (found.observed - base) ** 2) / n)
    uncertainty, score = float(base * (1 - base)), float(error.mean())
    half = mean_half(error, patients)
    within = score - (apart - resolution + uncertainty)
    return Brier(score, max(score - half, 0.0), score + half, apart, resolution, uncertainty, within)


def line(labels: ArrayLike, probability: ArrayLike, patients: ArrayLike | None = None) -> Line:
    """Calibration slope and intercept.

    Parameters
    ----------
    patients : int [N], optional
        Patient of each case, where one may have several: the interval is then the jackknife's over whole patients with
        Student's t (CR3 of Bell RM, McCaffrey DF. Survey Methodology 2002;28:169-181), else Wald's.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> found = line(labels, [0.1, 0.4, 0.35, 0.8, 0.3, 0.9])
    >>> round(found.slope, 2), round(found.intercept, 2)
    (1.61, 0.15)
    """
    truth, x = np.asarray(labels, np.float64), logits(probability)
    nothing = (np.nan, np.nan, np.nan)
    slope, intercept = nothing, nothing
    both = 0 < truth.sum() < len(truth)
    quantile = student(np.inf if patients is None else len(np.unique(np.asarray(patients))) - 1)
    if both and np.ptp(x) > 0:
        coefficients, cover = fit(truth[None], x[None])
        value = float(coefficients[0, 1])
        if patients is not None:
            cover = _jackknife(truth, x, coefficients[0], patients)[None]
        spread = float(np.sqrt(cover[0, 1, 1]))
        if np.isfinite(spread) and _settled(truth, x, coefficients[0]):
            slope = (value, value - quantile * spread, value + quantile * spread)
    if both:
        value, spread = _shift(truth, x, patients)
        intercept = (value, value - quantile * spread, value + quantile * spread)
    return Line(*slope, *intercept)


def logits(probability: ArrayLike) -> Floats:
    """Log-odds, kept finite."""
    return logit(np.clip(np.asarray(probability, np.float64), NEAREST, 1 - NEAREST))


def fit(truth: Floats, x: Floats, weight: Floats | None = None, prior: float = np.inf) -> tuple[Floats, Floats]:
    """Many logistic regressions at once by Newton's method.

    Parameters
    ----------
    truth, x : float [R, n]
        One regression a row: intercept and slope of ``x``.
    weight : float [R, n], optional
    prior : float
        Standard deviation of normal priors around intercept 0 and slope 1.

    Returns
    -------
    coefficients : float [R, 2]
        Intercept, slope.
    covariance : float [R, 2, 2]
    """
    weight = np.ones_like(x) if weight is None else weight
    expected, pull = np.array([0.0, 1.0]), np.eye(2) / prior**2
    # a flat line is where Newton's method is safest: no probability is near 0 or 1 there
    level = logit(((weight * truth).sum(axis=1) + 0.5) / (weight.sum(axis=1) + 1))
    coefficients: Floats = np.stack([level, np.zeros(len(x))], axis=1)
    bend: Floats = np.zeros((len(x), 2, 2))
    for _ in range(STEPS):
        p = expit(coefficients[:, :1] + coefficients[:, 1:] * x)
        gap = weight * (truth - p)
        curvature = weight * p * (1 - p)
        tilted = curvature * x
        rise = np.stack([gap.sum(axis=1), np.einsum("rn,rn->r", gap, x)], axis=1) - (coefficients - expected) @ pull
        entries = (curvature.sum(axis=1), tilted.sum(axis=1), np.einsum("rn,rn->r", tilted, x))
        bend = np.stack([entries[0], entries[1], entries[1], entries[2]], axis=1).reshape(-1, 2, 2) + pull
        bend += 1e-12 * np.eye(2)  # separated classes flatten it to nothing
        step = np.clip(np.linalg.solve(bend, rise[..., None])[..., 0], -4, 4)
        coefficients = coefficients + step
        if np.abs(step).max() < 1e-9:
            break
    return coefficients, np.asarray(np.linalg.inv(bend), np.float64)


def shifts(truth: Floats, x: Floats, weight: Floats) -> Floats:
    """Intercept with the slope held at 1, of each row [R, n]."""
    shift = np.zeros((len(x), 1))
    for _ in range(STEPS):
        p = expit(x + shift)
        step = (weight * (truth - p)).sum(axis=1, keepdims=True) / (weight * p * (1 - p)).sum(axis=1, keepdims=True)
        shift = shift + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-9:
            break
    return shift[:, 0]


def _shift(truth: Floats, x: Floats, patients: ArrayLike | None) -> tuple[float, float]:
    """Intercept with the slope held at 1, and its standard error."""
    shift = float(shifts(truth[None], x[None], np.ones((1, len(x))))[0])
    p = expit(x + shift)
    bend = p * (1 - p)
    if patients is None:
        return shift, float(1 / np.sqrt(bend.sum()))
    gap, own = by_patient(truth - p, patients), by_patient(bend, patients)
    if len(gap) < 2:
        return shift, np.nan
    moved = gap / (bend.sum() - own)  # without this patient
    return shift, float(np.sqrt((len(gap) - 1) / len(gap) * (moved @ moved)))


def _jackknife(truth: Floats, x: Floats, coefficients: Floats, patients: ArrayLike) -> Floats:
    """Covariance [2, 2] of intercept and slope from one step of Newton's method without each patient."""
    p = expit(coefficients[0] + coefficients[1] * x)
    bend, gap = p * (1 - p), truth - p
    score = np.stack([by_patient(gap, patients), by_patient(gap * x, patients)], axis=1)
    flat, tilted, steep = (by_patient(bend * x**power, patients) for power in range(3))
    own = np.stack([flat, tilted, tilted, steep], axis=1).reshape(-1, 2, 2)
    if len(own) < 2:
        return np.full((2, 2), np.nan)
    moved = np.linalg.solve(own.sum(axis=0) - own + 1e-12 * np.eye(2), score[..., None])[..., 0]
    return (len(own) - 1) / len(own) * moved.T @ moved


def _settled(truth: Floats, x: Floats, coefficients: Floats) -> bool:
    """Whether the score equations hold: not so where the classes are separated."""
    gap = truth - expit(coefficients[0] + coefficients[1] * x)
    ordered = x[truth == 1].min() >= x[truth == 0].max() or x[truth == 1].max() <= x[truth == 0].min()
    return not ordered and abs(gap.sum()) < 1e-5 * len(x) and abs((gap * x).sum()) < 1e-4 * len(x)


def _share(truth: Floats, inside: NDArray[np.bool_], patients: ArrayLike) -> tuple[float, float]:
    """Interval of the malignant share of some cases, whole patients taken as independent."""
    who = np.unique(np.asarray(patients)[inside], return_inverse=True)[1]
    return Tally.of(truth[inside], np.ones(len(who), bool), who).share((0,), (0, 2))


def _bin(p: Floats, bins: int) -> NDArray[np.intp]:
    return np.minimum((p * bins).astype(np.intp), bins - 1)
