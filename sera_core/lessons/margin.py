"""Separating two classes: any line, the widest margin, the soft margin, and the kernel trick.

A support vector machine is solved here by moving two multipliers at a time (sequential minimal optimisation with the
working set of Fan, Chen and Lin, JMLR 2005;6:1889-1918); the result equals that of scikit-learn's ``SVC``.
Cortes C, Vapnik V. Support-vector networks. Machine Learning 1995;20:273-297.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sera_core.contracts import BadInput

Floats = NDArray[np.float64]

TOLERANCE = 1e-6  # largest violation of the optimality conditions that is left
MOST_STEPS = 200_000
FOLDS = 5
LINES = 12  # shown of those that separate
FLAT = 1e-5  # length of w below which there is no border: what is left of it is the solver's tolerance


@dataclass(frozen=True)
class Margin:
    """A fitted separation of two classes.

    Attributes
    ----------
    points : float64 [N, F]
    labels : float64 [N]
        -1 (benign) or +1 (malignant).
    c : float
        Price of slack; infinite for the hard margin.
    gamma : float or None
        Of the RBF kernel; None: a straight line.
    pull : float64 [N]
        The multipliers of the dual problem, 0 ... C: how hard each point holds the border. 0: not a support vector.
    bias : float
    """

    points: Floats
    labels: Floats
    c: float
    gamma: float | None
    pull: Floats
    bias: float

    def decide(self, where: ArrayLike) -> Floats:
        """Signed decision values ``[M]`` at ``[M, F]``: 0 on the border, -1 and +1 on the edges of the margin."""
        return kernel(np.asarray(where, float), self.points, self.gamma) @ (self.pull * self.labels) + self.bias

    @property
    def weights(self) -> Floats:
        """The vector w of the border w . x + b = 0 ``[F]``; only where the border is straight."""
        return (self.pull * self.labels) @ self.points

    @property
    def alpha(self) -> float:
        """Distance from the border to the edge of the margin, 1 / ||w||; infinite where no border is worth a slack."""
        length = float(np.linalg.norm(self.weights))
        return 1 / length if length > FLAT else np.inf

    @property
    def beta(self) -> float:
        """Width of the margin, 2 alpha."""
        return 2 * self.alpha

    @property
    def slack(self) -> Floats:
        """How far each point lies on the wrong side of its edge ``[N]``, in units of alpha; 0 where it does not."""
        return np.maximum(0.0, 1 - self.labels * self.decide(self.points))

    @property
    def supports(self) -> NDArray[np.bool_]:
        """Which points hold the border ``[N]``."""
        return self.pull > 1e-8 * max(1.0, float(self.pull.max()))

    @property
    def accuracy(self) -> float:
        """Share of the points on their own side."""
        return float(np.mean(_side(self.decide(self.points)) == self.labels))


def kernel(first: Floats, second: Floats, gamma: float | None) -> Floats:
    """Similarity ``[M, N]`` of points ``[M, F]`` and ``[N, F]``.

    The scalar product, or with ``gamma`` the Gaussian exp(-gamma ||x - y||^2).
    """
    if gamma is None:
        return first @ second.T
    apart = ((first[:, None, :] - second[None, :, :]) ** 2).sum(axis=2)
    return np.exp(-gamma * apart)


def fit(points: ArrayLike, labels: ArrayLike, c: float = np.inf, gamma: float | None = None) -> Margin:
    """The widest margin between two classes.

    Parameters
    ----------
    points : [N, F]
    labels : [N]
        -1 or +1; both must occur.
    c : float
        Price of slack. Infinite: none is allowed.
    gamma : float, optional
        Of the RBF kernel.

    Raises
    ------
    BadInput
        When a class is missing, or no line separates the classes and no slack is allowed.
    """
    x, y = checked(points, labels)
    if np.isinf(c) and gamma is None and not separable(x, y):
        raise BadInput(
            "not_separable",
            "No straight line separates these points: move one back, or go on to the soft margin, which allows slack.",
        )
    pull, bias = solve(kernel(x, x, gamma), y, c)
    return Margin(x, y, c, gamma, pull, bias)


def solve(similar: Floats, y: Floats, c: float) -> tuple[Floats, float]:
    """Multipliers and bias from the similarities ``[N, N]``: minimise a'Qa / 2 - sum(a), 0 <= a <= c, y'a = 0."""
    pull = np.zeros(len(y))
    slope = -np.ones(len(y))  # gradient of the objective
    diagonal = np.diag(similar)
    for _ in range(MOST_STEPS):
        score = -y * slope
        can_rise = np.where(y > 0, pull < c, pull > 0)
        can_fall = np.where(y > 0, pull > 0, pull < c)
        first = int(np.argmax(np.where(can_rise, score, -np.inf)))
        gap = np.where(can_fall, score[first] - score, -np.inf)
        if gap.max() < TOLERANCE:
            return pull, float(score[first] - gap.max() / 2)
        bend = np.maximum(diagonal[first] + diagonal - 2 * similar[first], 1e-12)
        second = int(np.argmax(np.where(gap > 0, gap * gap / bend, -np.inf)))
        room = (c - pull[first] if y[first] > 0 else pull[first], pull[second] if y[second] > 0 else c - pull[second])
        step = min(gap[second] / bend[second], *room)
        pull[first] += y[first] * step
        pull[second] -= y[second] * step
        slope += y * (similar[first] - similar[second]) * step
    raise BadInput("no_end", "The widest margin was not found in time: lower C, or move points that coincide apart.")


def separable(points: Floats, labels: Floats) -> bool:
    """Whether some straight line has all points of each class on its own side (a linear programme)."""
    from scipy.optimize import linprog

    rows = -labels[:, None] * np.column_stack([points, np.ones(len(points))])
    free = [(None, None)] * rows.shape[1]
    found = linprog(np.zeros(rows.shape[1]), A_ub=rows, b_ub=-np.ones(len(rows)), bounds=free, method="highs")
    return bool(found.status == 0)


def line_margin(points: ArrayLike, labels: ArrayLike, angle: float, offset: float) -> float:
    """Width beta of the margin of one given line; negative where a point lies on the wrong side.

    Parameters
    ----------
    points, labels : [N, 2], [N]
    angle : float
        Direction of the line's normal in degrees, towards the malignant side.
    offset : float
        Distance of the line from the origin along its normal.
    """
    x, y = checked(points, labels)
    normal = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    return float(2 * np.min(y * (x @ normal - offset)))


def some_lines(points: ArrayLike, labels: ArrayLike) -> list[tuple[float, float]]:
    """Lines that separate the classes, as (angle, offset): in every direction that has one, the middle one."""
    x, y = checked(points, labels)
    found = []
    for angle in np.arange(0.0, 360.0, 1.0):
        along = x @ np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
        low, high = float(along[y < 0].max()), float(along[y > 0].min())
        if low < high:
            found.append((float(angle), (low + high) / 2))
    spread = np.linspace(0, len(found) - 1, LINES).round().astype(int)
    return [found[k] for k in np.unique(spread)] if found else []


def cross_validated(points: ArrayLike, labels: ArrayLike, c: float, gamma: float | None = None) -> float:
    """Share of the points on their own side of a border that was fitted without them."""
    x, y = checked(points, labels)
    fold = folds_of(y)
    right = 0
    for k in range(FOLDS):
        left_out = fold == k
        if not left_out.any() or len(np.unique(y[~left_out])) < 2:
            continue
        fitted = fit(x[~left_out], y[~left_out], c, gamma)
        right += int((_side(fitted.decide(x[left_out])) == y[left_out]).sum())
    return right / len(y)


def folds_of(labels: Floats) -> NDArray[np.intp]:
    """The fold of each point ``[N]``: shuffled within each class, so that all folds are alike."""
    random = np.random.default_rng(0)
    fold = np.zeros(len(labels), np.intp)
    for label in (-1.0, 1.0):
        members = np.flatnonzero(labels == label)
        fold[random.permutation(members)] = np.arange(len(members)) % FOLDS
    return fold


def checked(points: ArrayLike, labels: ArrayLike) -> tuple[Floats, Floats]:
    """Points and labels as arrays, refused unless both classes occur."""
    x, y = np.asarray(points, float), np.asarray(labels, float)
    if not (y > 0).any() or not (y < 0).any():
        raise BadInput(
            "one_class", "One class is missing: put at least one benign and one malignant point on the board."
        )
    return x, y


def _side(values: Floats) -> Floats:
    return np.where(values > 0, 1.0, -1.0)
