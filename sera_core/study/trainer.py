"""The one trainer of every arm: a plan fitted to all frames but those of one fold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, replace
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sera_core.features.texture import TEXTURES
from sera_core.study.cache import body_key, cached_in, frame_key, hashed
from sera_core.study.extract import fixed, of_signs, shipped
from sera_core.study.outliners import Outliner
from sera_core.study.stage import Stage
from sera_core.train.crossval import Plan, Trainer
from sera_core.train.frames import Frame
from sera_core.train.frozen import Bank, fill_bank, fit_frozen
from sera_core.train.kept import Kept, draw
from sera_core.train.loop import Fitted
from sera_core.train.recipes import SIGNS_MODES
from sera_core.train.soup import souped


def trainer(plan: Plan, frames: list[Frame], stage: Stage, keep: Path, outlines: Outliner | None = None) -> Trainer:
    """A function that fits the plan to all frames but those of one fold (None: to all), rounded as it is shipped.

    What it has fitted it keeps: whoever asks for a fold again gets the same object.

    Parameters
    ----------
    plan : Plan
    frames : list of Frame
        Frames of the plan's own centres, with their fold in ``case.split``.
    stage : Stage
        Where features of fixed bodies are kept.
    keep : Path
        Where fine-tuning keeps checkpoints and curves, one folder a fold and in it one a run.
    outlines : Outliner, optional
        Who outlines the nodules where the plan measures them; None: the shipped network.
    """

    @cache
    def bank() -> Bank:
        return bank_of(plan, frames, stage, outlines)

    @cache
    def kept() -> Kept | None:
        return kept_of(plan, frames, stage) if plan.recipe.kept_views else None

    def tuned(fold: str | None, chosen: list[Frame]) -> Fitted:
        told = stage.named(f"fold {fold}").report
        place = keep / ("all" if fold is None else f"fold{fold}")
        return souped(plan.network, chosen, plan.preparation, plan.recipe, told, place, kept())

    @cache
    def fit(fold: str | None) -> Fitted:
        rows = np.array([row for row, frame in enumerate(frames) if frame.case.split != fold], np.intp)
        if plan.recipe.mode == "finetune":
            fitted = tuned(fold, [frames[row] for row in rows])
        else:
            fitted = fit_frozen(bank(), rows, plan.preparation, plan.recipe)
        shipped(fitted.parts)
        return fitted

    return fit


def bank_of(plan: Plan, frames: list[Frame], stage: Stage, outlines: Outliner | None = None) -> Bank:
    """Features of a plan's frames by its fixed body (or texture), and what is measured, kept in the stage's folder."""
    mode = plan.recipe.mode
    signs = of_signs(outlines or Outliner(), stage).features(frames) if mode in SIGNS_MODES else None
    if mode == "signs":
        nothing = np.empty((len(frames), 0), np.float32)
        return Bank(frames, None, nothing, nothing[None], signs)
    extract = fixed(plan.network, plan.preparation, stage, plan.recipe.weights, plan.layer)
    if plan.network in TEXTURES or plan.layer:
        plain = extract.features(frames)
        return Bank(frames, None, plain, plain[None])
    views = cached_in(stage.work / "features" / _drawn_key(plan, frames))

    def cached(name: str, compute: Callable[[], NDArray]) -> NDArray:
        return extract.features(frames) if name == "plain" else views(name, compute)

    bank = fill_bank(plan.network, frames, plan.preparation, plan.recipe, stage.report, cached)
    return replace(bank, signs=signs)


def kept_of(plan: Plan, frames: list[Frame], stage: Stage) -> Kept:
    """What the fixed stages make of random views of a plan's frames, kept in the stage's folder."""
    keep = cached_in(stage.work / "features" / _drawn_key(plan, frames))
    name = f"kept{plan.recipe.kept_views}-{plan.recipe.frozen_stages}-{plan.recipe.seed}"
    drawn = keep(name, lambda: draw(plan.network, frames, plan.preparation, plan.recipe, stage.report))
    return Kept(frames, drawn)


def _drawn_key(plan: Plan, frames: list[Frame]) -> str:
    """What random views of frames and their features rest on."""
    return hashed(
        [
            body_key(plan.network, plan.recipe.weights),
            asdict(plan.preparation),
            asdict(plan.recipe.augmentation),
            [frame_key(frame) for frame in frames],
        ]
    )
