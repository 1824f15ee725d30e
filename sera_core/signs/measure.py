"""An outlined nodule to named quantities."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.contracts import BadInput, Grey, Scale
from sera_core.signs.echo import Echo, echoes
from sera_core.signs.geometry import Geometry, Mask, geometry
from sera_core.signs.quantities import QUANTITIES

SMALLEST_PX = 64  # an outline of fewer pixels has no border to speak of


@dataclass(frozen=True)
class Signs:
    """What was measured on one nodule.

    Attributes
    ----------
    geometry : Geometry
    echo : Echo
    in_mm : bool
        Whether lengths are millimetres; pixels otherwise.
    cut : bool
        Whether the outline touches the edge of the frame: the nodule may go on beyond it; diameters are lower bounds.
    """

    geometry: Geometry
    echo: Echo
    in_mm: bool
    cut: bool

    def __getitem__(self, name: str) -> float:
        """The quantity of this name, as listed in :data:`~sera_core.signs.quantities.QUANTITIES`."""
        return float(getattr(self.geometry if hasattr(self.geometry, name) else self.echo, name))

    def as_dict(self) -> dict[str, float]:
        """Every quantity by its name."""
        return {quantity.name: self[quantity.name] for quantity in QUANTITIES}


def measure(pixels: Grey, mask: Mask, mm_per_px: Scale | None = None) -> Signs:
    """Measure an outlined nodule.

    Parameters
    ----------
    pixels : float32 [H, W]
        Grey levels 0 ... 1 of the whole frame.
    mask : bool [H, W]
        The nodule, in one piece.
    mm_per_px : (row, column), optional
        Scale where the nodule lies.

    Returns
    -------
    Signs

    Raises
    ------
    BadInput
        When the outline is of another size than the frame or holds fewer than 64 pixels.

    Examples
    --------
    >>> from sera_core.simulate import SAMPLES, render
    >>> frame = render(SAMPLES["papillary"].case)
    >>> signs = measure(frame.image.pixels, frame.mask, frame.image.mm_per_px)
    >>> round(signs.geometry.long)
    14
    >>> signs.geometry.height_over_width > 1
    True
    """
    if mask.shape != pixels.shape:
        raise BadInput(
            "outline_size",
            f"The outline has {mask.shape[1]} x {mask.shape[0]} pixels and the frame {pixels.shape[1]} x "
            f"{pixels.shape[0]}: draw it on this very frame.",
        )
    if mask.sum() < SMALLEST_PX:
        raise BadInput(
            "outline_too_small",
            f"The outline holds {int(mask.sum())} pixels, too few to be measured (at least {SMALLEST_PX}): "
            "draw it larger or use a frame of higher resolution.",
        )
    unit = mm_per_px or (1.0, 1.0)
    cut = bool(mask[0].any() or mask[-1].any() or mask[:, 0].any() or mask[:, -1].any())
    return Signs(geometry(mask, unit), echoes(pixels, mask, unit), mm_per_px is not None, cut)
