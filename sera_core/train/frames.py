"""Training images in memory: decoded once, balanced by mirroring, varied at random."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Box, Grey
from sera_core.images.prepare import Preparation, prepare
from sera_core.images.views import views
from sera_core.outline import without_callipers
from sera_core.train.augment import Augmentation, vary
from sera_core.train.manifest import Case, load
from sera_core.train.masks import Mask, ellipse, part_in, read_mask

Item = TypeVar("Item")
Made = TypeVar("Made")


@dataclass(frozen=True, eq=False)
class Frame:
    """A decoded case.

    Attributes
    ----------
    case : Case
    levels : uint8 or float32 [H, W]
        Grey levels as they are kept: 0 ... 255 in a byte each where that loses nothing, else 0 ... 1.
    box : Box
    """

    case: Case
    levels: NDArray[np.uint8] | Grey
    box: Box

    @property
    def pixels(self) -> Grey:
        """Grey levels 0 ... 1, ``float32 [H, W]``."""
        if self.levels.dtype == np.uint8:
            return np.asarray(self.levels / np.float32(255), np.float32)
        return np.asarray(self.levels, np.float32)

    @property
    def mask(self) -> Mask:
        """The nodule's outline ``bool [H, W]``: what was drawn in the box, or the ellipse in it."""
        drawn = _drawn(self.case.mask) if self.case.mask else None
        part = part_in(drawn, self.box) if drawn is not None and drawn.shape == self.levels.shape else None
        return ellipse(self.levels.shape, self.box) if part is None else part


def decode(cases: list[Case]) -> tuple[list[Frame], list[str]]:
    """Decode all cases; one that cannot be read is reported in words, with its row, and left out."""
    frames, problems = [], []
    for read in in_threads(_decode, cases):
        if isinstance(read, Frame):
            frames.append(read)
        else:
            problems.append(read)
    return frames, problems


def _decode(case: Case) -> Frame | str:
    try:
        pixels, box = load(case)
    except (BadInput, OSError) as error:
        row = f"row {case.row} of its manifest: " if case.row else ""
        return f"{case.case_id} was left out: {row}{error}"
    return Frame(case, compact(without_callipers(pixels)), box)


def compact(pixels: Grey) -> NDArray[np.uint8] | Grey:
    """The same grey levels in a byte each where that is exact, as for every 8-bit source: a quarter of the memory."""
    levels = np.rint(pixels * np.float32(255)).astype(np.uint8)
    return levels if np.array_equal(levels / np.float32(255), pixels) else pixels


def in_threads(make: Callable[[Item], Made], items: Iterable[Item]) -> Iterator[Made]:
    """Results in the order of the items, made by as many threads as there are cores."""
    return _threads(os.getpid()).map(make, items)


@lru_cache(maxsize=4096)
def _drawn(file: Path) -> Mask:
    return read_mask(file)


@cache
def _threads(_process: int) -> ThreadPoolExecutor:
    """One pool a process: a forked child inherits the object, but not its threads."""
    return ThreadPoolExecutor(os.cpu_count())


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
    batch: list[tuple[Frame, bool]],
    preparation: Preparation,
    how: Augmentation,
    random: np.random.Generator,
    share: slice = slice(None),
) -> Grey:
    """Random views of a batch or of a share of it, ``float32 [n, input_px, input_px]``; each has its own seed."""
    seeds = random.integers(2**31, size=len(batch))
    others = [batch[k - 1][0] for k in range(len(batch))]

    def view(item: tuple[tuple[Frame, bool], Frame, np.int64]) -> Grey:
        (frame, mirrored), other, seed = item
        surroundings = other.pixels if how.surroundings else None
        own = np.random.default_rng(seed)
        crop = vary(frame.pixels, frame.box, preparation, how, own, lambda: frame.mask, surroundings)
        return crop[:, ::-1] if mirrored else crop

    return np.stack(list(in_threads(view, zip(batch[share], others[share], seeds[share], strict=True))))


def prepared(frames: list[Frame], preparation: Preparation) -> Grey:
    """Crops of all frames as the app would make them, ``float32 [N, input_px, input_px]``."""

    def crop(frame: Frame) -> Grey:
        return prepare(frame.pixels, frame.box, preparation).pixels

    return np.stack(list(in_threads(crop, frames)))


def viewed(frames: list[Frame], preparation: Preparation) -> Grey:
    """Every view of all frames as the app would make them, ``float32 [N, V, input_px, input_px]``."""

    def crops(frame: Frame) -> Grey:
        return views(frame.pixels, frame.box, preparation)

    return np.stack(list(in_threads(crops, frames)))
