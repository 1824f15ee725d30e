"""Fine-tune a network on decoded frames.

As in Lee 2019 the last layer is replaced and all weights are trained (the first stages may stay fixed) by
stochastic gradient descent with momentum and cross-entropy, in batches of 33. Targets may be soft.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers.cnn import svm_scores
from sera_core.contracts import BadInput, Grey
from sera_core.images.prepare import Preparation, normalise
from sera_core.nets.split import build, pooled_features, stages
from sera_core.train.frames import Frame, balanced, varied
from sera_core.train.recipes import Recipe

if TYPE_CHECKING:
    from torch import Tensor, nn

Report = Callable[[str], None]


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted network: its parts, and the machine that reads its features where there is one."""

    parts: nn.ModuleDict
    svm: Any
    preparation: Preparation

    def features(self, crops: Grey) -> NDArray[np.float32]:
        """Pooled features ``[N, F]`` of crops ``[N, h, w]``."""
        return pooled_features(self.parts, crops, self.preparation)

    def scores(self, crops: Grey) -> NDArray[np.float64]:
        """Log-odds of the positive class for crops ``[N, h, w]``: ``[N]``."""
        return self.answer(self.features(crops))

    def answer(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of the positive class for pooled features ``[N, F]``: ``[N]``."""
        import torch

        if self.svm is not None:
            return svm_scores(self.svm, features)
        with torch.no_grad():
            logits = self.parts["last"](torch.from_numpy(features))
        return (logits[:, 1] - logits[:, 0]).double().numpy()


def finetune(network: str, frames: list[Frame], preparation: Preparation, recipe: Recipe, report: Report) -> Fitted:
    """Train last layer and body (but for its first stages), starting from ImageNet weights.

    Parameters
    ----------
    network : str
        Key of the network registry.
    frames : list of Frame
    preparation : Preparation
    recipe : Recipe
    report : callable
        Takes one line of progress.

    Raises
    ------
    BadInput
        When the loss stops being a number.
    """
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    parts = build(network, pretrained=True)
    parts.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub knows tensors only
    early, late = stages(parts, recipe.frozen_stages)
    early.requires_grad_(False)
    rates = [recipe.rate, recipe.rate * recipe.head_rate]
    trained = [*late.parameters(), *parts["pool"].parameters()]
    optimiser = torch.optim.SGD(
        [{"params": trained, "lr": rates[0]}, {"params": parts["last"].parameters(), "lr": rates[1]}],
        momentum=recipe.momentum,
        weight_decay=recipe.decay,
        nesterov=True,
    )
    batches = len(_batches(balanced(frames, np.random.default_rng(0)), recipe.batch))
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, rates, total_steps=batches * recipe.epochs, pct_start=0.2)
    average = AveragedModel(parts, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True)
    for epoch in range(recipe.epochs):
        parts.train()
        early.eval()
        losses = []
        for batch in _batches(balanced(frames, random), recipe.batch):
            crops = normalise(varied(batch, preparation, recipe.augmentation, random), preparation)
            with torch.no_grad():
                low = early(torch.from_numpy(crops).contiguous(memory_format=torch.channels_last))
            pooled = torch.nn.functional.dropout(parts["pool"](late(low)), recipe.dropout)
            losses.append(step(optimiser, parts["last"](pooled), _targets(batch)))
            schedule.step()
            average.update_parameters(parts)
        report(f"epoch {epoch + 1}/{recipe.epochs} loss {np.mean(losses):.4f}")
    averaged = cast("nn.ModuleDict", average.module)
    return Fitted(averaged.eval().requires_grad_(False), None, preparation)


def step(optimiser: Any, logits: Tensor, targets: Tensor) -> float:
    """One step of gradient descent on the cross-entropy with (soft) targets ``[B]``; returns the loss."""
    import torch

    loss = torch.nn.functional.cross_entropy(logits, torch.stack([1 - targets, targets], dim=1))
    if not torch.isfinite(loss):
        raise BadInput("loss_nan", "The training loss is no longer a number: lower the learning rate.")
    optimiser.zero_grad()
    loss.backward()
    optimiser.step()
    return loss.item()


def _batches(chosen: list[tuple[Frame, bool]], size: int) -> list[list[tuple[Frame, bool]]]:
    """Whole batches only: a last one of a few images would upset the batch statistics."""
    return [chosen[k : k + size] for k in range(0, max(len(chosen) - size, 0) + 1, size)]


def _targets(chosen: list[tuple[Frame, bool]]) -> Tensor:
    import torch

    return torch.tensor([frame.case.target for frame, _ in chosen], dtype=torch.float32)
