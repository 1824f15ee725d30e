"""Settings of a training run, and the recipes that were chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sera_core.train.augment import Augmentation

Mode = Literal["transfer", "finetune", "svm"]


@dataclass(frozen=True)
class Recipe:
    """One training run.

    Attributes
    ----------
    mode : {"transfer", "finetune", "svm"}
        ``transfer``: only a new last layer is trained, on features of the fixed body.
        ``finetune``: the body is trained too, but for its first ``frozen_stages``.
        ``svm``: a support vector machine reads the features of the fixed body.
    epochs, batch, rate, momentum, decay
        Stochastic gradient descent with momentum; the rate follows a one-cycle schedule.
    head_rate : float
        Rate of the new last layer over that of the body.
    dropout : float
    averaging : float
        Decay of the exponential moving average of the weights, which is what is kept.
    frozen_stages : int
        Stages of the body that keep their ImageNet weights.
    views : int
        Random views of each image whose features are cached (``transfer``, ``svm``).
    svm_c : float
    augmentation : Augmentation
    seed : int
    """

    mode: Mode
    epochs: int = 8
    batch: int = 33
    rate: float = 0.01
    momentum: float = 0.9
    decay: float = 1e-4
    head_rate: float = 10.0
    dropout: float = 0.2
    averaging: float = 0.97
    frozen_stages: int = 3
    views: int = 4
    svm_c: float = 1.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: int = 0
