"""Which epochs, rate and decay: cross-validation over cached features, as in Lee 2019."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
import pandas as pd

from sera_core.contracts import BadInput
from sera_core.evaluate.roc import auc
from sera_core.train.crossval import Plan
from sera_core.train.curves import Report
from sera_core.train.frozen import Bank, last_layers
from sera_core.train.recipes import Recipe, Schedule

FOLDS = 6  # Lee 2019


@dataclass(frozen=True)
class Grid:
    """What is tried; every epoch up to the largest number comes for free.

    Attributes
    ----------
    epochs : int
    rates, decays : tuple of float
    schedules : tuple of {"constant", "step", "log"}
    """

    epochs: int = 24
    rates: tuple[float, ...] = (1e-4, 5e-4, 2e-3)
    decays: tuple[float, ...] = (1e-3, 0.1, 1.0)
    schedules: tuple[Schedule, ...] = ("constant",)

    def recipes(self, base: Recipe) -> Iterator[Recipe]:
        """The base recipe with each combination."""
        for rate, decay, schedule in product(self.rates, self.decays, self.schedules):
            last = min(base.last_rate, rate)
            yield replace(base, epochs=self.epochs, rate=rate, decay=decay, schedule=schedule, last_rate=last)


def choose(plan: Plan, bank: Bank, grid: Grid, report: Report) -> tuple[Recipe, pd.DataFrame]:
    """The combination with the highest mean AUC over the folds; of equals, the one with the fewest epochs.

    Parameters
    ----------
    plan : Plan
        In mode ``transfer``.
    bank : Bank
        Features of the plan's frames, with their fold in ``case.split``.
    grid : Grid
    report : callable

    Returns
    -------
    recipe : Recipe
    table : DataFrame
        One row a combination and epoch: ``rate, decay, schedule, epoch, auc`` (mean) and ``spread`` (standard
        deviation over the folds). The AUC of the best row is a little too good, having been chosen.

    Raises
    ------
    BadInput
        In another mode, or when a fold lacks a class.
    """
    if plan.recipe.mode != "transfer":
        raise BadInput(
            "bad_choice",
            f"Epochs, rate and decay are chosen for transfer, where features are computed once, not for "
            f"{plan.recipe.mode}: give them, or take the published recipe.",
        )
    folds = _folds(bank)
    rows = []
    for recipe in grid.recipes(plan.recipe):
        found = np.array([_aucs(bank, own, out, recipe) for own, out in folds])  # [folds, epochs]
        for epoch, column in enumerate(found.T):
            said = {"rate": recipe.rate, "decay": recipe.decay, "schedule": recipe.schedule, "epoch": epoch + 1}
            rows.append(said | {"auc": column.mean(), "spread": column.std()})
        best = int(found.mean(axis=0).argmax())
        report(
            f"rate {recipe.rate:g}, decay {recipe.decay:g}, {recipe.schedule}: AUC {found.mean(axis=0)[best]:.4f} "
            f"after {best + 1} epochs"
        )
    table = pd.DataFrame(rows)
    won = table.sort_values(["auc", "epoch"], ascending=[False, True], kind="stable").iloc[0]
    rate, decay, schedule = float(won["rate"]), float(won["decay"]), won["schedule"]
    last = min(plan.recipe.last_rate, rate)
    chosen = replace(plan.recipe, rate=rate, decay=decay, schedule=schedule, last_rate=last)
    if schedule == "log":  # its fall is stretched over all epochs: fewer would be another schedule
        return replace(chosen, epochs=grid.epochs), table
    return replace(chosen, epochs=int(won["epoch"])), table


def _folds(bank: Bank) -> list[tuple[np.ndarray, np.ndarray]]:
    splits = np.array([frame.case.split for frame in bank.frames])
    labels = np.array([frame.case.label for frame in bank.frames])
    pairs = [(np.flatnonzero(splits != fold), np.flatnonzero(splits == fold)) for fold in np.unique(splits)]
    if len(pairs) < 2 or any(len(np.unique(labels[rows])) < 2 for pair in pairs for rows in pair):
        raise BadInput("few_folds", "Every fold and its rest need benign and malignant cases: use fewer folds.")
    return pairs


def _aucs(bank: Bank, own: np.ndarray, out: np.ndarray, recipe: Recipe) -> list[float]:
    """AUC on the fold that was left out, after each epoch."""
    labels = np.array([bank.frames[k].case.label for k in out])
    plain = bank.plain[out]
    found = []
    for last in last_layers(bank, own, recipe):
        weight, bias = last.weight.numpy(), last.bias.numpy()
        found.append(auc(labels, plain @ (weight[1] - weight[0]) + (bias[1] - bias[0])).value)
    return found
