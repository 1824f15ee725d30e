"""Three diameters from two views, and the volume of the ellipsoid with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sera_core.contracts import BadInput, GreyImage, Outline
from sera_core.signs.geometry import Geometry
from sera_core.signs.measure import measure


@dataclass(frozen=True)
class Diameters:
    """A nodule in three directions.

    Attributes
    ----------
    length_mm : float
        Head to foot, on the longitudinal view.
    height_mm : float
        Front to back, the larger of the two views.
    width_mm : float
        Side to side, on the transverse view.
    """

    length_mm: float
    height_mm: float
    width_mm: float

    @property
    def volume_ml(self) -> float:
        """Volume of the ellipsoid with these axes: pi / 6 times their product."""
        return float(np.pi / 6 * self.length_mm * self.height_mm * self.width_mm / 1000)


def diameters_in(transverse: tuple[GreyImage, Outline], longitudinal: tuple[GreyImage, Outline]) -> Diameters:
    """:func:`diameters_of` the nodule outlined on two frames.

    Raises
    ------
    BadInput
        When a frame has no scale, or its edge cuts the nodule.
    """
    seen = []
    for (image, outline), view in ((transverse, "transverse"), (longitudinal, "longitudinal")):
        signs = measure(image.pixels, outline.mask, image.scale_at(outline.box))
        if not signs.in_mm:
            raise BadInput("no_scale", f"The {view} view has no scale: give the millimetres of a pixel.")
        if signs.cut:
            raise BadInput("cut", f"The edge of the {view} view cuts the nodule: its diameter is not known there.")
        seen.append(signs.geometry)
    return diameters_of(*seen)


def diameters_of(transverse: Geometry, longitudinal: Geometry) -> Diameters:
    """Three diameters of one nodule seen in two views, both measured in millimetres."""
    return Diameters(longitudinal.width, max(transverse.height, longitudinal.height), transverse.width)
