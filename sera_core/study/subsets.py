"""Every subset of a few networks: their features side by side, and their votes (Lee 2019, Sci Rep 9:19854).

Concatenating standardised features adds their squared distances and their products, so that a support vector
machine on any subset needs sums of small matrices and no feature again.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, product
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.spatial.distance import cdist
from scipy.special import expit

FOLDS = 5
PENALTIES = (0.1, 1.0, 10.0, 100.0)
WIDTHS = (0.25, 0.5, 1.0, 2.0)  # gamma times the number of features; 1 is scikit-learn's "scale"
TREES = 300
Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Member:
    """One network's features.

    Attributes
    ----------
    letter : str
    width : int
        Number of features.
    train, test : float32 [N, F], [M, F]
        Standardised by the training images.
    near, far : float [N, N], [M, N]
        Squared distances of training and test images to training images.
    inner, outer : float [N, N], [M, N]
        Their products.
    """

    letter: str
    train: NDArray[np.float32]
    test: NDArray[np.float32]
    near: Floats
    far: Floats
    inner: Floats
    outer: Floats

    @property
    def width(self) -> int:
        """Number of features."""
        return self.train.shape[1]


@dataclass(frozen=True, eq=False)
class Answer:
    """Probability of malignant for the test images, and accuracy in cross-validation on the training images."""

    probability: Floats
    cv_accuracy: float


def member(letter: str, train: NDArray[np.float32], test: NDArray[np.float32]) -> Member:
    """Standardise a network's features and measure them against each other."""
    centre, spread = train.mean(axis=0), train.std(axis=0)
    spread = np.maximum(spread, 0.1 * spread.mean())  # a feature that hardly ever fires must not be blown up
    own, asked = (train - centre) / spread, (test - centre) / spread
    near, far = cdist(own, own, "sqeuclidean"), cdist(asked, own, "sqeuclidean")
    wide, tall = own.astype(np.float64), asked.astype(np.float64)
    return Member(letter, own, asked, near, far, wide @ wide.T, tall @ wide.T)


def subsets(letters: list[str], smallest: int) -> Iterator[tuple[str, ...]]:
    """All subsets of at least ``smallest`` letters, small ones first."""
    for size in range(smallest, len(letters) + 1):
        yield from combinations(letters, size)


def machine(members: list[Member], labels: NDArray[np.integer], patients: NDArray) -> Answer:
    """A support vector machine on the members' features side by side.

    Kernel (radial or linear), C and gamma are those with the best accuracy in grouped cross-validation; its held-out
    scores also fit the logistic curve that turns scores into probabilities (Platt 1999).

    Parameters
    ----------
    members : list of Member
    labels : int [N]
    patients : array [N]
        Images of one patient stay in one fold.
    """
    width = sum(one.width for one in members)
    near, far = np.sum([one.near for one in members], axis=0), np.sum([one.far for one in members], axis=0)
    inner, outer = (np.sum([getattr(one, name) for one in members], axis=0) / width for name in ("inner", "outer"))
    kernels = [(np.exp(-scale / width * near), np.exp(-scale / width * far)) for scale in WIDTHS]
    kernels.append((inner, outer))
    folds = _folds(labels, patients)
    best: tuple[float, int, float, Floats] | None = None
    for number, c in product(range(len(kernels)), PENALTIES):
        scores = np.empty(len(labels))
        for train, left_out in folds:
            fitted = _svc(c).fit(kernels[number][0][np.ix_(train, train)], labels[train])
            scores[left_out] = fitted.decision_function(kernels[number][0][np.ix_(left_out, train)])
        accuracy = float(np.mean((scores > 0) == labels))
        if best is None or accuracy > best[0]:
            best = (accuracy, number, c, scores)
    assert best is not None
    accuracy, number, c, scores = best
    scored = _svc(c).fit(kernels[number][0], labels).decision_function(kernels[number][1])
    return Answer(_platt(scores, labels, scored), accuracy)


def forest(members: list[Member], labels: NDArray[np.integer], seed: int = 0) -> Answer:
    """A random forest on the members' features side by side; its accuracy is that of the out-of-bag votes."""
    from sklearn.ensemble import RandomForestClassifier

    trees = RandomForestClassifier(TREES, min_samples_leaf=2, oob_score=True, random_state=seed)
    trees.fit(np.hstack([one.train for one in members]), labels)
    return Answer(trees.predict_proba(np.hstack([one.test for one in members]))[:, 1], float(trees.oob_score_))


def _folds(labels: NDArray[np.integer], patients: NDArray) -> list[tuple[NDArray, NDArray]]:
    from sklearn.model_selection import StratifiedGroupKFold

    return list(StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0).split(labels, labels, patients))


def _svc(c: float) -> Any:
    from sklearn.svm import SVC

    return SVC(C=c, kernel="precomputed", class_weight="balanced")


def _platt(scores: Floats, labels: NDArray[np.integer], asked: Floats) -> Floats:
    from sklearn.linear_model import LogisticRegression

    curve = LogisticRegression(C=np.inf, class_weight="balanced").fit(scores[:, None], labels)
    return expit(curve.coef_[0, 0] * asked + curve.intercept_[0])
