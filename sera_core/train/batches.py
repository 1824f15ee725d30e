"""Batches of training images, made in the background while the network works on earlier ones."""

from __future__ import annotations

from collections import deque
from collections.abc import Generator, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, TypeVar

import numpy as np
from numpy.typing import NDArray

from sera_core.images.prepare import Preparation, normalise
from sera_core.train.frames import Frame, balanced, varied
from sera_core.train.recipes import Recipe

if TYPE_CHECKING:
    from torch import Tensor

Made = TypeVar("Made")
Chosen = list[tuple[Frame, bool]]
AHEAD = 3  # batches made before they are asked for


@dataclass(frozen=True, eq=False)
class Batch:
    """One batch, or this process's share of it.

    Attributes
    ----------
    chosen : list of (Frame, bool)
        All images of the batch, whoever works on them, and whether each is mirrored.
    share : slice
        Which of them are this process's.
    inputs : float32 [n, 3, h, w]
        Network inputs of the share.
    """

    chosen: Chosen
    share: slice
    inputs: NDArray[np.float32]

    @property
    def targets(self) -> Tensor:
        """What training aims at for the share, ``float32 [n]``."""
        import torch

        return torch.tensor([frame.case.target for frame, _ in self.chosen[self.share]], dtype=torch.float32)


def epoch_batches(
    frames: list[Frame],
    preparation: Preparation,
    recipe: Recipe,
    random: np.random.Generator,
    process: int = 0,
    processes: int = 1,
) -> Iterator[Batch]:
    """The batches of one epoch, balanced and varied at random; all processes draw the same ones."""
    for chosen in cut(balanced(frames, random), recipe.batch):
        share = shares(len(chosen), processes)[process]
        crops = varied(chosen, preparation, recipe.augmentation, random, share)
        yield Batch(chosen, share, normalise(crops, preparation))


def cut(chosen: Chosen, size: int) -> list[Chosen]:
    """Whole batches only: a last one of a few images would upset the batch statistics."""
    return [chosen[k : k + size] for k in range(0, max(len(chosen) - size, 0) + 1, size)]


def shares(count: int, parts: int) -> list[slice]:
    """``count`` things dealt out to ``parts`` as evenly as can be, in order."""
    ends = [count * k // parts for k in range(parts + 1)]
    return [slice(low, high) for low, high in pairwise(ends)]


def ahead(items: Iterator[Made], depth: int = AHEAD) -> Generator[Made]:
    """The same items in the same order, made by a background thread ``depth`` items ahead."""
    end = object()
    thread = ThreadPoolExecutor(1)
    try:
        waiting = deque(thread.submit(next, items, end) for _ in range(depth))
        while (item := waiting.popleft().result()) is not end:
            waiting.append(thread.submit(next, items, end))
            yield item  # type: ignore[misc]  # not the end, so an item
    finally:
        thread.shutdown(cancel_futures=True)
