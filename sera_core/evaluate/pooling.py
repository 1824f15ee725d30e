"""Several centres in one number, and what to expect at the next hospital: random effects.

Viechtbauer W. J Educ Behav Stat 2005;30:261-293 (restricted maximum likelihood). Hartung J, Knapp G. Statistics in
Medicine 2001;20:3875-3889, and IntHout J, et al. BMC Med Res Methodol 2014;14:25 (interval). Higgins JPT, Thompson SG,
Spiegelhalter DJ. J R Stat Soc A 2009;172:137-159 (prediction interval). Reitsma JB, et al. J Clin Epidemiol
2005;58:982-990 (sensitivity and specificity together).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.optimize import brentq, minimize

from sera_core.contracts import BadInput
from sera_core.evaluate.spread import student

Floats = NDArray[np.float64]
FEWEST, FEWEST_PAIRS = 3, 4  # centres for one number, and for two that go together
BIVARIATE_START = ((-1.0, -1.0, 0.0), (-1.0, -1.0, -1.0), (0.0, 0.0, 0.0))


@dataclass(frozen=True)
class Pooled:
    """A mean over centres, on the scale that it was given on.

    Attributes
    ----------
    value, low, high : float
        Mean of the centres' true values, with Hartung and Knapp's interval.
    next_low, next_high : float
        Prediction interval of Higgins (Student's t with centres - 2): where the true value of another such centre lies.
        From few centres it is a guess; with eight it held the next one in 0.90 of simulations, with twenty in 0.93.
    tau2 : float
        Variance of the true values between centres.
    i2 : float
        Share of the observed variance that is between centres, 0 ... 1.
    centres : int
    """

    value: float
    low: float
    high: float
    next_low: float
    next_high: float
    tau2: float
    i2: float
    centres: int


@dataclass(frozen=True)
class PooledPair:
    """Mean logit sensitivity and specificity of the centres (each a :class:`Pooled`), and how they go together.

    Their intervals are Wald's with Student's t for centres - 1 degrees of freedom. ``correlation``: of the true values
    between centres; -1 ... 1.
    """

    sensitivity: Pooled
    specificity: Pooled
    correlation: float


def pool(values: ArrayLike, variances: ArrayLike) -> Pooled:
    """Pool one number of several centres.

    Parameters
    ----------
    values, variances : float [k]
        Estimates and their squared standard errors (positive), on a scale on which they are about normal.

    Raises
    ------
    BadInput
        For fewer than three centres: how far centres differ cannot be told from two.
    """
    y, v = np.asarray(values, np.float64), np.asarray(variances, np.float64)
    k = len(y)
    if k < FEWEST:
        raise BadInput("few_centres", f"Pooling needs at least {FEWEST} centres, not {k}.")
    tau2 = _between(y, v)
    weight = 1 / (v + tau2)
    mean = float(weight @ y / weight.sum())
    spread2 = float(weight @ (y - mean) ** 2 / ((k - 1) * weight.sum()))
    return _pooled(mean, spread2, tau2, v)


def _pooled(mean: float, spread2: float, tau2: float, v: Floats) -> Pooled:
    k, fixed = len(v), 1 / v
    typical = float((k - 1) * fixed.sum() / (fixed.sum() ** 2 - (fixed**2).sum()))
    half = student(k - 1) * float(np.sqrt(spread2))
    reach = student(k - 2) * float(np.sqrt(spread2 + tau2))
    share = tau2 / (tau2 + typical)
    return Pooled(mean, mean - half, mean + half, mean - reach, mean + reach, tau2, share, k)


def _between(y: Floats, v: Floats) -> float:
    """Restricted maximum likelihood of the variance between centres: where its score is 0, or 0."""

    def score(tau2: float) -> float:
        weight = 1 / (v + tau2)
        mean = weight @ y / weight.sum()
        return float(weight**2 @ (y - mean) ** 2 - weight.sum() + (weight**2).sum() / weight.sum())

    if score(0.0) <= 0:
        return 0.0
    top = float(np.var(y)) + float(v.max())
    while score(top) > 0:
        top *= 2
    return float(brentq(score, 0.0, top, xtol=1e-14, rtol=1e-13))


def pool_pairs(sensitivity: ArrayLike, specificity: ArrayLike, variances: ArrayLike) -> PooledPair:
    """Pool sensitivity and specificity together: centres that gain one often lose the other.

    Parameters
    ----------
    sensitivity, specificity : float [k]
        Logits.
    variances : float [k, 2]
        Their squared standard errors; the two come from other cases.

    Raises
    ------
    BadInput
        For fewer than four centres: three variances cannot be told from three pairs.
    """
    y = np.stack([np.asarray(sensitivity, np.float64), np.asarray(specificity, np.float64)], axis=1)
    v = np.asarray(variances, np.float64)
    if len(y) < FEWEST_PAIRS:
        raise BadInput("few_centres", f"Pooling pairs needs at least {FEWEST_PAIRS} centres, not {len(y)}.")
    best = min((_fitted(y, v, start) for start in BIVARIATE_START), key=lambda found: float(found.fun))
    between = _matrix(best.x)
    _, mean, cover = _likelihood(best.x, y, v)
    one, other = (_pooled(float(mean[k]), float(cover[k, k]), float(between[k, k]), v[:, k]) for k in range(2))
    return PooledPair(one, other, float(np.tanh(best.x[2])))


def _fitted(y: Floats, v: Floats, start: tuple[float, ...]):  # type: ignore[no-untyped-def]
    return minimize(
        lambda x: _likelihood(x, y, v)[0], start, method="L-BFGS-B", bounds=[(-8, 4), (-8, 4), (-4, 4)], tol=1e-12
    )


def _matrix(x: Floats) -> Floats:
    """Covariance between centres from two log standard deviations and Fisher's z of the correlation."""
    a, b = np.exp(x[:2])
    together = a * b * np.tanh(x[2])
    return np.array([[a * a, together], [together, b * b]])


def _likelihood(x: Floats, y: Floats, v: Floats) -> tuple[float, Floats, Floats]:
    """Minus the restricted log-likelihood (but a constant), the mean and its covariance."""
    whole = _matrix(x) + v[:, :, None] * np.eye(2)
    precision = np.linalg.inv(whole)
    total = precision.sum(axis=0)
    cover = np.linalg.inv(total)
    mean = cover @ np.einsum("kij,kj->i", precision, y)
    gap = y - mean
    square = np.einsum("ki,kij,kj->", gap, precision, gap)
    return float(np.linalg.slogdet(whole)[1].sum() + np.linalg.slogdet(total)[1] + square) / 2, mean, cover
