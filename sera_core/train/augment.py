"""Random variations that an ultrasound frame could truly have.

Left and right may be exchanged, up and down may not: shadows and enhancement fall downwards. Scale and
position of the region, gain, gamma (the grey map), and speckle vary between machines and hands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from pydantic import ConfigDict

from sera_core.contracts import Box, Grey
from sera_core.images.prepare import Preparation, prepare


@dataclass(frozen=True)
class Augmentation:
    """Ranges of the random variations.

    Attributes
    ----------
    padding : (low, high)
        Side of the crop over the box, drawn log-uniformly.
    shift : float
        Largest shift of the box's centre, as a share of its longest side.
    gain : float
        Standard deviation of the additive grey offset.
    gamma : float
        Standard deviation of the logarithm of gamma.
    speckle : float
        Standard deviation of the multiplicative noise.
    mirror : bool
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    padding: tuple[float, float] = (1.3, 3.2)
    shift: float = 0.1
    gain: float = 0.06
    gamma: float = 0.25
    speckle: float = 0.05
    mirror: bool = True


def vary(pixels: Grey, box: Box, preparation: Preparation, how: Augmentation, random: np.random.Generator) -> Grey:
    """One random crop of a frame, ``float32 [input_px, input_px]``, 0 ... 1."""
    side = max(box.width, box.height)
    left = box.x + round(random.uniform(-how.shift, how.shift) * side)
    top = box.y + round(random.uniform(-how.shift, how.shift) * side)
    moved = _centred_inside(Box(left, top, box.width, box.height), *pixels.shape)
    padding = float(np.exp(random.uniform(*np.log(how.padding))))
    crop = prepare(pixels, moved, replace(preparation, padding=padding)).pixels
    level = np.clip(crop, 1e-4, 1) ** np.exp(random.normal(0, how.gamma))
    level = level * (1 + how.speckle * random.standard_normal(crop.shape, dtype=np.float32))
    level = np.clip(level + random.normal(0, how.gain), 0, 1).astype(np.float32)
    return np.ascontiguousarray(level[:, ::-1]) if how.mirror and random.random() < 0.5 else level


def _centred_inside(box: Box, height: int, width: int) -> Box:
    """The box with its centre moved onto the frame: a slim one at the edge could else leave it altogether."""
    left = min(max(box.x, -(box.width // 2)), width - 1 - box.width // 2)
    top = min(max(box.y, -(box.height // 2)), height - 1 - box.height // 2)
    return Box(left, top, box.width, box.height)
