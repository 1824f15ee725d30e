"""A loaded model: body, reader of features, calibration and familiarity behind a few verbs.

The network is cut at its evidence layer: one pass up to there (:meth:`Classifier.activations`) serves prediction,
features and heatmap. Objects are shared by all sessions of the app: nothing here changes after loading.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from sera_core.classifiers import calibrate
from sera_core.classifiers.card import Card
from sera_core.classifiers.familiarity import FamiliarityIndex, Features
from sera_core.classifiers.measurements import SignsReader
from sera_core.contracts import BadInput, Familiarity, Grey, Verdict, is_positive
from sera_core.images.prepare import normalise
from sera_core.nets.registry import network
from sera_core.nets.split import run, stages

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Answer:
    """Calibrated probabilities at a balanced prior of N regions, each seen in V views, and their range over those.

    Attributes
    ----------
    probability, low, high : float [N]
        The answer, and the least and the greatest that one view alone would have got.
    """

    probability: NDArray[np.float64]
    low: NDArray[np.float64]
    high: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Classifier:
    """One model, ready to answer.

    Attributes
    ----------
    card : Card
    parts : nn.ModuleDict
        ``body``, ``pool`` and ``last``, frozen, in evaluation mode.
    svm : scikit-learn pipeline or None
        Reads the pooled features instead of ``last`` where the card's kind is ``svm``.
    index : FamiliarityIndex
    signs : SignsReader or None
        Reads what is measured on the outline, in the network's place (kind ``signs``) or beside it (``joined``).
    """

    card: Card
    parts: nn.ModuleDict
    svm: Any
    index: FamiliarityIndex
    signs: SignsReader | None = None

    @cached_property
    def _halves(self) -> tuple[nn.Sequential, nn.Sequential]:
        """The body up to the evidence layer, and the rest of it; what is none of the registry's is not cut."""
        from torch import nn

        if self.card.kind in ("onnx", "signs"):
            return nn.Sequential(self.parts["body"]), nn.Sequential()
        return stages(self.parts, network(self.card.network).evidence)

    @cached_property
    def _head(self) -> nn.Sequential:
        from torch import nn

        return nn.Sequential(self._halves[1], self.parts["pool"], for_each_class(self.parts["last"]))

    def activations(self, crops: Grey) -> Tensor:
        """Evidence layer's activations ``[N, C, h', w']`` of grey crops ``[N, h, w]``, without gradients."""
        return run(self._halves[0], normalise(crops, self.card.preparation))

    def features(self, activations: Tensor) -> NDArray[np.float32]:
        """Pooled features ``[N, F]``."""
        import torch

        with torch.no_grad():
            return self.parts["pool"](self._halves[1](activations)).numpy()

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of malignant before calibration of pooled features and measured signs ``[N, F + Q]``: ``[N]``."""
        return log_odds(features, self.parts, self.svm, self.signs)

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities of malignant at a balanced prior, ``[N]``, of what :meth:`scores` reads.

        Raises
        ------
        BadInput
            When an answer is not a number.
        """
        found = calibrate.apply(self.card.calibration, self.scores(features))
        if not np.isfinite(found).all():
            raise BadInput(
                "no_number", f"The model {self.card.id} comes to no number here: choose another, or train it again."
            )
        return found

    def predict(self, crops: Grey) -> NDArray[np.float64]:
        """Calibrated probabilities ``[N]`` of grey crops ``[N, h, w]``, each its own view, by the network alone."""
        return self.probabilities(self._beside(self.features(self.activations(crops)), None))

    def answers(self, views: Grey, signs: NDArray[np.float32] | None = None) -> Answer:
        """What is answered for regions seen in grey views ``[N, V, h, w]``.

        ``signs [N, V, Q]`` are measured on as many outlines of each, where the model reads them.
        """
        features = self.features(self.activations(views.reshape(-1, *views.shape[2:])))
        return self.answer(features, views.shape[1], signs)

    def seen(self, views: Grey, signs: NDArray[np.float32] | None = None) -> NDArray[np.float32]:
        """Pooled features, and measured signs where the model reads them, of every view ``[N, V, F + Q]``."""
        features = self.features(self.activations(views.reshape(-1, *views.shape[2:])))
        return self._beside(features, signs).reshape(*views.shape[:2], -1)

    def answer(self, pooled: NDArray[np.float32], views: int, signs: NDArray[np.float32] | None = None) -> Answer:
        """What is answered for regions whose ``views`` views follow each other in the pooled features ``[N * V, F]``.

        The features are averaged, then read: of a linear reader that is the mean of the log-odds.
        """
        features = self._beside(pooled, signs)
        mean = self.probabilities(features.reshape(-1, views, features.shape[1]).mean(axis=1))
        each = self.probabilities(features).reshape(-1, views)
        return Answer(mean, np.minimum(each.min(axis=1), mean), np.maximum(each.max(axis=1), mean))

    def _beside(self, features: NDArray[np.float32], signs: NDArray[np.float32] | None) -> NDArray[np.float32]:
        """Features with the signs that the model reads beside them; signs that nobody measured say nothing."""
        if self.signs is None:
            return features
        if signs is None:
            signs = np.full((len(features), len(self.signs.quantities)), np.nan, np.float32)
        return np.hstack([features, signs.reshape(len(features), -1)])

    def head(self) -> nn.Sequential:
        """All behind the evidence layer: activations to log-odds ``[N, 2]``; not for a support vector machine."""
        return self._head

    def familiarity(self, seen: Features) -> list[Familiarity]:
        """How close each image is to the training set; ``seen [N, F]`` comes from :mod:`.familiarity`'s own body."""
        return self.index.familiarity(seen, self.card.familiarity_limit)

    def verdict(self, probability: float) -> Verdict:
        """Side of the frozen cut-off; between its 95 % bounds the answer is indeterminate."""
        if not (probability < self.card.cutoff.low or probability > self.card.cutoff.high):
            return Verdict.INDETERMINATE  # also when it is not a number
        return Verdict.MALIGNANT if is_positive(probability, self.card.cutoff.value) else Verdict.BENIGN


def for_each_class(last: nn.Module) -> nn.Linear:
    """A last layer that answers ``[N, 2]`` with the log-odds of each of two classes, in the place of their logits.

    A logit alone also moves with what speaks for both classes; the answer does not.
    """
    import torch
    from torch import nn

    weights, bias = (each - each.flip(0) for each in last.parameters())
    odds = nn.Linear(weights.shape[1], 2).requires_grad_(False)
    with torch.no_grad():
        odds.weight.copy_(weights)
        odds.bias.copy_(bias)
    return odds.eval()


def log_odds(
    features: NDArray[np.float32], parts: nn.ModuleDict, svm: Any, signs: SignsReader | None
) -> NDArray[np.float64]:
    """Log-odds before calibration ``[N]`` of a network's features, then measured signs ``[N, F + Q]``.

    Whoever is there reads its own columns; log-odds of both add up.
    """
    if svm is not None:
        return svm_scores(svm, features)
    width = features.shape[1] - (len(signs.quantities) if signs else 0)
    found = np.zeros(len(features)) if signs is None else signs.scores(features[:, width:])
    if "last" in parts:
        import torch

        with torch.no_grad():
            logits = parts["last"](torch.from_numpy(np.ascontiguousarray(features[:, :width])))  # [N, 2]
        found = found + (logits[:, 1] - logits[:, 0]).double().numpy()
    return found


def svm_scores(svm: Any, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-odds of a calibrated support vector machine on features ``[N, F]``."""
    probability = svm.predict_proba(features)[:, 1]
    return logit(np.clip(probability, 1e-6, 1 - 1e-6))
