"""From features to a probability: one layer or several side by side, one classifier or the mean of several.

Features of several networks are put side by side (concatenation) or each network is judged on its own and the
probabilities are averaged (ensemble), as in Lee 2019 (Sci Rep 9:19854).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers.classical import fit_forest, fit_svm
from sera_core.contracts import BadInput, is_positive
from sera_core.lessons.margin import folds_of

Features = NDArray[np.float32]
Labels = NDArray[np.int64]

TREES = 80
READERS = ("SVM", "Random forest")


@dataclass(frozen=True, eq=False)
class Opinion:
    """What a classifier says of cases it was not fitted on.

    Attributes
    ----------
    probabilities : float64 [N]
        Of each case of the bank, by a classifier fitted on the other folds.
    own : float
        Of the nodule under study, by a classifier fitted on the whole bank.
    """

    probabilities: NDArray[np.float64]
    own: float


def fit(reader: str, features: Features, labels: Labels) -> object:
    """A fitted classifier with ``predict_proba``; ``reader`` is one of :data:`READERS`."""
    if reader == "SVM":
        patients = np.array([f"{k}" for k in range(len(labels))])  # one nodule a patient
        return fit_svm(features, labels, patients, c=1.0)
    return fit_forest(features, labels, trees=TREES)


def judge(reader: str, features: Features, labels: Labels, own: Features) -> Opinion:
    """Probabilities of all cases out of fold, and of one more case.

    Parameters
    ----------
    reader : str
    features : float32 [N, F]
    labels : int64 [N]
    own : float32 [F]
    """
    fold = folds_of(np.where(labels > 0, 1.0, -1.0))
    found = np.zeros(len(labels))
    for k in np.unique(fold):
        left_out = fold == k
        fitted = fit(reader, features[~left_out], labels[~left_out])
        found[left_out] = malignant(fitted, features[left_out])
    return Opinion(found, float(malignant(fit(reader, features, labels), own[None])[0]))


def malignant(fitted: object, features: Features) -> NDArray[np.float64]:
    """Probability of the malignant class ``[N]``."""
    shares: NDArray[np.float64] = fitted.predict_proba(features)[:, 1]  # type: ignore[attr-defined]
    return shares


def concatenated(layers: Mapping[str, Features]) -> Features:
    """Features of several layers side by side ``[N, F1 + F2 + ...]``."""
    if not layers:
        raise BadInput("no_layer", "No layer is chosen: choose at least one to take features from.")
    return np.concatenate(list(layers.values()), axis=-1)


def averaged(opinions: list[Opinion]) -> Opinion:
    """The mean of several probabilities: a classification ensemble."""
    if not opinions:
        raise BadInput("no_opinion", "An ensemble needs at least one classifier: choose one.")
    mean = np.mean([opinion.probabilities for opinion in opinions], axis=0)
    return Opinion(mean, float(np.mean([opinion.own for opinion in opinions])))


def best_percent(probabilities: NDArray[np.float64], labels: Labels) -> int:
    """The whole percent at which sensitivity + specificity - 1 (Youden's index) is largest; the lowest of equals."""
    cuts = np.arange(101) / 100
    called = is_positive(probabilities[None, :], cuts[:, None])
    index = called[:, labels == 1].mean(axis=1) - called[:, labels == 0].mean(axis=1)
    return int(np.argmax(index))
