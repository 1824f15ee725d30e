"""Random views drawn once, and what the fixed stages of a body make of them: the late stages then learn many times
faster, because neither a view nor its early activations are made again in every epoch and fold.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.images.prepare import Preparation, normalise
from sera_core.nets.split import stages
from sera_core.train.batches import Batch, cut, shares
from sera_core.train.curves import Report
from sera_core.train.frames import Frame, balanced, varied
from sera_core.train.recipes import Recipe
from sera_core.train.start import begun

CHUNK = 32  # frames that are drawn at a time


@dataclass(frozen=True, eq=False)
class Kept:
    """Early activations of a few views of each frame.

    Attributes
    ----------
    frames : list of Frame
    low : float16 [V, N, C, h, w]
    """

    frames: list[Frame]
    low: NDArray[np.float16]

    def batches(
        self, frames: list[Frame], recipe: Recipe, random: np.random.Generator, process: int, processes: int
    ) -> Iterator[Batch]:
        """The batches of one epoch, balanced, with any view of each frame; all processes draw the same ones."""
        rows = {frame.case.case_id: row for row, frame in enumerate(self.frames)}
        for chosen in cut(balanced(frames, random), recipe.batch):
            views = random.integers(len(self.low), size=len(chosen))
            share = shares(len(chosen), processes)[process]
            own = [rows[frame.case.case_id] for frame, _ in chosen[share]]
            yield Batch(chosen, share, self.low[views[share], own].astype(np.float32))


def draw(network: str, frames: list[Frame], preparation: Preparation, recipe: Recipe, report: Report) -> NDArray:
    """Early activations ``float16 [V, N, C, h, w]`` of ``recipe.kept_views`` random views of each frame."""
    early, _ = stages(begun(network, recipe.weights).eval().requires_grad_(False), recipe.frozen_stages)
    views = []
    for number in range(recipe.kept_views):
        random = np.random.default_rng([recipe.seed, number])
        parts = list(_parts(frames, random))
        found = [
            _activations(early, _inputs([frames[row] for row in part], preparation, recipe, random)) for part in parts
        ]
        views.append(np.concatenate(found)[np.argsort(np.concatenate(parts))])
        report(f"view {number + 1}/{recipe.kept_views} of {len(frames)} frames")
    return np.stack(views)


def _parts(frames: list[Frame], random: np.random.Generator) -> Iterator[NDArray[np.intp]]:
    """Frames of one fold in random order, a few at a time: other surroundings never come from another fold."""
    folds = np.array([frame.case.split for frame in frames])
    for fold in np.unique(folds):
        rows = random.permutation(np.flatnonzero(folds == fold))
        yield from (rows[start : start + CHUNK] for start in range(0, len(rows), CHUNK))


def _inputs(
    frames: list[Frame], preparation: Preparation, recipe: Recipe, random: np.random.Generator
) -> NDArray[np.float32]:
    crops = varied([(frame, False) for frame in frames], preparation, recipe.augmentation, random)
    return normalise(crops, preparation)


def _activations(early: object, inputs: NDArray[np.float32]) -> NDArray[np.float16]:
    import torch

    with torch.no_grad():
        given = torch.from_numpy(inputs).contiguous(memory_format=torch.channels_last)
        return early(given).half().contiguous().numpy()  # type: ignore[operator]
