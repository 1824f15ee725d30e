"""How often a box cuts off much of what is outlined in it: boxes around a nodule against boxes that are half beside it.

Real frames, most of which the outline network learnt from: what it outlines in right boxes is at its best here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from sera_core.benchmarks.likeness import asked_for
from sera_core.contracts import Box, GreyImage
from sera_core.outline.propose import CUT, propose, within
from sera_core.simulate.realism import real_frames

SETS = {"DDTI": "ddti", "BUSI": "busi"}
SMALLEST_PX = 24  # no side of a nodule is shorter
FRAMES = 150  # of each set
RIGHT = "around the nodule"
KINDS = {RIGHT: (0.0, 1.0), "1.2 times as large": (0.0, 1.2), "a tenth off": (0.1, 1.0), "half off": (0.5, 1.0)}
WAYS = ((-1, 0), (1, 0), (0, -1), (0, 1))
Row = dict[str, object]


def boxes(frames: Path | None, limit: int = FRAMES, report: Callable[[str], None] = lambda line: None) -> list[Row]:
    """How often more than :data:`~sera_core.outline.propose.CUT` of a confident outline is cut off, by how a box lies.

    Parameters
    ----------
    frames, report
        As in :func:`~sera_core.benchmarks.likeness.likeness`.
    limit : int
        So many frames of each set, taken evenly.

    Returns
    -------
    list of dict
        ``frames, box, n`` (confident outlines), ``cut`` (share of them that is cut), and of the cut ones
        ``hit_of_cut``: the share whose box still overlaps the nodule's by more than half; None where none is cut.

    Raises
    ------
    BadInput
        As there.
    """
    frames = asked_for(frames)
    rows: list[Row] = []
    for name, folder in SETS.items():
        found: dict[str, list[tuple[bool, bool]]] = {kind: [] for kind in KINDS}
        generator = np.random.default_rng(0)
        for number, (grey, mask) in enumerate(real_frames(frames / folder, limit), 1):
            for kind, outcome in _outcomes(GreyImage(grey), Box.around(mask), generator):
                found[kind].append(outcome)
            if number % 100 == 0:
                report(f"{name}: {number} nodules")
        rows += [_row(name, kind, np.asarray(told).reshape(-1, 2)) for kind, told in found.items()]
    return rows


def _row(frames: str, kind: str, told: np.ndarray) -> Row:
    cut, hit = told.T
    of_cut = float(hit[cut].mean()) if cut.any() else None
    return {"frames": frames, "box": kind, "n": len(told), "cut": float(cut.mean()), "hit_of_cut": of_cut}


def _outcomes(image: GreyImage, nodule: Box, generator: np.random.Generator) -> Iterator[tuple[str, tuple[bool, bool]]]:
    """Of each kind of box whether much is cut off, and whether what is left hits the nodule."""
    way = WAYS[int(generator.integers(len(WAYS)))]
    if min(nodule.width, nodule.height) < SMALLEST_PX:
        return
    for kind, (off, size) in KINDS.items():
        box = _laid(nodule, off * way[0], off * way[1], size, image.shape)
        found = propose(image, box)
        if found is None or found.confidence <= 0.5 or (off == 0.5 and box.overlap(nodule) > 0.45):  # kept in the frame
            continue
        part = within(found, box)
        cut = part.mask.sum() < (1 - CUT) * found.mask.sum()
        yield kind, (bool(cut), part.box.overlap(nodule) > 0.5)


def _laid(nodule: Box, across: float, down: float, size: float, shape: tuple[int, int]) -> Box:
    """The nodule's box, larger and moved by shares of its sides, pushed into the frame."""
    wide, high = (
        min(round(size * side), end) for side, end in zip((nodule.width, nodule.height), shape[::-1], strict=True)
    )
    x = round(nodule.centre[0] + across * nodule.width - wide / 2)
    y = round(nodule.centre[1] + down * nodule.height - high / 2)
    return Box(min(max(x, 0), shape[1] - wide), min(max(y, 0), shape[0] - high), wide, high)
