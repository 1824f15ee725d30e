"""The one trainer of every arm: a plan fitted to all frames but those of one fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sera_core.features.texture import TEXTURES
from sera_core.study.cache import body_key, cached_in, frame_key, hashed
from sera_core.study.extract import fixed, shipped
from sera_core.study.stage import Stage
from sera_core.train.crossval import Plan, Trainer
from sera_core.train.frames import Frame
from sera_core.train.frozen import Bank, fill_bank, fit_frozen
from sera_core.train.loop import Fitted, finetune


def trainer(plan: Plan, frames: list[Frame], stage: Stage, keep: Path) -> Trainer:
    """A function that fits the plan to all frames but those of one fold (None: to all), rounded as it is shipped.

    Parameters
    ----------
    plan : Plan
    frames : list of Frame
        Frames of the plan's own centres, with their fold in ``case.split``.
    stage : Stage
        Where features of fixed bodies are kept.
    keep : Path
        Where fine-tuning keeps checkpoints and curves, one folder a fold.
    """

    @cache
    def bank() -> Bank:
        return bank_of(plan, frames, stage)

    def tuned(fold: str | None, chosen: list[Frame]) -> Fitted:
        told = stage.named(f"fold {fold}").report
        place = keep / ("all" if fold is None else f"fold{fold}")
        return finetune(plan.network, chosen, plan.preparation, plan.recipe, told, place)

    def fit(fold: str | None) -> Fitted:
        rows = np.array([row for row, frame in enumerate(frames) if frame.case.split != fold], np.intp)
        if plan.recipe.mode == "finetune":
            fitted = tuned(fold, [frames[row] for row in rows])
        else:
            fitted = fit_frozen(bank(), rows, plan.preparation, plan.recipe)
        shipped(fitted.parts)
        return fitted

    return fit


def bank_of(plan: Plan, frames: list[Frame], stage: Stage) -> Bank:
    """Features of a plan's frames by its fixed body (or texture), kept in the stage's folder."""
    extract = fixed(plan.network, plan.preparation, stage, plan.recipe.weights, plan.layer)
    if plan.network in TEXTURES or plan.layer:
        plain = extract.features(frames)
        return Bank(frames, None, plain, plain[None])
    settings = [
        body_key(plan.network, plan.recipe.weights),
        asdict(plan.preparation),
        asdict(plan.recipe.augmentation),
        [frame_key(frame) for frame in frames],
    ]
    views = cached_in(stage.work / "features" / hashed(settings))

    def cached(name: str, compute: Callable[[], NDArray]) -> NDArray:
        return extract.features(frames) if name == "plain" else views(name, compute)

    return fill_bank(plan.network, frames, plan.preparation, plan.recipe, stage.report, cached)
