"""Fit a network (or what reads its features) to decoded frames.

Transfer learning and fine-tuning as in Lee 2019: the last layer is replaced; its weights alone are
trained, or those of the body too, by stochastic gradient descent with momentum and cross-entropy, in
batches of 33. Targets may be soft.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers.classical import fit_svm
from sera_core.classifiers.cnn import body_activations, svm_scores
from sera_core.contracts import BadInput, Grey
from sera_core.images.prepare import Preparation, normalise
from sera_core.nets.split import build
from sera_core.train.frames import Frame, balanced, prepared, varied
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
        return _pooled(self.parts, crops, self.preparation)

    def scores(self, crops: Grey) -> NDArray[np.float64]:
        """Log-odds of the positive class, ``[N]``."""
        import torch

        features = self.features(crops)
        if self.svm is not None:
            return svm_scores(self.svm, features)
        with torch.no_grad():
            logits = self.parts["last"](torch.from_numpy(features))
        return (logits[:, 1] - logits[:, 0]).double().numpy()


def fit(network: str, frames: list[Frame], preparation: Preparation, recipe: Recipe, report: Report) -> Fitted:
    """Fit one network to frames, starting from ImageNet weights.

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

    torch.manual_seed(recipe.seed)
    parts = build(network, pretrained=True).to(memory_format=torch.channels_last)
    if recipe.mode == "finetune":
        return Fitted(_finetune(parts, frames, preparation, recipe, report), None, preparation)
    parts.eval().requires_grad_(False)
    if recipe.mode == "svm":
        crops = prepared(frames, preparation)
        labels, patients = _columns(frames)
        machine = fit_svm(_pooled(parts, crops, preparation), labels, patients, recipe.svm_c, recipe.seed)
        del parts["last"]
        return Fitted(parts, machine, preparation)
    return Fitted(_transfer(parts, frames, preparation, recipe, report), None, preparation)


def _transfer(
    parts: nn.ModuleDict, frames: list[Frame], preparation: Preparation, recipe: Recipe, report: Report
) -> nn.ModuleDict:
    """Train the last layer on cached features of random views: an epoch takes no pass of the body."""
    import torch

    random = np.random.default_rng(recipe.seed)
    views = []
    for view in range(recipe.views):
        chosen = balanced(frames, random)
        crops = varied(chosen, preparation, recipe.augmentation, random)
        features = torch.from_numpy(_pooled(parts, crops, preparation))
        views.append((features, _targets(chosen)))
        report(f"view {view + 1}/{recipe.views} of {len(chosen)} images")
    scale = views[0][0].std(dim=0).mean()  # one step size for every body
    last = parts["last"].requires_grad_(True)
    optimiser = torch.optim.SGD(
        last.parameters(), recipe.rate / float(scale) ** 2, recipe.momentum, weight_decay=recipe.decay
    )
    for epoch in range(recipe.epochs):
        features, targets = views[epoch % len(views)]
        losses = []
        for rows in torch.from_numpy(random.permutation(len(targets))).split(recipe.batch):
            losses.append(_step(optimiser, last(features[rows]), targets[rows]))
        report(f"epoch {epoch + 1}/{recipe.epochs} loss {np.mean(losses):.4f}")
    parts.requires_grad_(False)
    return parts


def _finetune(
    parts: nn.ModuleDict, frames: list[Frame], preparation: Preparation, recipe: Recipe, report: Report
) -> nn.ModuleDict:
    import torch
    from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

    random = np.random.default_rng(recipe.seed)
    early, late = _stages(parts["body"], recipe.frozen_stages)
    early.requires_grad_(False)
    rates = [recipe.rate, recipe.rate * recipe.head_rate]
    optimiser = torch.optim.SGD(
        [{"params": late.parameters(), "lr": rates[0]}, {"params": parts["last"].parameters(), "lr": rates[1]}],
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
            losses.append(_step(optimiser, parts["last"](pooled), _targets(batch)))
            schedule.step()
            average.update_parameters(parts)
        report(f"epoch {epoch + 1}/{recipe.epochs} loss {np.mean(losses):.4f}")
    return average.module.eval().requires_grad_(False)


def _stages(body: nn.Module, frozen: int) -> tuple[nn.Sequential, nn.Sequential]:
    """Cut an EfficientNet body behind its stem and first ``frozen`` stages."""
    from torch import nn

    stem, norm, stages, *rest = body
    return nn.Sequential(stem, norm, stages[:frozen]), nn.Sequential(stages[frozen:], *rest)


def _step(optimiser: Any, logits: Tensor, targets: Tensor) -> float:
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


def _columns(frames: list[Frame]) -> tuple[NDArray[np.int64], NDArray]:
    return np.array([f.case.label for f in frames]), np.array([f.case.patient_id for f in frames])


def _pooled(parts: nn.ModuleDict, crops: Grey, preparation: Preparation, chunk: int = 32) -> NDArray[np.float32]:
    import torch

    with torch.no_grad():
        return np.concatenate(
            [
                parts["pool"](body_activations(parts, normalise(crops[k : k + chunk], preparation))).numpy()
                for k in range(0, len(crops), chunk)
            ]
        )
