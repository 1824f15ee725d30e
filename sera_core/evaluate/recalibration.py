"""What a few local cases can mend: logistic recalibration, fitted on some patients of a centre, tested on the others.

Steyerberg EW, et al. Statistics in Medicine 2004;23:2567-2586 (updating intercept and slope at a new centre).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.special import expit

from sera_core.evaluate.calibration import fit, logits, shifts

Floats = NDArray[np.float64]
MOST_TESTED = 2000  # cases on which a recalibration is tried
WEAK = 100.0  # standard deviation of a prior that only keeps separated draws finite


@dataclass(frozen=True, eq=False)
class Recalibrated:
    """Brier score, slope and intercept on the cases not used, before and after; one entry a draw."""

    brier: tuple[Floats, Floats]
    slope: tuple[Floats, Floats]
    intercept: tuple[Floats, Floats]


@dataclass(frozen=True, eq=False)
class LocalDraws:
    """Which cases to recalibrate on and to test on, R times over; the same for every model of a centre.

    Attributes
    ----------
    used : int [R, local]
        Rows to fit on.
    rest : int [R, m]
        Rows to test on.
    weight : float [R, m]
        0 where the patient of a row to test on also has a case to fit on, else 1.
    """

    used: NDArray[np.intp]
    rest: NDArray[np.intp]
    weight: Floats


def local_draws(patients: ArrayLike, local: int = 50, draws: int = 50) -> LocalDraws:
    """Random local cases to fit on, and cases of all other patients to test on (2,000 where there are more).

    Parameters
    ----------
    patients : [n]
        Patient of each case; n > local.
    """
    random = np.random.default_rng(0)
    _, patient = np.unique(np.asarray(patients), return_inverse=True)
    size = min(len(patient), local + MOST_TESTED)
    used, rest, weight = [], [], []
    for _ in range(draws):
        key = random.random(patient.max() + 1)[patient]
        first = np.argpartition(key, size - 1)[:size]
        order = first[np.argsort(key[first], kind="stable")]
        own, other = order[:local], order[local:]
        seen = np.zeros(patient.max() + 1)
        seen[patient[own]] = 1
        used.append(own)
        rest.append(other)
        weight.append(1 - seen[patient[other]])
    return LocalDraws(np.array(used), np.array(rest), np.array(weight))


def recalibrated(labels: ArrayLike, probability: ArrayLike, drawn: LocalDraws) -> Recalibrated | None:
    """Fit slope and intercept on a few local cases, test on other patients of the centre; once a draw.

    The fit is pulled gently to "change nothing" (normal priors with a standard deviation of 2 around slope 1 and
    intercept 0), so that 50 cases, or those of one class only, always have an answer.

    Returns
    -------
    Recalibrated or None
        None where no draw leaves cases of both classes to test on.
    """
    truth, x = np.asarray(labels, np.float64), logits(probability)
    used, rest, weight = drawn.used, drawn.rest, drawn.weight
    y, before = truth[rest], x[rest]
    left = (weight * y).sum(axis=1) * (weight * (1 - y)).sum(axis=1) > 0  # draws that leave both classes
    if not left.any():
        return None
    change, _ = fit(truth[used[left]], x[used[left]], prior=2.0)
    y, before, weight = y[left], before[left], weight[left]
    after = change[:, :1] + change[:, 1:] * before
    slope = fit(y, before, weight, prior=WEAK)[0][:, 1]
    return Recalibrated(
        brier=(_mean_error(y, before, weight), _mean_error(y, after, weight)),
        slope=(slope, slope / change[:, 1]),  # a line fitted to a stretched scale is the line, stretched
        intercept=(shifts(y, before, weight), shifts(y, after, weight)),
    )


def _mean_error(truth: Floats, x: Floats, weight: Floats) -> Floats:
    return (weight * (expit(x) - truth) ** 2).sum(axis=1) / weight.sum(axis=1)
