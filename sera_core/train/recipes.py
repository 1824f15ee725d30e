"""Settings of a training run, and the recipes that were chosen."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import ConfigDict, Field

from sera_core.classifiers.store import PLAIN_NAME
from sera_core.contracts import BadInput
from sera_core.train.augment import Augmentation

Mode = Literal["transfer", "finetune", "svm", "rf", "linear", "signs", "joined"]
SIGNS_MODES = ("signs", "joined")  # those that need the nodule's outline
Weights = Annotated[str, Field(pattern=f"^{PLAIN_NAME.pattern}$")]
Schedule = Literal["constant", "onecycle", "step", "log"]
Count = Annotated[int, Field(ge=1)]
Seed = Annotated[int, Field(ge=0)]
NotNegative = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, lt=1)]


@dataclass(frozen=True)
class Recipe:
    """One training run.

    Attributes
    ----------
    mode : {"transfer", "finetune", "svm", "rf", "linear", "signs", "joined"}
        ``transfer``: only a new last layer is trained, on features of the fixed body.
        ``finetune``: the body is trained too, but for its first ``frozen_stages``.
        ``svm``: a support vector machine reads the features of the fixed body.
        ``rf``: a random forest reads them.
        ``linear``: a logistic regression reads them, its penalty chosen on patients left out.
        ``signs``: a logistic regression reads what is measured on the nodule's outline, and no network runs.
        ``joined``: both of these, weighed on patients left out (see :mod:`.linear`).
    epochs, batch, rate, momentum, decay
        Stochastic gradient descent with momentum.
    schedule : {"constant", "onecycle", "step", "log"} or None
        How the rate moves (see :mod:`.schedule`); None: one cycle in fine-tuning, constant for a last layer.
    step_every, step_factor
        ``step``: the rate is multiplied by the factor every so many epochs.
    last_rate : float
        ``log``: the rate of the last epoch.
    head_rate : float
        Rate of the new last layer over that of the body.
    dropout : float
    averaging : float
        Decay of the exponential moving average of the weights, which is what is kept.
    frozen_stages : int
        Stages of the body that keep the weights they start with.
    weights : str
        Where the body starts: ``imagenet``; ``scratch``, where all stages are trained whatever ``frozen_stages`` says;
        or the id of an installed model of the same network, whose body is taken.
    views : int
        Random views of each image whose features are computed once (``transfer``); 0: the plain crop alone.
    kept_views : int
        Random views of each image that are drawn once, with what the fixed stages make of them (``finetune``); 0: new
        views in every epoch.
    soup : int
        Runs from seeds that follow each other, whose weights' mean is what is kept (``finetune``; see :mod:`.soup`).
    svm_c : float
        Soft-margin constant (``svm``).
    augmentation : Augmentation
    seed : int
    """

    __pydantic_config__ = ConfigDict(extra="forbid")  # read from a design file: a mistyped name is refused

    mode: Mode
    epochs: Count = 8
    batch: Count = 33
    rate: Positive = 0.01
    momentum: Share = 0.9
    decay: NotNegative = 1e-4
    head_rate: NotNegative = 4.0
    dropout: Share = 0.2
    averaging: Share = 0.97
    frozen_stages: Annotated[int, Field(ge=0)] = 3
    views: Annotated[int, Field(ge=0)] = 4
    kept_views: Annotated[int, Field(ge=0)] = 0
    soup: Count = 1
    svm_c: Positive = 1.0
    augmentation: Augmentation = field(default_factory=Augmentation)
    seed: Seed = 0
    schedule: Schedule | None = None
    step_every: Count = 5
    step_factor: Share = 0.1
    last_rate: Positive = 1e-4
    weights: Weights = "imagenet"

    def __post_init__(self) -> None:
        problem = self._nonsense()
        if problem:
            raise BadInput("bad_recipe", problem)

    def _nonsense(self) -> str:
        if self.weights == "scratch" and self.mode != "finetune":
            return f"Without pretrained weights there are no features to read: use mode finetune, not {self.mode}."
        if self.schedule == "onecycle" and self.mode != "finetune":
            return "The one-cycle schedule is for fine-tuning: use constant, step or log for a last layer."
        if self.schedule == "log" and self.last_rate > self.rate:
            return f"The rate is to fall from {self.rate:g} to {self.last_rate:g}: make last_rate the smaller one."
        return ""
