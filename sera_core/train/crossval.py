"""Out-of-fold predictions: every case is answered by a model that never saw its patient."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.images.prepare import Preparation
from sera_core.train.frames import Frame, prepared
from sera_core.train.loop import Fitted, Report, fit
from sera_core.train.recipes import Recipe


@dataclass(frozen=True)
class Plan:
    """What is trained: network, preparation, recipe, and the centres whose frames are used."""

    network: str
    preparation: Preparation
    recipe: Recipe
    sources: tuple[str, ...]


def train_frames(plan: Plan, frames: list[Frame], without_fold: str | None) -> list[Frame]:
    """The plan's training frames; those of one fold are left out."""
    return [f for f in frames if f.case.centre in plan.sources and f.case.split != without_fold]


def fit_plan(plan: Plan, frames: list[Frame], without_fold: str | None, report: Report) -> Fitted:
    """Fit the plan to all its frames but those of one fold (None: to all)."""
    return fit(plan.network, train_frames(plan, frames, without_fold), plan.preparation, plan.recipe, report)


def out_of_fold(
    plan: Plan,
    frames: list[Frame],
    report: Report,
    cached: Callable[[str, Callable[[], NDArray[np.float64]]], NDArray[np.float64]],
) -> NDArray[np.float64]:
    """Scores (log-odds) of all frames ``[N]``, each from the model that left its fold out.

    Parameters
    ----------
    plan : Plan
    frames : list of Frame
        Frames of the plan's own centres, with their fold in ``case.split``.
    report : callable
    cached : callable
        ``cached(name, compute)`` returns the stored result of a stage, or computes and stores it.
    """
    scores = np.full(len(frames), np.nan)
    for fold in sorted({frame.case.split for frame in frames}):
        rows = [k for k, frame in enumerate(frames) if frame.case.split == fold]

        def answer(fold: str = fold, rows: list[int] = rows) -> NDArray[np.float64]:
            fitted = fit_plan(plan, frames, fold, lambda line: report(f"fold {fold}: {line}"))
            return fitted.scores(prepared([frames[k] for k in rows], plan.preparation))

        scores[rows] = cached(f"fold{fold}", answer)
    return scores
