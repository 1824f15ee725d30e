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
    """

    card: Card
    parts: nn.ModuleDict
    svm: Any
    index: FamiliarityIndex

    @cached_property
    def _halves(self) -> tuple[nn.Sequential, nn.Sequential]:
        """The body up to the evidence layer, and the rest of it; what was made elsewhere is not cut."""
        from torch import nn

        if self.card.kind == "onnx":
            return nn.Sequential(self.parts["body"]), nn.Sequential()
        return stages(self.parts, network(self.card.network).evidence)

    def activations(self, crops: Grey) -> Tensor:
        """Evidence layer's activations ``[N, C, h', w']`` of grey crops ``[N, h, w]``, without gradients."""
        return run(self._halves[0], normalise(crops, self.card.preparation))

    def features(self, activations: Tensor) -> NDArray[np.float32]:
        """Pooled features ``[N, F]``."""
        import torch

        with torch.no_grad():
            return self.parts["pool"](self._halves[1](activations)).numpy()

    def scores(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of malignant before calibration of pooled features ``[N, F]``: ``[N]``."""
        if self.svm is not None:
            return svm_scores(self.svm, features)
        import torch

        with torch.no_grad():
            logits = self.parts["last"](torch.from_numpy(features))  # [N, 2]
        return (logits[:, 1] - logits[:, 0]).double().numpy()

    def probabilities(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Calibrated probabilities of malignant at a balanced prior, ``[N]``.

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
        """Calibrated probabilities ``[N]`` of grey crops ``[N, h, w]``, each a view of its own."""
        return self.probabilities(self.features(self.activations(crops)))

    def answers(self, views: Grey) -> Answer:
        """What is answered for regions seen in grey views ``[N, V, h, w]``."""
        return self.answer(self.activations(views.reshape(-1, *views.shape[2:])), views.shape[1])

    def answer(self, activations: Tensor, views: int) -> Answer:
        """What is answered for regions whose ``views`` views follow each other in the activations ``[N * V, ...]``.

        The features are averaged, then read: of a linear reader that is the mean of the log-odds.
        """
        features = self.features(activations)
        mean = self.probabilities(features.reshape(-1, views, features.shape[1]).mean(axis=1))
        each = self.probabilities(features).reshape(-1, views)
        return Answer(mean, np.minimum(each.min(axis=1), mean), np.maximum(each.max(axis=1), mean))

    def head(self) -> nn.Sequential:
        """All behind the evidence layer: activations to logits ``[N, 2]``; not for a support vector machine."""
        from torch import nn

        return nn.Sequential(self._halves[1], self.parts["pool"], self.parts["last"])

    def familiarity(self, seen: Features) -> list[Familiarity]:
        """How close each image is to the training set; ``seen [N, F]`` comes from :mod:`.familiarity`'s own body."""
        return self.index.familiarity(seen, self.card.familiarity_limit)

    def verdict(self, probability: float) -> Verdict:
        """Side of the frozen cut-off; between its 95 % bounds the answer is indeterminate."""
        if not (probability < self.card.cutoff.low or probability > self.card.cutoff.high):
            return Verdict.INDETERMINATE  # also when it is not a number
        return Verdict.MALIGNANT if is_positive(probability, self.card.cutoff.value) else Verdict.BENIGN


def svm_scores(svm: Any, features: NDArray[np.float32]) -> NDArray[np.float64]:
    """Log-odds of a calibrated support vector machine on features ``[N, F]``."""
    probability = svm.predict_proba(features)[:, 1]
    return logit(np.clip(probability, 1e-6, 1 - 1e-6))
