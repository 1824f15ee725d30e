"""Three diameters from two views, and the volume of the ellipsoid with them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from sera_core.signs.geometry import Geometry


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


def diameters_of(transverse: Geometry, longitudinal: Geometry) -> Diameters:
    """Three diameters of one nodule seen in two views, both measured in millimetres."""
    return Diameters(longitudinal.width, max(transverse.height, longitudinal.height), transverse.width)
