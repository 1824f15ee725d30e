"""What a model is worth to a patient: net benefit, predictive values at another prevalence, and needles spared.

Vickers AJ, Elkin EB. Medical Decision Making 2006;26:565-574. Mercaldo ND, Lau KF, Zhou XH. Statistics in Medicine
2007;26:2170-2183 (logit intervals of predictive values).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit, logit

from sera_core.evaluate.proportion import RATIOS
from sera_core.evaluate.spread import TAIL, mean_half, student
from sera_core.evaluate.tally import Tally

Floats = NDArray[np.float64]
MOST_DRAWN = 20_000_000  # bootstrap weights kept in memory at once


@dataclass(frozen=True)
class Spared:
    """Needles spared per 100 nodules at a reader's own sensitivity.

    Attributes
    ----------
    value, low, high : float
        Positive: the model sends fewer nodules to FNA than the reader and finds at least as many cancers.
    sensitivity : float
        The reader's.
    cutoff : float
        The model's score at which it reaches it (score >= cutoff is positive).
    """

    value: float
    low: float
    high: float
    sensitivity: float
    cutoff: float


def net_benefit(
    labels: ArrayLike,
    probability: ArrayLike,
    threshold: ArrayLike,
    patients: ArrayLike | None = None,
) -> tuple[Floats, Floats, Floats]:
    """Net benefit of treating when probability >= threshold: true positives less weighted false ones, per case.

    Parameters
    ----------
    threshold : float [K]
        Threshold probabilities, 0 <= t < 1; the weight of a false positive is t / (1 - t).
    patients : int [N], optional
        Patient of each case, where one may have several.

    Returns
    -------
    benefit, low, high : float [K]
        From the cases' contributions, of several images from the patients', with Student's t.

    Examples
    --------
    >>> labels = [0, 0, 0, 1, 1, 1]
    >>> probability = [0.1, 0.4, 0.35, 0.8, 0.3, 0.9]
    >>> benefit, low, high = net_benefit(labels, probability, 0.2)
    >>> round(float(benefit), 3)
    0.417
    """
    truth, p = np.asarray(labels) == 1, np.asarray(probability, np.float64)
    t, n = np.asarray(threshold, np.float64), len(np.asarray(labels))
    weight = t / (1 - t)
    hits, alarms = (
        (len(part) - np.searchsorted(part, t, "left")) / n for part in (np.sort(p[truth]), np.sort(p[~truth]))
    )
    benefit = hits - alarms * weight
    if patients is None:
        spread = np.sqrt(np.maximum(hits + alarms * weight**2 - benefit**2, 0) / max(n - 1, 1))
        half = student(n - 1) * spread
    else:
        given = [np.where(p >= limit, np.where(truth, 1.0, -w), 0.0) for limit, w in zip(t, weight, strict=True)]
        half = np.array([mean_half(one, patients) for one in given])
    return benefit, benefit - half, benefit + half


def treat_all(prevalence: float, threshold: ArrayLike) -> Floats:
    """Net benefit of treating everybody."""
    t = np.asarray(threshold, np.float64)
    return prevalence - (1 - prevalence) * t / (1 - t)


def predictive_values(
    counts: tuple[int, int, int, int], prevalence: ArrayLike, tally: Tally | None = None
) -> tuple[tuple[Floats, Floats, Floats], tuple[Floats, Floats, Floats]]:
    """PPV and NPV by Bayes' rule at other prevalences, each with its low and high bound.

    Parameters
    ----------
    counts : (tp, fn, fp, tn)
        Half a case is added to each where one is 0, for the intervals.
    prevalence : float [K]
        Between 0 and 1, ends excluded.
    tally : Tally, optional
        The same counts by patient, where patients have several images.

    Examples
    --------
    >>> (ppv, *_), (npv, *_) = predictive_values((90, 10, 20, 80), prevalence=0.05)
    >>> round(float(ppv), 3), round(float(npv), 3)
    (0.191, 0.993)
    """
    p = np.asarray(prevalence, np.float64)
    tp, fn, fp, tn = (float(part) for part in counts)
    nothing = np.full(p.shape, np.nan)
    if tp + fn == 0 or fp + tn == 0:
        return (nothing, nothing, nothing), (nothing, nothing, nothing)
    found = []
    for hit, miss, alarm, calm, odds, cells in (
        (tp, fn, fp, tn, logit(p), RATIOS["lr_positive"]),
        (tn, fp, fn, tp, -logit(p), (RATIOS["lr_negative"][1], RATIOS["lr_negative"][0])),
    ):
        share, other = hit / (hit + miss), alarm / (alarm + calm)
        prior = expit(odds)
        with np.errstate(divide="ignore", invalid="ignore"):
            value = share * prior / (share * prior + other * (1 - prior))
        if tally is None:
            extra = 0.5 if 0 in (hit, miss, alarm, calm) else 0.0
            a, b, c, d = (part + extra for part in (hit, miss, alarm, calm))
            middle, freedom = np.log(a / (a + b)) - np.log(c / (c + d)), np.inf
            variance = b / (a * (a + b)) + d / (c * (c + d))
        else:
            middle, variance, freedom = tally.log_ratio(*cells)
        half = student(freedom) * np.sqrt(variance)
        found.append((value, expit(middle + odds - half), expit(middle + odds + half)))
    return found[0], found[1]


def patient_weights(patients: ArrayLike, draws: int = 300) -> NDArray[np.float32]:
    """Bootstrap of whole patients as weights of cases, [draws, n]; fewer draws for very many cases, at least 50."""
    _, patient = np.unique(np.asarray(patients), return_inverse=True)
    size = int(patient.max()) + 1
    draws = int(np.clip(MOST_DRAWN // len(patient), 50, draws))
    random = np.random.default_rng(0)
    often = np.stack([np.bincount(random.integers(size, size=size), minlength=size) for _ in range(draws)])
    return often.astype(np.float32)[:, patient]


def spared(labels: ArrayLike, score: ArrayLike, called: ArrayLike, weights: NDArray[np.float32]) -> Spared | None:
    """Needles that a model spares against a reader, per 100 nodules, where it is as sensitive as the reader.

    Parameters
    ----------
    labels : [n]
    score : [n]
        The model's.
    called : bool [n]
        Whether the reader sends the nodule to FNA.
    weights : float [B, n]
        From :func:`patient_weights`; the model's cut-off is chosen anew in each draw.

    Returns
    -------
    Spared or None
        None where no case is malignant.
    """
    truth, value = np.asarray(labels) == 1, np.asarray(score, np.float64)
    if not truth.any():
        return None
    order = np.argsort(-value, kind="stable")
    last = np.append(np.flatnonzero(np.diff(value[order])), len(order) - 1)  # last case of each tie
    reader, hit = np.asarray(called, bool), truth[order]
    point, at = _spared(np.ones((1, len(order))), order, last, hit, truth, reader)
    drawn, _ = _spared(weights, order, last, hit, truth, reader)
    low, high = np.nanpercentile(drawn, [100 * TAIL, 100 - 100 * TAIL])
    sensitivity = float(reader[truth].mean())
    cutoff = float(value[order][last[at[0]]]) if sensitivity > 0 else np.inf
    return Spared(float(point[0]), float(low), float(high), sensitivity, cutoff)


def _spared(
    weights: NDArray, order: NDArray, last: NDArray, hit: NDArray, truth: NDArray, reader: NDArray
) -> tuple[Floats, NDArray[np.intp]]:
    sorted_weights = weights[:, order]
    found = np.cumsum(np.where(hit, sorted_weights, 0), axis=1, dtype=np.float64)[:, last]
    sent = np.cumsum(sorted_weights, axis=1, dtype=np.float64)[:, last]
    needed = weights @ (truth & reader).astype(weights.dtype)
    at = np.argmax(found >= needed[:, None] - 1e-6, axis=1)
    model = np.where(needed > 0, np.take_along_axis(sent, at[:, None], axis=1)[:, 0], 0.0)
    total = sent[:, -1]
    with np.errstate(divide="ignore", invalid="ignore"):
        return 100 * (weights @ reader.astype(weights.dtype) - model) / total, at
