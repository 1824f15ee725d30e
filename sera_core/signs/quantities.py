"""The names of what is measured, with units and where each comes from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Unit = Literal["length", "area", "ratio", "share", "log ratio", "number", "grey"]


@dataclass(frozen=True)
class Quantity:
    """One measured quantity.

    Attributes
    ----------
    name : str
        Attribute of :class:`~sera_core.signs.measure.Signs`' geometry or echo.
    title : str
        For a person.
    unit : str
        ``length`` and ``area`` are in mm and mm2 where the scale is known, in pixels where it is not; a ``log ratio``
        is the natural logarithm of grey over grey around the nodule; ``grey`` is a difference of grey levels 0 ... 1.
    source : str
        Who uses it, or what it follows.
    """

    name: str
    title: str
    unit: Unit
    source: str


_ACR = "Tessler 2017, J Am Coll Radiol 14:587"
_HAN = "Han 2018, Quant Imaging Med Surg 8(5)"
_OWN = "own definition"
QUANTITIES = (
    Quantity("long", "longest diameter", "length", _ACR),
    Quantity("across", "diameter across it", "length", _ACR),
    Quantity("width", "width", "length", _ACR),
    Quantity("height", "height (front to back)", "length", _ACR),
    Quantity("area", "area", "area", _ACR),
    Quantity("height_over_width", "height over width", "ratio", _ACR),
    Quantity("ellipse_ratio", "height over width of the ellipse with the same moments", "ratio", _OWN),
    Quantity("solidity", "area over that of the convex hull", "share", _OWN),
    Quantity("roughness", "border's departure from an oval", "share", "Fourier descriptors, Zahn 1972"),
    Quantity("echo", "echo of the solid part", "log ratio", _HAN),
    Quantity("darkest", "echo of the darkest twentieth", "log ratio", _HAN),
    Quantity("dark_share", "share as dark as fluid", "share", _OWN),
    Quantity("heterogeneity", "spread of the grey levels over their mean", "ratio", _OWN),
    Quantity("spots", "small bright foci", "number", _OWN),
    Quantity("brightest", "how far the brightest two-hundredth stands out", "grey", _OWN),
    Quantity("bright_share", "share as bright as calcium", "share", _OWN),
    Quantity("behind", "echo behind the nodule", "log ratio", _OWN),
    Quantity("edge_contrast", "level outside minus inside, over the level around the nodule", "ratio", _OWN),
    Quantity("edge_sharpness", "step across the line, over the step farther from it", "ratio", _OWN),
    Quantity("lost_border", "share of the border without contrast", "share", _OWN),
    Quantity("halo", "how much darker the border is than both sides", "ratio", _OWN),
)
SCALE_FREE = tuple(quantity.name for quantity in QUANTITIES if quantity.unit not in ("length", "area"))
