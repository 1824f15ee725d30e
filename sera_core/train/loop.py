"""Fine-tune a network on decoded frames.

As in Lee 2019 the last layer is replaced and all weights are trained (the first stages may stay fixed) by
stochastic gradient descent with momentum and cross-entropy, in batches of 33. Targets may be soft. A killed run goes
on from its last epoch; several processes (``accelerate launch``, ``torchrun``) take the same steps as one.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers.cnn import log_odds
from sera_core.classifiers.measurements import SignsReader
from sera_core.contracts import BadInput, Grey
from sera_core.images.prepare import Preparation
from sera_core.nets.split import build, pooled_features
from sera_core.train import checkpoint
from sera_core.train.batches import ahead, cut, epoch_batches
from sera_core.train.curves import Curves, Report
from sera_core.train.descent import Descent, not_a_number
from sera_core.train.frames import Frame, balanced
from sera_core.train.kept import Kept
from sera_core.train.recipes import Recipe

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True, eq=False)
class Fitted:
    """A fitted network: its parts, and what reads its features or measured signs where there is such a reader."""

    parts: nn.ModuleDict
    svm: Any
    preparation: Preparation
    signs: SignsReader | None = None

    def scores(self, views: Grey) -> NDArray[np.float64]:
        """Log-odds of the positive class for regions seen in views ``[N, V, h, w]``, by the network: ``[N]``."""
        return self.answer(mean_features(lambda crops: pooled_features(self.parts, crops, self.preparation), views))

    def answer(self, features: NDArray[np.float32]) -> NDArray[np.float64]:
        """Log-odds of the positive class for pooled features and measured signs ``[N, F + Q]``: ``[N]``."""
        return log_odds(features, self.parts, self.svm, self.signs)


def mean_features(read: Callable[[Grey], NDArray[np.float32]], views: Grey) -> NDArray[np.float32]:
    """Features ``[N, F]`` of regions: the mean over those of their views ``[N, V, h, w]``, as the app takes it."""
    each = read(views.reshape(-1, *views.shape[2:]))
    return each.reshape(*views.shape[:2], -1).mean(axis=1)


def finetune(
    network: str,
    frames: list[Frame],
    preparation: Preparation,
    recipe: Recipe,
    report: Report,
    keep: Path | None = None,
    drawn: Kept | None = None,
) -> Fitted:
    """Train last layer and body (but for its first stages), from ImageNet weights or from scratch.

    Parameters
    ----------
    network : str
        Key of the network registry.
    frames : list of Frame
    preparation : Preparation
    recipe : Recipe
    report : callable
        Takes one line of progress.
    keep : Path, optional
        Folder for the checkpoint of every epoch and the curves, one folder a run. A run that was killed goes on
        there and comes to the same result; a finished one is not run again.
    drawn : Kept, optional
        Views that were drawn before, where the recipe keeps them.

    Raises
    ------
    BadInput
        When there are no frames, the loss stops being a number (with epoch, batch and cases), or the weights
        cannot be had.
    """
    import torch

    if not frames:
        raise BadInput("no_frames", "There is no image to train on: check the manifest's splits.")
    key = checkpoint.run_key(network, frames, preparation, recipe)
    kept = checkpoint.read(keep, key) if keep else None
    if kept and kept[1]["epoch"] == recipe.epochs:
        return _finished(network, kept[0], preparation)
    torch.manual_seed(recipe.seed)
    random = np.random.default_rng(recipe.seed)
    steps = len(cut(balanced(frames, np.random.default_rng(0)), recipe.batch))
    descent = Descent(network, recipe, steps)
    done = _resumed(descent, random, *kept) if kept else 0
    first = descent.accelerator.is_main_process
    curves = Curves(report if first else _silent, keep if first else None, recipe.epochs, steps, done)
    for epoch in range(done, recipe.epochs):
        _epoch(descent, epoch, frames, preparation, random, curves, drawn)
        if keep and first:
            _write(keep, key, descent, epoch + 1, random)
    curves.close()
    descent.accelerator.wait_for_everyone()
    return Fitted(descent.averaged.to("cpu").eval().requires_grad_(False), None, preparation)


def _finished(network: str, tensors: dict[str, Tensor], preparation: Preparation) -> Fitted:
    """The result of a run that came to its end before."""
    import torch

    parts = build(network, pretrained=False)
    parts.load_state_dict(checkpoint.under("average", tensors))
    parts.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub knows tensors only
    return Fitted(parts.eval().requires_grad_(False), None, preparation)


def _resumed(descent: Descent, random: np.random.Generator, tensors: dict[str, Tensor], facts: dict[str, Any]) -> int:
    """Go back to where a checkpoint was written; the epochs that were done."""
    descent.resume(tensors, facts)
    random.bit_generator.state = facts["random"]
    return int(facts["epoch"])


def _epoch(
    descent: Descent,
    epoch: int,
    frames: list[Frame],
    preparation: Preparation,
    random: np.random.Generator,
    curves: Curves,
    drawn: Kept | None,
) -> None:
    here = descent.accelerator
    descent.train()
    process = here.process_index, here.num_processes
    if drawn is None:
        made = epoch_batches(frames, preparation, descent.recipe, random, *process)
    else:
        made = drawn.batches(frames, descent.recipe, random, *process)
    with closing(ahead(made)) as batches:
        for number, batch in enumerate(batches):
            loss = descent.step(batch)
            if not np.isfinite(loss):
                raise not_a_number(epoch + 1, number + 1, [frame for frame, _ in batch.chosen])
            curves.step(loss, descent.rate, len(batch.chosen))
    curves.epoch()


def _write(keep: Path, key: str, descent: Descent, epoch: int, random: np.random.Generator) -> None:
    if epoch == descent.recipe.epochs:
        checkpoint.write(keep, key, descent.result(), {"epoch": epoch})
    else:
        facts = descent.facts() | {"epoch": epoch, "random": random.bit_generator.state}
        checkpoint.write(keep, key, descent.tensors(), facts)


def _silent(_: str) -> None:
    """Only the first process talks."""
