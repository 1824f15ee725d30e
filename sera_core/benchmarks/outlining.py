"""The outline on simulated frames that taught nothing: by hint, with callipers left in and wiped, and its time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from statistics import median

import numpy as np

from sera_core.benchmarks.pointing import Row, estimate
from sera_core.benchmarks.timing import Timing, one_thread
from sera_core.contracts import Box, GreyImage, Outline
from sera_core.outline.callipers import find_callipers, painted_out
from sera_core.outline.card import load
from sera_core.outline.look import Hint
from sera_core.outline.propose import propose
from sera_core.simulate.screen import calliper_pair, draw_calliper
from sera_core.train.outline.judge import HINTS, hint_at, outcome, outlined
from sera_core.train.outline.views import View, simulated_view

FRAMES, SEED = 60, 2_000_000  # far from the seeds of training and test
AIM_MS = 60.0
TIMED = 30


def outlining() -> list[Row]:
    """Rows of Dice and overlap with 95 % intervals, then the time of a frame on one core."""
    views = [view for view in map(_view, range(2 * FRAMES)) if view.mask.any()][:FRAMES]
    found: dict[str, list[tuple[float, float]]] = {}
    for view in views:
        for asked, scores in _scores(view):
            found.setdefault(asked, []).append(scores)
    names = [view.name for view in views]
    rows = [_row(asked, np.asarray(scores), names) for asked, scores in found.items()]
    return [*rows, *map(dict, _times(views[:TIMED]))]


def _view(number: int) -> View:
    return simulated_view(number, SEED + number)


def _row(asked: str, scores: np.ndarray, names: list[str]) -> Row:
    dice, overlap = scores.T
    found = {"asked": asked, "n": len(scores), **estimate("dice", dice, names), **estimate("iou", overlap, names)}
    return found | estimate("hit", overlap >= 0.5, names)


def _scores(view: View) -> Iterator[tuple[str, tuple[float, float]]]:
    """How right the outline is, by what was asked."""
    net, inside = load()[0], view.mask > 127
    generator = np.random.default_rng([*view.name.encode()])

    def of(seen: View, hint: Hint = None) -> tuple[float, float]:
        result = outcome(net, seen, hint)
        return float(str(result["dice"])), float(str(result["iou"]))

    for name in HINTS:
        hint = hint_at(name, inside, generator)
        yield {"none": "the frame as drawn"}.get(name, name), of(view, hint)
        if isinstance(hint, Box):
            first = outlined(net, view, hint)[0]
            yield f"{name}, asked again in the box of its outline", of(view, Box.around(first) if first.any() else hint)
            yield f"{name}, its middle taken for a click", of(view, _middle(hint))
    marked = _marked(view, generator)
    yield "callipers at the nodule, left in", of(marked)
    grey = np.asarray(marked.pixels / 255, np.float32)
    wiped = np.round(255 * painted_out(grey, find_callipers(grey))).astype(np.uint8)
    yield "callipers at the nodule, wiped", of(replace(marked, pixels=wiped))
    yield "callipers at the nodule, read and wiped", _agreement(propose(GreyImage(grey)), inside)


def _middle(box: Box) -> tuple[int, int]:
    return int(box.centre[0]), int(box.centre[1])


def _marked(view: View, generator: np.random.Generator) -> View:
    """The view with callipers across the nodule's two extents."""
    pixels = view.pixels.copy()
    for calliper in calliper_pair(view.mask > 127, generator):
        draw_calliper(pixels, calliper)
    return replace(view, pixels=pixels)


def _agreement(found: Outline | None, inside: np.ndarray) -> tuple[float, float]:
    if found is None:
        return 0.0, 0.0
    dice = 2 * (found.mask & inside).sum() / (found.mask.sum() + inside.sum())
    return float(dice), found.box.overlap(Box.around(inside))


def _times(views: list[View]) -> Iterator[Timing]:
    """Median processor time on one thread: of the network alone, and of a proposal with its search for callipers."""
    net = load()[0]
    runs: dict[str, Callable[[View], object]] = {
        "outline, network and its mirror image": lambda view: outcome(net, view, None),
        "outline, whole proposal": lambda view: propose(GreyImage(np.asarray(view.pixels / 255, np.float32))),
    }
    with one_thread():
        for name, run in runs.items():
            taken = []
            for view in views:
                start = time.process_time()
                run(view)
                taken.append(1000 * (time.process_time() - start))
            value = median(taken)
            yield Timing(name=name, value=value, unit="ms", versus=f"{AIM_MS:g} ms", ratio=value / AIM_MS)
