"""How the learning rate moves during a training run."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sera_core.train.recipes import Recipe


def factor(recipe: Recipe, epoch: int) -> float:
    """Rate of an epoch (from 0) over the recipe's rate; 1 for ``constant``.

    ``step`` multiplies by ``step_factor`` every ``step_every`` epochs, ``log`` falls evenly on the logarithm from
    ``rate`` in the first epoch to ``last_rate`` in the last one (both as in Lee 2019, table of recipes).
    """
    if recipe.schedule == "step":
        return recipe.step_factor ** (epoch // recipe.step_every)
    if recipe.schedule == "log":
        return (recipe.last_rate / recipe.rate) ** (epoch / max(recipe.epochs - 1, 1))
    return 1.0


def schedule(optimiser: Any, recipe: Recipe, batches: int) -> Any:
    """A scheduler that is told every step; ``onecycle`` also moves the momentum (Smith 2018, arXiv 1803.09820)."""
    from torch.optim.lr_scheduler import LambdaLR, OneCycleLR

    if recipe.schedule in (None, "onecycle"):
        rates = [group["lr"] for group in optimiser.param_groups]
        return OneCycleLR(optimiser, rates, total_steps=batches * recipe.epochs, pct_start=0.2)
    by_step: Callable[[int], float] = lambda step: factor(recipe, min(step // batches, recipe.epochs - 1))  # noqa: E731
    return LambdaLR(optimiser, by_step)


def state(scheduler: Any) -> dict[str, Any]:
    """What a scheduler must remember, ready for JSON."""
    return {key: value for key, value in scheduler.state_dict().items() if key != "lr_lambdas"}


def restore(scheduler: Any, kept: dict[str, Any]) -> None:
    """Set a scheduler back to :func:`state`."""
    lambdas = {"lr_lambdas": [None] * len(scheduler.lr_lambdas)} if hasattr(scheduler, "lr_lambdas") else {}
    scheduler.load_state_dict({**kept, **lambdas})
