"""Training images in memory: decoded once, balanced by mirroring, varied at random."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from sera_core.contracts import BadInput, Box, Grey
from sera_core.images.prepare import Preparation, prepare
from sera_core.train.augment import Augmentation, vary
from sera_core.train.manifest import Case, load


@dataclass(frozen=True, eq=False)
class Frame:
    """A decoded case."""

    case: Case
    pixels: Grey
    box: Box


def decode(cases: list[Case]) -> tuple[list[Frame], list[str]]:
    """Decode all cases; one that cannot be read is reported in words and left out."""
    frames, problems = [], []
    for case in cases:
        try:
            frames.append(Frame(case, *load(case)))
        except (BadInput, OSError) as error:
            problems.append(f"{case.case_id} was left out: {error}")
    return frames, problems


def balanced(frames: list[Frame], random: np.random.Generator) -> list[tuple[Frame, bool]]:
    """(frame, mirrored) pairs in random order: in each centre the rarer class is filled up with mirrored frames.

    Koh 2020 balanced its training set in the same way, by mirroring randomly chosen images of the rarer class.
    """
    chosen: list[tuple[Frame, bool]] = []
    for centre in sorted({frame.case.centre for frame in frames}):
        classes: list[list[Frame]] = [[], []]
        for frame in frames:
            if frame.case.centre == centre:
                classes[frame.case.label].append(frame)
        rare, common = sorted(classes, key=len)
        extra = random.choice(len(rare), len(common) - len(rare)) if rare else np.array([], int)
        chosen += [(frame, False) for frame in rare + common] + [(rare[k], True) for k in extra]
    return [chosen[k] for k in random.permutation(len(chosen))]


def varied(
    batch: list[tuple[Frame, bool]], preparation: Preparation, how: Augmentation, random: np.random.Generator
) -> Grey:
    """Random views of a batch, ``float32 [N, input_px, input_px]``; each view has its own seed."""
    seeds = random.integers(2**31, size=len(batch))

    def view(item: tuple[tuple[Frame, bool], np.int64]) -> Grey:
        (frame, mirrored), seed = item
        crop = vary(frame.pixels, frame.box, preparation, how, np.random.default_rng(seed))
        return crop[:, ::-1] if mirrored else crop

    with ThreadPoolExecutor(2) as threads:
        return np.stack(list(threads.map(view, zip(batch, seeds, strict=True))))


def prepared(frames: list[Frame], preparation: Preparation) -> Grey:
    """Crops of all frames as the app would make them, ``float32 [N, input_px, input_px]``."""
    return np.stack([prepare(frame.pixels, frame.box, preparation).pixels for frame in frames])
