"""Outlined nodules with their descriptors: read by radiologists (DDTI), or known (simulated)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from PIL import Image

from sera_core.contracts import BadInput, Box, Composition, Echogenicity, Focus, GreyImage, Margin, Outline
from sera_core.outline import panes
from sera_core.outline import propose as outlined
from sera_core.signs import Signs, measure
from sera_core.signs.geometry import Mask
from sera_core.signs.measure import SMALLEST_PX
from sera_core.signs.propose import Way
from sera_core.signs.shaken import shaken
from sera_core.simulate import Case, render
from sera_core.train.masks import parts_of, read_mask

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

# DDTI's own words (Pedraza 2015, doi 10.1117/12.2073532) in those of the lexicons
_DDTI: dict[str, dict[str, str]] = {
    "composition": {
        "cystic": Composition.CYSTIC,
        "spongiform": Composition.SPONGIFORM,
        "predominantly-cystic": Composition.MIXED,
        "predominantly-solid": Composition.MIXED,
        "solid": Composition.SOLID,
    },
    "echogenicity": {
        "hyperechogenicity": Echogenicity.HYPERECHOIC,
        "isoechogenicity": Echogenicity.ISOECHOIC,
        "hypoechogenicity": Echogenicity.HYPOECHOIC,
        "marked-hypoechogenicity": Echogenicity.VERY_HYPOECHOIC,
    },
    "margins": {
        "well-defined": Margin.SMOOTH,
        "ill-defined": Margin.ILL_DEFINED,
        "microlobulated": Margin.LOBULATED,
        "macrolobulated": Margin.LOBULATED,
        "spiculated": Margin.IRREGULAR,
    },
}
_CALCIFICATIONS = {"microcalcification": Focus.PUNCTATE, "macrocalcification": Focus.MACROCALCIFICATION}
NO = "no"
HAND = 0.1  # how far an outline is off, as a share of width and height


@dataclass(frozen=True, eq=False)
class Shown:
    """A frame with one nodule outlined by hand, and what is said or known of it.

    Attributes
    ----------
    image : GreyImage
    mask : bool [H, W]
    words, centre, patient, fold
        As in :class:`Described`.
    """

    image: GreyImage
    mask: Mask
    words: dict[str, str]
    centre: str
    patient: str
    fold: int

    @property
    def where(self) -> tuple[int, int]:
        """The middle (x, y) of its bounding box."""
        x, y = Box.around(self.mask).centre
        return int(x), int(y)


@dataclass(frozen=True)
class Described:
    """One nodule, measured in one outline, and what is said or known of it.

    Attributes
    ----------
    signs : Signs
    outline : {"drawn", "box", "proposed"}
        How the outline came about.
    words : dict of question to word
        Without the questions that nobody answered.
    centre, patient : str
    fold : int
        Cases of one fold are tested together.
    """

    signs: Signs
    outline: Way
    words: dict[str, str]
    centre: str
    patient: str
    fold: int


def described(shown: Iterable[Shown], network: Callable[[Shown], UNet]) -> Iterator[Described]:
    """Measure every nodule in the hand's outline, in the network's in its bounding box, and in the network's own.

    On a frame with several panes the network looks in the nodule's; where it finds no nodule there is no third one.

    Parameters
    ----------
    shown : iterable of Shown
    network : callable
        The network to ask about a frame, best one that has not seen it.
    """
    for one in shown:
        box, net = Box.around(one.mask), network(one)
        x, y = one.where
        pane = next((pane for pane in panes(one.image) if pane.contains(Box(x, y, 1, 1))), None)
        outlines: dict[Way, Outline | None] = {
            "box": outlined(one.image, box, network=net),
            "proposed": outlined(one.image, pane=pane, network=net),
        }
        masks: dict[Way, Mask] = {way: found.mask for way, found in outlines.items() if found is not None}
        for way, mask in {"drawn": one.mask, **masks}.items():
            if mask.sum() < SMALLEST_PX:
                continue
            signs = measure(one.image.pixels, mask, one.image.mm_per_px)
            yield Described(signs, way, one.words, one.centre, one.patient, one.fold)


def ddti(folder: Path) -> Iterator[Shown]:
    """DDTI's frames with mask, fixed fold and readings; the labels are readings, not pathology.

    Raises
    ------
    BadInput
        When the folder holds no ``labels.csv``.
    """
    file = folder / "labels.csv"
    if not file.is_file():
        raise BadInput(
            "no_labels", f"{folder} holds no labels.csv: give the folder of DDTI's cropped frames with masks."
        )
    table = pd.read_csv(file, dtype=str, keep_default_na=False)
    known: list[dict[str, str]] = table[(table["duplicate"] != "1") & (table["fold"] != "")].to_dict("records")
    for row in known:
        pixels = np.asarray(Image.open(folder / row["image"]).convert("L"), np.float32) / np.float32(255)
        mask = parts_of(read_mask(folder / row["mask"]))[0]
        yield Shown(GreyImage(pixels), mask, _read(row), "DDTI", row["patient_group"], int(row["fold"]))


def _read(row: dict[str, str]) -> dict[str, str]:
    words = {"margin" if name == "margins" else name: known.get(row[name], "") for name, known in _DDTI.items()}
    if row["calcifications"]:
        seen = _CALCIFICATIONS.get(row["calcifications"])
        words |= {focus.value: focus.value if focus is seen else NO for focus in _CALCIFICATIONS.values()}
    return {question: word for question, word in words.items() if word}


def simulated(cases: Iterable[Case], folds: int = 5) -> Iterator[Shown]:
    """Simulated nodules with the descriptors they were drawn from, outlined about as well as a hand outlines."""
    for number, case in enumerate(cases):
        frame = render(case)
        mask = shaken(frame.mask, HAND, np.random.default_rng([case.seed, 17]))
        yield Shown(frame.image, mask, _known(case), case.centre, case.patient_id, number % folds)


def _known(case: Case) -> dict[str, str]:
    true = case.nodule.descriptors
    words = {"composition": true.composition, "echogenicity": true.echogenicity, "margin": true.margin}
    foci = {focus.value: focus.value if focus in true.foci else NO for focus in _CALCIFICATIONS.values()}
    return {**{question: word.value for question, word in words.items()}, **foci, "shape": true.shape.value}
