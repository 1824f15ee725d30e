"""The frames that the outline learns from and is judged on: simulated, DDTI's and BUSI's, each with its mask."""

from __future__ import annotations

import csv
import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sera_core.contracts import BadInput, GreyImage
from sera_core.files import whole_file
from sera_core.outline.panes import panes
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.render import render
from sera_core.simulate.wide import draw_wide, without_nodule

Pixels = NDArray[np.uint8]

LONGEST = 384  # pixels of a stored frame
SIMULATED_SIDE = 288
KINDS = ("wide", "usual", "wide", "usual", "bare", "wide")
FOLDS = 3
DDTI_FOLD = {"0": 0, "1": 0, "2": 1, "3": 1, "4": 2}  # DDTI's five fixed folds, merged
FEWEST = 60  # stored pixels of a mask on a pane


@dataclass(frozen=True, eq=False)
class View:
    """One frame, or one pane of a split screen.

    Attributes
    ----------
    frames : str
        Where it comes from: ``DDTI``, ``BUSI``, ``BUSI, normal``, ``simulated internal`` ...
    name : str
    group : str
        Views of one group are never parted.
    fold : int
        Which of :data:`FOLDS` folds holds it out.
    pixels, mask : uint8 [H, W]
        The mask is 255 inside, and empty without a nodule.
    """

    frames: str
    name: str
    group: str
    fold: int
    pixels: Pixels
    mask: Pixels


def ddti(folder: Path) -> list[View]:
    """DDTI's unique frames; of a split screen every pane that shows a nodule is a view.

    Raises
    ------
    BadInput
        When the folder does not hold ``labels.csv``.
    """
    rows = [row for row in _rows(folder) if row["duplicate"] != "1"]
    known = {row["patient_group"]: DDTI_FOLD[row["fold"]] for row in rows if row["fold"]}
    views: list[View] = []
    for row in rows:
        group = row["patient_group"]
        fold = known.get(group, drawn_fold("d" + group))
        with Image.open(folder / row["image"]) as image, Image.open(folder / row["mask"]) as mask:
            views += _views(image.convert("L"), _black_or_white(mask), ("DDTI", row["image"], group, fold))
    return views


def _views(image: Image.Image, mask: Image.Image, known: tuple[str, str, str, int]) -> Iterator[View]:
    boxes = panes(GreyImage(np.asarray(np.asarray(image) / 255, np.float32)))
    parts = [(box.x, box.y, box.x + box.width, box.y + box.height) for box in boxes] if len(boxes) > 1 else []
    stored = [(_stored(image.crop(part)), _stored(mask.crop(part))) for part in parts]
    marked = [pair for pair in stored if (pair[1] > 127).sum() > FEWEST]
    for pixels, drawn in marked or [(_stored(image), _stored(mask))]:
        yield View(*known, pixels, drawn)


def busi(folder: Path) -> list[View]:
    """BUSI's frames, those without a lesion as ``BUSI, normal``; near-duplicates of two classes are left out.

    Raises
    ------
    BadInput
        When the folder does not hold ``labels.csv``.
    """
    views = []
    for row in _rows(folder):
        if row["duplicate_across_classes"] == "1":
            continue
        with Image.open(folder / row["image"]) as image:
            grey = image.convert("L")
        mask = Image.new("L", grey.size)
        if row["mask"]:
            with Image.open(folder / row["mask"]) as drawn:
                mask = _black_or_white(drawn).resize(grey.size)
        frames, group = "BUSI" if row["mask"] else "BUSI, normal", row["duplicate_group"]
        views.append(View(frames, row["image"], group, drawn_fold("b" + group), _stored(grey), _stored(mask)))
    return views


def simulated(count: int, first_seed: int, store: Path, report: Callable[[str], None]) -> list[View]:
    """Simulated frames of all four scanners: half wide views of small nodules, a third usual ones, a sixth bare glands.

    Parameters
    ----------
    count, first_seed : int
    store : Path
        File that keeps them (``.npz``).
    report : callable
        Takes a line now and then.
    """
    if not store.is_file():
        drawn = []
        for number in range(count):
            drawn.append(_simulated(number, first_seed + number))
            if (number + 1) % 100 == 0:
                report(f"{number + 1}/{count} simulated frames")
        with whole_file(store) as partial, partial.open("wb") as file:
            np.savez(file, pixels=np.array([one[0] for one in drawn]), masks=np.array([one[1] for one in drawn]))
    with np.load(store) as kept:
        pairs = zip(kept["pixels"], kept["masks"], strict=True)
        return [_simulated_view(n, first_seed + n, pair) for n, pair in enumerate(pairs)]


def simulated_view(number: int, seed: int) -> View:
    """One of them, drawn now: the number chooses scanner and kind."""
    return _simulated_view(number, seed, _simulated(number, seed))


def _simulated_view(number: int, seed: int, drawn: tuple[Pixels, Pixels]) -> View:
    centre, kind = _centre_and_kind(number)
    frames = f"simulated {centre}" if kind != "bare" else "simulated, no nodule"
    return View(frames, f"{kind} {seed}", str(seed), number % FOLDS, *drawn)


def _centre_and_kind(number: int) -> tuple[str, str]:
    return tuple(CENTRES)[number % 4], KINDS[number // 4 % len(KINDS)]


def _simulated(number: int, seed: int) -> tuple[Pixels, Pixels]:
    centre, kind = _centre_and_kind(number)
    if kind == "bare":
        pixels = without_nodule(draw_wide(CENTRES[centre], seed))
        return _square(pixels * 255), np.zeros((SIMULATED_SIDE, SIMULATED_SIDE), np.uint8)
    frame = render(any_cohort(centre, 1, seed)[0] if kind == "usual" else draw_wide(CENTRES[centre], seed))
    return _square(frame.image.pixels * 255), _square(frame.mask * 255)


def _square(levels: NDArray[Any]) -> Pixels:
    image = Image.fromarray(np.round(levels).astype(np.uint8))
    return np.asarray(image.resize((SIMULATED_SIDE, SIMULATED_SIDE), Image.Resampling.BOX))


def _rows(folder: Path) -> list[dict[str, str]]:
    try:
        with (folder / "labels.csv").open(newline="", encoding="utf-8") as file:
            return list(csv.DictReader(file))
    except OSError as error:
        raise BadInput(
            "no_masks", f"{folder} holds no labels.csv: name the folder of images, masks and labels.csv in the design."
        ) from error


def drawn_fold(group: str) -> int:
    """The fold of a group that no data set has put into one, drawn by its name."""
    return int(hashlib.sha256(group.encode()).hexdigest(), 16) % FOLDS


def _black_or_white(mask: Image.Image) -> Image.Image:
    return mask.convert("L").point(lambda level: 255 * (level > 127))


def _stored(image: Image.Image) -> Pixels:
    scale = min(1.0, LONGEST / max(image.size))
    return np.asarray(image.resize((round(image.width * scale), round(image.height * scale)), Image.Resampling.BOX))
