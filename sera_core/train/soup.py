"""One network out of several runs: the mean of their weights (Wortsman 2022, arXiv 2203.05482).

Runs that begin with the same body and differ in nothing but what is drawn at random end near each other. The mean of
their weights then answers about as well as the mean of their answers, at the cost of one network.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, cast

from sera_core.images.prepare import Preparation
from sera_core.train import checkpoint
from sera_core.train.curves import Report
from sera_core.train.frames import Frame
from sera_core.train.kept import Kept
from sera_core.train.loop import Fitted, finetune
from sera_core.train.recipes import Recipe

if TYPE_CHECKING:
    from torch import nn


def souped(
    network: str,
    frames: list[Frame],
    preparation: Preparation,
    recipe: Recipe,
    report: Report,
    keep: Path,
    drawn: Kept | None = None,
) -> Fitted:
    """As :func:`~sera_core.train.loop.finetune`, run ``recipe.soup`` times from seeds that follow each other.

    Parameters
    ----------
    keep : Path
        Where the mean is kept, beside a folder a run: one that is finished is not run again.
    """
    from torch.optim.swa_utils import AveragedModel

    if recipe.soup == 1:
        return finetune(network, frames, preparation, recipe, report, keep, drawn)
    first = replace(recipe, soup=1)
    seeds = range(recipe.seed, recipe.seed + recipe.soup)
    runs = [
        finetune(network, frames, preparation, replace(first, seed=seed), report, keep / f"seed{seed}", drawn)
        for seed in seeds
    ]
    mean = AveragedModel(runs[0].parts, use_buffers=True)
    for run in runs:
        mean.update_parameters(run.parts)
    parts = cast("nn.ModuleDict", mean.module).eval().requires_grad_(False)
    kept = {f"average.{name}": tensor for name, tensor in parts.state_dict().items()}
    checkpoint.write(keep, checkpoint.run_key(network, frames, preparation, recipe), kept, {"epoch": recipe.epochs})
    return Fitted(parts, None, preparation)
