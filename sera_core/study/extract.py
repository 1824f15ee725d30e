"""Features of many frames by one body or texture: computed once, kept on disk by cohort."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey
from sera_core.features.texture import TEXTURES, texture
from sera_core.images.prepare import Preparation
from sera_core.nets.registry import network as registered
from sera_core.nets.split import build, pooled_features
from sera_core.study.cache import cached_in, frames_key, hashed
from sera_core.study.design import Framed
from sera_core.train.frames import Frame, prepared
from sera_core.train.loop import Report

if TYPE_CHECKING:
    from torch import nn

CHUNK = 64  # frames that are in memory as crops at a time
Features = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Extractor:
    """One body (or texture) with its preparation.

    Attributes
    ----------
    preparation : Preparation
    compute : callable
        Crops ``[N, h, w]`` to features ``[N, F]``.
    folder : Path
        Where the features are kept; its name stands for the body and the preparation.
    report : callable
    """

    preparation: Preparation
    compute: Callable[[Grey], Features]
    folder: Path
    report: Report

    def features(self, frames: list[Frame]) -> Features:
        """Features ``[N, F]``; each centre's training and test frames are kept apart, so that one may be added."""
        if not frames:
            return np.empty((0, 0), np.float32)
        cohorts: dict[tuple[str, bool], list[int]] = {}
        for row, frame in enumerate(frames):
            cohorts.setdefault((frame.case.centre, frame.case.split == "test"), []).append(row)
        cached = cached_in(self.folder)
        found: Features | None = None
        for (centre, _), rows in cohorts.items():
            chosen = [frames[row] for row in rows]

            def compute(chosen: list[Frame] = chosen, centre: str = centre) -> Features:
                return self._compute(chosen, centre)

            part = cached(f"{centre}-{frames_key(chosen)}", compute)
            found = np.empty((len(frames), part.shape[1]), np.float32) if found is None else found
            found[rows] = part
        assert found is not None
        return found

    def _compute(self, frames: list[Frame], centre: str) -> Features:
        parts = []
        for start in range(0, len(frames), CHUNK):
            parts.append(self.compute(prepared(frames[start : start + CHUNK], self.preparation)))
            if start // CHUNK % 16 == 0:
                self.report(f"features of {centre}: {start + len(parts[-1])}/{len(frames)}")
        return np.concatenate(parts)


def fixed(network: str, preparation: Preparation, work: Path, report: Report) -> Extractor:
    """The ImageNet body of a network, or a texture: its features serve every recipe that does not change it."""
    parts: list[nn.ModuleDict] = []

    def compute(crops: Grey) -> Features:
        if network in TEXTURES:
            return texture(network, crops)
        if not parts:
            parts.append(shipped(build(network, pretrained=True).eval().requires_grad_(False)))
        return pooled_features(parts[0], crops, preparation)

    return Extractor(preparation, compute, work / "features" / hashed([network, asdict(preparation)]), report)


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
