"""Who outlines the frames of a study: the shipped network, or for frames that taught it one that has not seen them."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Box, GreyImage, Outline
from sera_core.outline import panes, propose
from sera_core.outline.card import read_card
from sera_core.study.cache import hashed
from sera_core.study.stage import Stage
from sera_core.train import checkpoint
from sera_core.train.frames import Frame
from sera_core.train.masks import Mask
from sera_core.train.measured import in_region, measured
from sera_core.train.outline.views import DDTI_FOLD, FOLDS, drawn_fold

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

Which = Literal["shipped", "folds"]


@dataclass(frozen=True, eq=False)
class Outliner:
    """Networks that outline.

    Attributes
    ----------
    folds : tuple of UNet
        Those of the outline's cross-validation: each outlines the frames of DDTI and BUSI that it has not seen. Empty:
        the shipped one outlines every frame, as it does all that taught none of them.
    named : str
        Which networks these are, in one word: what was measured in their outlines is kept under it.
    """

    folds: tuple[UNet, ...] = ()
    named: str = ""

    @property
    def stamp(self) -> str:
        """All networks in one word, which changes when one of them does."""
        return hashed([type(self).__name__, self.named, read_card().sha256])

    def network(self, frame: Frame) -> UNet | None:
        """Who outlines a frame; None: the shipped network."""
        fold = _fold(frame) if self.folds else None
        return None if fold is None else self.folds[fold]

    def in_region(self, frame: Frame) -> Mask | None:
        """As :func:`~sera_core.train.measured.in_region`."""
        return in_region(frame, self.network(frame))

    def proposed(self, frame: Frame) -> Outline | None:
        """The outline that is found without a hint, however unsure, in the picture that shows the nodule."""
        image, (x, y) = GreyImage(frame.pixels), frame.box.centre
        shown = next((pane for pane in panes(image) if pane.contains(Box(int(x), int(y), 1, 1))), None)
        return propose(image, None, shown, self.network(frame), least=0.0)

    def signs(self, frames: list[Frame]) -> NDArray[np.float32]:
        """What is measured ``[N, Q]``: the mean over several hands."""
        return measured(frames, self.in_region).mean(axis=1)


class ByReaders(Outliner):
    """The outlines that readers drew; the ellipse in the box where nobody did."""

    def in_region(self, frame: Frame) -> Mask | None:
        """What was drawn."""
        return frame.mask


def outliner(which: Which, stage: Stage) -> Outliner:
    """The outliner of a study; the networks of the folds lie in its folder ``outline``.

    Raises
    ------
    BadInput
        When there are no networks of the folds.
    """
    if which == "shipped":
        return Outliner()
    networks = of_folds(stage)
    files = (_kept(stage, fold) / checkpoint.FILE for fold in range(FOLDS))
    return Outliner(networks, hashed([sha256(file.read_bytes()).hexdigest() for file in files]))


def _kept(stage: Stage, fold: int) -> Path:
    return stage.work / "outline" / f"fold{fold}"


def of_folds(stage: Stage) -> tuple[UNet, ...]:
    """The networks of the outline's cross-validation, from the work folder of its study."""
    from sera_core.outline.unet import UNet, fast

    found = []
    for fold in range(FOLDS):
        folder = _kept(stage, fold)
        kept = checkpoint.read(folder, None)
        if kept is None:
            raise BadInput(
                "no_fold_networks",
                f"{folder} holds no network: run the study of the outline first (models/studies/outline/design.toml), "
                "with the same --work.",
            )
        net = UNet()
        net.load_state_dict(checkpoint.under("net", kept[0]))
        found.append(fast(net.eval()))
    return tuple(found)


def _fold(frame: Frame) -> int | None:
    """Which network of the outline's cross-validation has not seen a frame; None where none of them has."""
    group = frame.case.patient_id.removeprefix(f"{frame.case.centre}/")
    if frame.case.centre == "DDTI" and frame.case.split in DDTI_FOLD:
        return DDTI_FOLD[frame.case.split]
    return drawn_fold("b" + group) if frame.case.centre == "BUSI" else None
