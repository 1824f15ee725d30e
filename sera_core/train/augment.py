"""Random variations that an ultrasound frame could truly have.

Left and right may be exchanged, up and down may not: shadows and enhancement fall downwards. Scale and
position of the region, gain, gamma (the grey map), and speckle vary between machines and hands.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict

from sera_core.contracts import Box, Grey
from sera_core.images.prepare import Preparation, prepare
from sera_core.train.disguise import Nodule, Shares, disguised, no_outline


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
    edges : float
        Each edge of the box moves in or out by up to this share of the box.
    surroundings : float
        Share of views whose tissue outside the outline is another frame's, blurred or lit differently.
    coarse : float
        Share of views that show no more detail than a small nodule has.
    callipers : float
        Share of views with a reader's marks on the nodule.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    padding: tuple[float, float] = (1.3, 3.2)
    shift: float = 0.1
    gain: float = 0.06
    gamma: float = 0.25
    speckle: float = 0.05
    mirror: bool = True
    edges: float = 0.0
    surroundings: float = 0.0
    coarse: float = 0.0
    callipers: float = 0.0


def vary(
    pixels: Grey,
    box: Box,
    preparation: Preparation,
    how: Augmentation,
    random: np.random.Generator,
    nodule: Nodule = no_outline,
    other: Grey | None = None,
) -> Grey:
    """One random crop of a frame, ``float32 [input_px, input_px]``, 0 ... 1.

    Parameters
    ----------
    pixels : float32 [H, W]
    box : Box
    preparation : Preparation
    how : Augmentation
    random : numpy.random.Generator
    nodule : callable
        Gives the nodule's outline ``bool [H, W]``; asked only where it is needed.
    other : float32 [H', W'], optional
        Another frame, whose tissue may take the place of what surrounds the nodule.
    """
    side = max(box.width, box.height)
    left = box.x + round(random.uniform(-how.shift, how.shift) * side)
    top = box.y + round(random.uniform(-how.shift, how.shift) * side)
    moved = Box(left, top, box.width, box.height)
    if how.edges:
        moved = _other_edges(moved, random.uniform(-how.edges, how.edges, 4))
    moved = _centred_inside(moved, *pixels.shape)
    padding = float(np.exp(random.uniform(*np.log(how.padding))))
    seen = replace(preparation, padding=padding)
    crop = prepare(pixels, moved, seen).pixels
    if how.surroundings or how.callipers or how.coarse:
        inside = prepare(nodule().astype(np.float32), moved, seen).pixels
        crop = disguised(crop, inside, other, Shares(how.surroundings, how.coarse, how.callipers), random)
    level = np.clip(crop, 1e-4, 1) ** np.exp(random.normal(0, how.gamma))
    level = level * (1 + how.speckle * random.standard_normal(crop.shape, dtype=np.float32))
    level = np.clip(level + random.normal(0, how.gain), 0, 1).astype(np.float32)
    return np.ascontiguousarray(level[:, ::-1]) if how.mirror and random.random() < 0.5 else level


def _other_edges(box: Box, off: NDArray[np.float64]) -> Box:
    """The box with its left, top, right and bottom edges moved by shares of its width and height."""
    left, right = box.x + off[0] * box.width, box.x + (1 + off[2]) * box.width
    top, bottom = box.y + off[1] * box.height, box.y + (1 + off[3]) * box.height
    return Box(round(left), round(top), max(round(right - left), 1), max(round(bottom - top), 1))


def _centred_inside(box: Box, height: int, width: int) -> Box:
    """The box with its centre moved onto the frame: a slim one at the edge could else leave it altogether."""
    left = min(max(box.x, -(box.width // 2)), width - 1 - box.width // 2)
    top = min(max(box.y, -(box.height // 2)), height - 1 - box.height // 2)
    return Box(left, top, box.width, box.height)
