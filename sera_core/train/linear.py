"""Regressions that read a fixed body's features, measured signs, or both; what they leave open is chosen inside.

Both classes weigh the same. The penalty of the features' regression is chosen, and the two are weighed against each
other, by cross-validation over the patients that are given: whoever leaves patients out before has it nested.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit

from sera_core.classifiers.measurements import SignsReader
from sera_core.signs.quantities import SCALE_FREE

if TYPE_CHECKING:
    from torch import nn

Values = NDArray[np.floating]
Rows = NDArray[np.intp]
PENALTIES = (1e-4, 1e-3, 3e-3, 1e-2)  # inverse strengths (scikit-learn's C) for standardised features
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
    own = _Standard.of(values, 0.0)
    weights, intercept = own.fit(labels, SIGNS_PENALTY)
    return SignsReader(SCALE_FREE, _plain(own.mean), _plain(own.spread), _plain(weights), intercept)


def _plain(values: Values) -> tuple[float, ...]:
    return tuple(map(float, values))


def fit_features(known: Known) -> nn.Linear:
    """The last layer ``[2, F]`` of a network, its penalty chosen on patients left out."""
    return _layer(known, _chosen(known)[0])


def fit_joined(known: Known) -> tuple[nn.Linear, SignsReader]:
    """Both, each weighed by what it is worth beside the other on patients left out; their log-odds add up."""
    from sklearn.linear_model import LogisticRegression

    penalty, by_features = _chosen(known)
    by_signs = np.empty(len(known.labels))
    for rows, asked in _folds(known):
        by_signs[asked] = fit_signs(known.of(rows)).scores(known.signs[asked])
    both = np.stack([by_features, by_signs], axis=1)
    stack = LogisticRegression(C=np.inf, class_weight="balanced").fit(both, known.labels)
    share, signs_share = (max(float(weight), 0.0) for weight in stack.coef_[0])  # none is turned round
    last, signs = _layer(known, penalty, share, float(stack.intercept_[0])), fit_signs(known)
    weights = tuple(signs_share * weight for weight in signs.weights)
    return last, replace(signs, weights=weights, intercept=signs_share * signs.intercept)


def _chosen(known: Known) -> tuple[float, NDArray[np.float64]]:
    """The penalty with the best log loss on patients left out, and the log-odds ``[N]`` that it gave them."""
    from sklearn.metrics import log_loss
    from sklearn.utils.class_weight import compute_sample_weight

    scores = np.empty((len(PENALTIES), len(known.labels)))
    for rows, asked in _folds(known):
        own = _Standard.of(known.features[rows], LEAST_SPREAD)
        for number, penalty in enumerate(PENALTIES):
            weights, intercept = own.fit(known.labels[rows], penalty)
            scores[number, asked] = (known.features[asked] - own.mean) / own.spread @ weights + intercept
    weight = compute_sample_weight("balanced", known.labels)
    best = int(np.argmin([log_loss(known.labels, expit(one), sample_weight=weight) for one in scores]))
    return PENALTIES[best], scores[best]


def _folds(known: Known) -> Iterator[tuple[Rows, Rows]]:
    """Who teaches and who is asked, patients together."""
    from sklearn.model_selection import StratifiedGroupKFold

    splitter = StratifiedGroupKFold(INSIDE, shuffle=True, random_state=0)
    yield from splitter.split(known.labels, known.labels, known.patients)


@dataclass(frozen=True, eq=False)
class _Standard:
    """Values ``[N, F]``, standardised and turned into as few columns as there are cases.

    A penalty on squared weights does not care how the axes are turned, so the regression is the same, and faster.
    """

    mean: Values
    spread: Values
    turned: Values
    axes: Values

    @classmethod
    def of(cls, values: Values, least: float) -> _Standard:
        """No spread is taken for less than a share of the mean spread."""
        mean, spread = values.mean(0, dtype=np.float64), values.std(0, dtype=np.float64)
        spread = np.maximum(spread, max(least * spread.mean(), 1e-6))
        scaled = (values - mean) / spread
        if scaled.shape[1] <= len(scaled):
            return cls(mean, spread, scaled, np.eye(scaled.shape[1]))
        left, sizes, axes = np.linalg.svd(scaled, full_matrices=False)
        return cls(mean, spread, left * sizes, axes)

    def fit(self, labels: NDArray[np.integer], penalty: float) -> tuple[Values, float]:
        """Weights ``[F]`` of the standardised values, and intercept."""
        from sklearn.linear_model import LogisticRegression

        model = LogisticRegression(C=penalty, class_weight="balanced", max_iter=5000, tol=1e-5)
        model.fit(self.turned, labels)
        return model.coef_[0] @ self.axes, float(model.intercept_[0])


def _layer(known: Known, penalty: float, share: float = 1.0, added: float = 0.0) -> nn.Linear:
    """The regression as a layer that reads features as they are; its log-odds times ``share``, plus ``added``."""
    import torch

    own = _Standard.of(known.features, LEAST_SPREAD)
    weights, intercept = own.fit(known.labels, penalty)
    plain = weights / own.spread
    last = torch.nn.Linear(len(plain), 2)
    with torch.no_grad():
        last.weight.copy_(torch.from_numpy(np.stack([0 * plain, share * plain])))
        last.bias.copy_(torch.tensor([0.0, share * (intercept - float(plain @ own.mean)) + added]))
    return last.requires_grad_(False)
