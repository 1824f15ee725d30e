"""Features of many frames by one body or texture: computed once a frame, and kept on disk."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.features.deep import features
from sera_core.features.texture import TEXTURES, texture
from sera_core.files import whole_file
from sera_core.images.prepare import Preparation
from sera_core.nets.registry import network as registered
from sera_core.study.cache import body_key, frame_key, hashed
from sera_core.study.design import Framed
from sera_core.study.outliners import Outliner
from sera_core.study.stage import Stage
from sera_core.train.frames import Frame, prepared, viewed
from sera_core.train.loop import mean_features
from sera_core.train.start import IMAGENET, begun

if TYPE_CHECKING:
    from torch import nn

CHUNK = 64  # frames that are in memory as crops at a time
Features = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Extractor:
    """One body (or texture) with its preparation.

    Attributes
    ----------
    compute : callable
        Frames to features ``[N, F]``.
    stage : Stage
        Where the features are kept; the folder's name stands for the body and the preparation.
    """

    compute: Callable[[list[Frame]], Features]
    stage: Stage

    def features(self, frames: list[Frame]) -> Features:
        """Features ``[N, F]``; only frames that were never seen before are computed."""
        if not frames:
            return np.empty((0, 0), np.float32)
        known = self._known()
        unseen = [frame for frame in frames if frame_key(frame) not in known]
        for centre in dict.fromkeys(frame.case.centre for frame in unseen):
            chosen = [frame for frame in unseen if frame.case.centre == centre]
            keys = [frame_key(frame) for frame in chosen]
            found = self._compute(chosen, centre)
            self._keep(f"{centre}-{hashed(keys)}", keys, found)
            known |= dict(zip(keys, found, strict=True))
        return np.stack([known[frame_key(frame)] for frame in frames])

    def _known(self) -> dict[str, Features]:
        known: dict[str, Features] = {}
        for file in sorted(self.stage.work.glob("*.npz")):
            with np.load(file, allow_pickle=False) as part:
                known |= dict(zip(part["keys"].tolist(), part["features"], strict=True))
        return known

    def _keep(self, name: str, keys: list[str], features: Features) -> None:
        with whole_file(self.stage.work / f"{name}.npz") as part, part.open("wb") as file:
            np.savez(file, keys=np.array(keys), features=features)

    def _compute(self, frames: list[Frame], centre: str) -> Features:
        parts = []
        for start in range(0, len(frames), CHUNK):
            parts.append(self.compute(frames[start : start + CHUNK]))
            if start // CHUNK % 16 == 0:
                self.stage.report(f"features of {centre}: {start + len(parts[-1])}/{len(frames)}")
        return np.concatenate(parts)


@dataclass(frozen=True, eq=False)
class SideBySide:
    """What several extractors see, in one row a frame."""

    parts: tuple[Extractor, ...]

    def features(self, frames: list[Frame]) -> Features:
        """As :meth:`Extractor.features`."""
        return np.hstack([part.features(frames) for part in self.parts])

    def compute(self, frames: list[Frame]) -> Features:
        """The same, kept nowhere."""
        return np.hstack([part.compute(frames) for part in self.parts])


def of_signs(outlines: Outliner, stage: Stage) -> Extractor:
    """What is measured on each frame's nodule."""
    return Extractor(outlines.signs, stage.within("features", hashed(["signs", outlines.stamp])))


def fixed(network: str, preparation: Preparation, stage: Stage, weights: str = IMAGENET, layer: str = "") -> Extractor:
    """The body a network starts with, or a texture: its features serve every recipe that does not change it.

    ``layer`` is one of the network's feature layers; empty: the last one.
    """
    parts: list[nn.ModuleDict] = []

    def compute(frames: list[Frame]) -> Features:
        if network in TEXTURES:
            return texture(network, prepared(frames, preparation))
        if not parts:
            parts.append(shipped(begun(network, weights).eval().requires_grad_(False)))
        return seen_by(parts[0], frames, preparation, layer)

    key = [body_key(network, weights), asdict(preparation), *([layer] if layer else [])]
    return Extractor(compute, stage.within("features", hashed(key)))


def seen_by(parts: nn.ModuleDict, frames: list[Frame], preparation: Preparation, layer: str = "") -> Features:
    """Features ``[N, F]`` of frames by a network: the mean over the views of each, as the app reads them."""
    return mean_features(partial(features, parts, preparation=preparation, layer=layer), viewed(frames, preparation))


def shipped(parts: nn.ModuleDict) -> nn.ModuleDict:
    """The same parts with their weights rounded to float16, as they are shipped: a study answers as the app will."""
    import torch

    with torch.no_grad():
        for value in parts.state_dict().values():
            if value.is_floating_point():
                value.copy_(value.half())
    return parts


def preparation_of(framed: Framed, network: str) -> Preparation:
    """A framing with the network's own normalisation (none for a texture)."""
    if network in TEXTURES:
        return Preparation(framed.input_px, framed.framing, framed.padding, 0.0, 1.0)
    entry = registered(network)
    return Preparation(framed.input_px, framed.framing, framed.padding, entry.mean, entry.std)
