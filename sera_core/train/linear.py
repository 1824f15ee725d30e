"""Regressions that read a fixed body's features, measured signs, or both; what they leave open is chosen inside.

Both classes weigh the same. The penalty of the features' regression is chosen, and the two are weighed against each
other, by cross-validation over the patients that are given: whoever leaves patients out before has it nested.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sera_core.classifiers.cnn import log_odds
from sera_core.classifiers.measurements import SignsReader
from sera_core.signs.quantities import SCALE_FREE

if TYPE_CHECKING:
    from torch import nn

Values = NDArray[np.floating]
Rows = NDArray[np.intp]
Read = Callable[[Values], NDArray[np.float64]]  # what is known of cases [N, F] to log-odds [N]
PENALTIES = (1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2)  # inverse strengths (scikit-learn's C) for standardised features
SIGNS_PENALTY = 0.3  # the same for the few quantities of the signs, as for the proposed words; not tuned
LEAST_SPREAD = 0.1  # a feature that hardly ever fires must not be blown up
INSIDE = 5  # folds


@dataclass(frozen=True, eq=False)
class Known:
    """Cases to learn from: features ``[N, F]``, measured signs ``[N, Q]``, labels and patients ``[N]``."""

    features: Values
    signs: Values
    labels: NDArray[np.integer]
    patients: NDArray

    def of(self, rows: Rows) -> Known:
        """Some of them."""
        return Known(self.features[rows], self.signs[rows], self.labels[rows], self.patients[rows])


def fit_signs(known: Known) -> SignsReader:
    """The regression on measured signs; cases of which nothing was measured are left out."""
    there = ~np.isnan(known.signs).any(axis=1)
    values, labels = known.signs[there], known.labels[there]
    mean, spread, weights, intercept = _regression(values, labels, SIGNS_PENALTY, 0.0)
    return SignsReader(SCALE_FREE, _plain(mean), _plain(spread), _plain(weights), intercept)


def _plain(values: Values) -> tuple[float, ...]:
    return tuple(map(float, values))


def fit_features(known: Known) -> nn.Linear:
    """The last layer ``[2, F]`` of a network, its penalty chosen on patients left out."""
    return _layer(known, _penalty(known))


def fit_joined(known: Known) -> tuple[nn.Linear, SignsReader]:
    """Both, each weighed by what it is worth beside the other on patients left out; their log-odds add up."""
    from sklearn.linear_model import LogisticRegression

    penalty = _penalty(known)
    by_features = _left_out(known, lambda own: _reads(_layer(own, penalty)))
    by_signs = _left_out(known, lambda own: fit_signs(own).scores, of_signs=True)
    both = np.stack([by_features, by_signs], axis=1)
    stack = LogisticRegression(C=np.inf, class_weight="balanced").fit(both, known.labels)
    share, signs_share = (max(float(weight), 0.0) for weight in stack.coef_[0])  # none is turned round
    last, signs = _layer(known, penalty, share, float(stack.intercept_[0])), fit_signs(known)
    weights = tuple(signs_share * weight for weight in signs.weights)
    return last, replace(signs, weights=weights, intercept=signs_share * signs.intercept)


def _penalty(known: Known) -> float:
    """The penalty with the best log loss on patients left out."""
    from sklearn.metrics import log_loss
    from sklearn.utils.class_weight import compute_sample_weight

    weight = compute_sample_weight("balanced", known.labels)

    def loss(penalty: float) -> float:
        scores = _left_out(known, lambda own: _reads(_layer(own, penalty)))
        return float(log_loss(known.labels, expit(scores), sample_weight=weight))

    return min(PENALTIES, key=loss)


def _left_out(known: Known, fit: Callable[[Known], Read], of_signs: bool = False) -> NDArray[np.float64]:
    """Log-odds of every case by what was fitted without its patient."""
    from sklearn.model_selection import StratifiedGroupKFold

    scores = np.empty(len(known.labels))
    for rows, asked in StratifiedGroupKFold(INSIDE, shuffle=True, random_state=0).split(
        known.labels, known.labels, known.patients
    ):
        scores[asked] = fit(known.of(rows))((known.signs if of_signs else known.features)[asked])
    return scores


def _regression(
    values: Values, labels: NDArray[np.integer], penalty: float, least: float
) -> tuple[Values, Values, Values, float]:
    """Mean, spread, weights and intercept of a logistic regression on standardised values ``[N, F]``.

    No spread is taken for less than that share of the mean spread.
    """
    from sklearn.linear_model import LogisticRegression

    mean, spread = values.mean(0, dtype=np.float64), values.std(0, dtype=np.float64)
    spread = np.maximum(spread, max(least * spread.mean(), 1e-6))
    model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=5000, tol=1e-6)
    turned, axes = _turned((values - mean) / spread)
    model.fit(turned, labels)
    return mean, spread, model.coef_[0] @ axes, float(model.intercept_[0])


def _turned(values: Values) -> tuple[Values, Values]:
    """Values in as few columns as there are cases, and the axes ``[N, F]`` that lead back.

    A penalty on squared weights does not care how the axes are turned, so the regression is the same, and faster.
    """
    if values.shape[1] <= len(values):
        return values, np.eye(values.shape[1])
    left, sizes, axes = np.linalg.svd(values, full_matrices=False)
    return left * sizes, axes


def _layer(known: Known, penalty: float, share: float = 1.0, added: float = 0.0) -> nn.Linear:
    """The regression as a layer that reads features as they are; its log-odds times ``share``, plus ``added``."""
    import torch

    mean, spread, weights, intercept = _regression(known.features, known.labels, penalty, LEAST_SPREAD)
    plain = weights / spread
    last = torch.nn.Linear(len(plain), 2)
    with torch.no_grad():
        last.weight.copy_(torch.from_numpy(np.stack([0 * plain, share * plain])))
        last.bias.copy_(torch.tensor([0.0, share * (intercept - float(plain @ mean)) + added]))
    return last.requires_grad_(False)


def _reads(last: nn.Linear) -> Read:
    from torch import nn

    return lambda values: log_odds(np.asarray(values, np.float32), nn.ModuleDict({"last": last}), None, None)
