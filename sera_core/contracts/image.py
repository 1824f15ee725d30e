"""One checked grey frame with its scale."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from math import isclose
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts.notice import Notice
from sera_core.contracts.place import Box, Line, Scale

Grey = NDArray[np.float32]  # [H, W], 0 (black) ... 1 (white)
Domain = Literal["real", "simulated"]
SIMULATED = "simulated"  # the source of an image that the simulator made, and how its key begins


@dataclass(frozen=True)
class ScaledRegion:
    """A rectangle of the frame with its own scale (a DICOM ultrasound region).

    Attributes
    ----------
    box : Box
    mm_per_px : (row, column) or None
        None where nothing has a length: the axes are time or speed, or the scale is not to be believed.
    underneath : bool
        True for a region that gives way wherever another one lies over it.
    """

    box: Box
    mm_per_px: Scale | None
    underneath: bool = False


@dataclass(frozen=True)
class GreyImage:
    """One checked grey frame with its scale; it names itself by :attr:`key`.

    Attributes
    ----------
    pixels : float32 [H, W]
        Grey levels, 0 ... 1.
    mm_per_px : (row, column) or None
        Millimetres per pixel of whatever no region holds. None means unknown.
    regions : tuple of ScaledRegion
        Parts of the frame with a scale of their own; see :meth:`scales_at`.
    source : str
        What the frame was read from (a kind such as ``"PNG"`` or ``"DICOM"``; never a name of a person), or
        :data:`SIMULATED`.
    frame, frames : int
        Which frame of how many this is (0-based).
    warnings : tuple of Notice
        What the checks noticed.
    """

    pixels: Grey
    mm_per_px: Scale | None = None
    regions: tuple[ScaledRegion, ...] = ()
    source: str = "array"
    frame: int = 0
    frames: int = 1
    warnings: tuple[Notice, ...] = ()

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.pixels.shape[0], self.pixels.shape[1]

    @property
    def simulated(self) -> bool:
        """True when the simulator made it: it is nobody's, and every session may share what is known of it."""
        return self.source == SIMULATED

    @cached_property
    def key(self) -> str:
        """Kind, number of the frame and sha256 of the pixels: equal for images that a network cannot tell apart.

        Drawn from the pixels themselves, so that a changed copy never goes by the name of the original. Another scale
        or notice makes no other image.
        """
        kind = SIMULATED if self.simulated else "own"
        digest = sha256(repr(self.shape).encode())
        digest.update(np.ascontiguousarray(self.pixels).data)
        return f"{kind} {self.frame} {digest.hexdigest()}"

    def scale_at(self, place: Box | Line) -> Scale | None:
        """Millimetres per pixel (row, column) by which ``place`` is measured; None means never show millimetres."""
        scales = self.scales_at(place)
        return scales[0] if len(scales) == 1 else None

    def scales_at(self, place: Box | Line) -> tuple[Scale, ...]:
        """The scales that hold where a box or a line is drawn.

        The uppermost region decides (DICOM PS3.3 C.8.5.5.1.3); regions that lie level with each other all count.
        What sticks out of the regions has no scale of its own and goes along, as long as it is at most half.

        Returns
        -------
        tuple of Scale
            Empty: unknown. One: measure by it. Several: the place crosses from one scale to another, so it has no
            length.
        """
        parts = [(share, self.regions_at(x, y)) for share, x, y in _parts(place, self.regions)]
        if not any(regions for _, regions in parts):
            return () if self.mm_per_px is None else (self.mm_per_px,)
        found: list[Scale] = []
        outside = 1.0
        for share, regions in parts:
            scales = [region.mm_per_px for region in regions if region.mm_per_px is not None]
            if scales and len(scales) == len(regions):
                outside -= share
                found += scales
        scales = [scale for i, scale in enumerate(found) if not any(_alike(scale, other) for other in found[:i])]
        return tuple(scales) if len(scales) > 1 or outside < 0.5 + 1e-9 else ()

    def regions_at(self, x: float, y: float) -> list[ScaledRegion]:
        """The region that lies uppermost at a point, in pixels; several where they lie level, none outside all."""
        holding = [
            region
            for region in self.regions
            if 0 <= x - region.box.x <= region.box.width and 0 <= y - region.box.y <= region.box.height
        ]
        return [region for region in holding if not region.underneath] or holding


def _alike(first: Scale, second: Scale) -> bool:
    """True for scales that differ by no more than devices round."""
    return all(isclose(a, b, rel_tol=0.005) for a, b in zip(first, second, strict=True))


def _parts(place: Box | Line, regions: tuple[ScaledRegion, ...]) -> Iterator[tuple[float, float, float]]:
    """The pieces into which the edges of regions cut a place: share of the whole, and the middle (x, y) of each."""
    columns = {edge for region in regions for edge in (region.box.x, region.box.x + region.box.width)}
    rows = {edge for region in regions for edge in (region.box.y, region.box.y + region.box.height)}
    if isinstance(place, Line):
        across, down = place.x2 - place.x1, place.y2 - place.y1
        cuts = {(x - place.x1) / across for x in columns if across} | {(y - place.y1) / down for y in rows if down}
        for start, end in pairwise(sorted({0.0, 1.0} | {cut for cut in cuts if 0 < cut < 1})):
            middle = (start + end) / 2
            yield end - start, place.x1 + middle * across, place.y1 + middle * down
        return
    right, bottom = place.x + place.width, place.y + place.height
    for left, end in pairwise(sorted({place.x, right} | {x for x in columns if place.x < x < right})):
        for top, foot in pairwise(sorted({place.y, bottom} | {y for y in rows if place.y < y < bottom})):
            yield (end - left) * (foot - top) / (place.width * place.height), (left + end) / 2, (top + foot) / 2
