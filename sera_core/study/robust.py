"""What a model's answers rest on, and how far they move: regions drawn otherwise, tissue hidden, pictures changed.

Every case at home is answered by the model that never saw its patient, all others by the shipped one. A model that
looks at the nodule falls to chance where a square hides it, and hardly moves where its surroundings are blurred.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from io import BytesIO

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.classifiers.calibrate import apply
from sera_core.contracts import Box, Grey, GreyImage
from sera_core.evaluate.roc import auc
from sera_core.outline import propose
from sera_core.study.arms import Trained
from sera_core.study.cache import cached_in
from sera_core.study.extract import CHUNK
from sera_core.study.outliners import ByReaders, Outliner
from sera_core.study.stage import Stage
from sera_core.train.frames import Frame
from sera_core.train.recipes import SIGNS_MODES

SHIFTED = 80  # frames on which changed pictures are measured: their answers hardly differ from frame to frame
Change = Callable[[Frame, np.random.Generator], Frame]
Values = NDArray[np.float64]

Row = dict[str, object]

EXACT, READERS, PROPOSED = "exact box", "reader's outline", "proposed outline"
IN_IT = "square blacked out in it"


def box_off(share: float) -> Change:
    """The edges of the box each moved in or out by up to a share of its sides."""

    def change(frame: Frame, random: np.random.Generator) -> Frame:
        off, box = random.uniform(-share, share, 4), frame.box
        left, right = box.x + off[0] * box.width, box.x + (1 + off[2]) * box.width
        top, bottom = box.y + off[1] * box.height, box.y + (1 + off[3]) * box.height
        moved = Box(round(left), round(top), max(round(right - left), 1), max(round(bottom - top), 1))
        return replace(frame, box=moved.clipped(*frame.levels.shape))

    return change


def _hidden(frame: Frame, _: np.random.Generator) -> Frame:
    """A black square of the nodule's size over it: even its silhouette is gone."""
    pixels, (x, y), side = frame.pixels.copy(), frame.box.centre, max(frame.box.width, frame.box.height)
    rows, columns = (slice(max(round(c - side / 2), 0), round(c + side / 2)) for c in (y, x))
    pixels[rows, columns] = 0
    return replace(frame, levels=pixels)


def _blurred(inside: bool) -> Change:
    """The nodule, or all that surrounds it, without detail."""

    def change(frame: Frame, _: np.random.Generator) -> Frame:
        pixels, mask = frame.pixels, frame.mask
        soft = ndimage.gaussian_filter(pixels, 0.1 * max(frame.box.width, frame.box.height))
        return replace(frame, levels=np.where(mask if inside else ~mask, soft, pixels).astype(np.float32))

    return change


def _pixels(change: Callable[[Grey], Grey]) -> Change:
    return lambda frame, _: replace(frame, levels=np.asarray(change(frame.pixels), np.float32))


def _jpeg(pixels: Grey) -> Grey:
    file = BytesIO()
    Image.fromarray((pixels * 255).astype(np.uint8)).save(file, "JPEG", quality=50)
    return np.asarray(np.asarray(Image.open(file)) / np.float32(255), np.float32)


def _scaled(scale: float) -> Change:
    def change(frame: Frame, _: np.random.Generator) -> Frame:
        height, width = frame.levels.shape
        size = round(scale * width), round(scale * height)
        pixels = np.asarray(Image.fromarray(frame.pixels).resize(size, Image.Resampling.BICUBIC)).clip(0, 1)
        b = frame.box
        x, y, wide, high = (round(scale * side) for side in (b.x, b.y, b.width, b.height))
        return replace(frame, levels=pixels, box=Box(x, y, max(wide, 1), max(high, 1)).clipped(size[1], size[0]))

    return change


RESTS_ON: dict[str, Change] = {
    "box 15 % off": box_off(0.15),
    "square blacked out": _hidden,
    "surroundings blurred": _blurred(inside=False),
    "nodule blurred": _blurred(inside=True),
}
MOVED_BY: dict[str, Change] = {
    "box 10 % off": box_off(0.1),
    "JPEG of quality 50": _pixels(_jpeg),
    "half the pixels": _scaled(0.5),
    "twice the pixels": _scaled(2.0),
    "20 % darker": _pixels(lambda pixels: 0.8 * pixels),
    "20 % brighter": _pixels(lambda pixels: np.minimum(1.2 * pixels, 1)),
}


def robustness(trained: Trained, stage: Stage) -> pd.DataFrame:
    """The report of one model.

    Parameters
    ----------
    trained : Trained
        Cross-validated.
    stage : Stage

    Returns
    -------
    DataFrame
        A row a centre and change: ``model``; ``auc, low, high`` (patients together), ``malignant, benign``; ``moved``
        and ``moved_most``, median and 95th percentile of the change of the probability; ``logit_moved``, root mean
        square of the change of the log-odds over their standard deviation. Empty where a figure makes no sense.
    """
    split = trained.answers.split
    rows = []
    for centre in dict.fromkeys(frame.case.centre for frame in [*split.inside, *split.others]):
        frames = [frame for frame in [*split.inside, *split.others] if frame.case.centre == centre]
        rows += [{"model": trained.answers.id, "centre": centre, **row} for row in _centre(trained, frames, stage)]
    return pd.DataFrame(rows)


def _centre(trained: Trained, frames: list[Frame], stage: Stage) -> Iterator[Row]:
    """Where readers drew boxes: by these, and by the outline found without them; elsewhere by that alone."""
    answer, centre = _Answers(trained, trained.outlines, stage), frames[0].case.centre
    kept = cached_in(trained.keep / "robust" / centre)

    def scores_of(name: str, asked: list[Frame], by: _Answers = answer, regions: str = "") -> Values:
        stage.report(f"{centre}, {name}: {len(asked)} frames")
        return kept(name + regions, lambda: by(asked))

    def row(name: str, asked: list[Frame], scores: Values, plain: Values | None = None) -> Row:
        return {"change": name, **_figures(trained, asked, scores, plain)}

    if frames[0].case.box is not None:
        plain = scores_of(EXACT, frames)
        yield row(EXACT, frames, plain)
        if trained.plan.recipe.mode in SIGNS_MODES:
            yield row(READERS, frames, scores_of(READERS, frames, _Answers(trained, ByReaders(), stage)), plain)
        for name, change in RESTS_ON.items():
            yield row(name, frames, scores_of(name, _changed(frames, change)), plain)
        some = np.linspace(0, len(frames) - 1, min(SHIFTED, len(frames))).astype(int)
        for name, change in MOVED_BY.items():
            own = [frames[k] for k in some]
            yield row(name, own, scores_of(name, _changed(own, change)), plain[some])
    seen, found = _proposed(trained, frames)
    by_whom = f" {trained.outlines.stamp}"
    yield row(f"{PROPOSED}, found on {found}", seen, scores_of(PROPOSED, seen, regions=by_whom))
    yield row(IN_IT, seen, scores_of(IN_IT, _changed(seen, _hidden), regions=by_whom))


def _proposed(trained: Trained, frames: list[Frame]) -> tuple[list[Frame], int]:
    """The frames with the box of what is found on them, and on how many; the whole frame where there is nothing.

    Where the networks of the folds are asked, which are less sure than the shipped one, an outline counts however
    unsure it is: a reader would look at it.
    """
    outlines = [
        trained.outlines.proposed(frame) if trained.outlines.network(frame) else propose(GreyImage(frame.pixels))
        for frame in frames
    ]
    boxes = [
        outline.box if outline else Box(0, 0, frame.levels.shape[1], frame.levels.shape[0])
        for outline, frame in zip(outlines, frames, strict=True)
    ]
    seen = [replace(frame, box=box) for frame, box in zip(frames, boxes, strict=True)]
    return seen, sum(outline is not None for outline in outlines)


class _Answers:
    """Log-odds of frames ``[N]``, before calibration: those at home by the model that left their fold out."""

    def __init__(self, trained: Trained, outlines: Outliner, stage: Stage) -> None:
        self.trained, self.outlines, self.stage = trained, outlines, stage
        self.home = {frame.case.case_id: frame.case.split for frame in trained.answers.split.inside}
        self.by = cache(self._by)

    def __call__(self, frames: list[Frame]) -> Values:
        scores = np.empty(len(frames))
        folds = np.array([self.home.get(frame.case.case_id, "") for frame in frames])
        for fold in np.unique(folds):
            answer = self.by(str(fold))
            rows = np.flatnonzero(folds == fold)
            for start in range(0, len(rows), CHUNK):
                part = rows[start : start + CHUNK]
                scores[part] = answer([frames[row] for row in part])
        return scores

    def _by(self, fold: str) -> Callable[[list[Frame]], Values]:
        fitted = self.trained.train(fold) if fold else self.trained.fitted
        look = self.trained.look(fitted, self.outlines)
        return lambda frames: fitted.answer(look(frames))


def _changed(frames: list[Frame], change: Change) -> list[Frame]:
    return [change(frame, np.random.default_rng([row, 29])) for row, frame in enumerate(frames)]


def _figures(trained: Trained, frames: list[Frame], scores: Values, plain: Values | None) -> dict[str, object]:
    labels = np.array([frame.case.label for frame in frames])
    patients = np.unique([frame.case.patient_id for frame in frames], return_inverse=True)[1]
    row: dict[str, object] = {"malignant": int(labels.sum()), "benign": int((1 - labels).sum())}
    if len(np.unique(labels)) == 2:
        area = auc(labels, scores, patients=patients)
        row |= {"auc": area.value, "low": area.low, "high": area.high}
    if plain is None:
        return row
    calibration = trained.answers.calibration
    moved = np.abs(apply(calibration, scores) - apply(calibration, plain))
    shift = float(np.sqrt(np.mean((scores - plain) ** 2)) / plain.std())
    return row | {"moved": np.median(moved), "moved_most": np.percentile(moved, 95), "logit_moved": shift}
