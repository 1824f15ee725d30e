"""Three diameters of a nodule, as far as they are known."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from sera_core.signs.volume import Diameters
from sera_core.sizes import check_size


@dataclass(frozen=True)
class Size:
    """A nodule in three directions, to 0.1 mm; None where a direction is not known.

    Attributes
    ----------
    length_mm : float or None
        Head to foot, on the longitudinal view.
    height_mm : float or None
        Front to back, on either view.
    width_mm : float or None
        Side to side, on the transverse view.

    Raises
    ------
    BadInput
        For what no nodule measures (:func:`~sera_core.sizes.check_size`).

    Examples
    --------
    >>> Size(20, 10, 12).largest_mm, round(Size(20, 10, 12).volume_ml, 2), Size(20, 10).volume_ml
    (20.0, 1.26, None)
    """

    length_mm: float | None = None
    height_mm: float | None = None
    width_mm: float | None = None

    def __post_init__(self) -> None:
        for name, value in vars(self).items():
            object.__setattr__(self, name, check_size(value))

    @property
    def known(self) -> tuple[float, ...]:
        """The diameters that are known."""
        return tuple(value for value in astuple(self) if value is not None)

    @property
    def complete(self) -> bool:
        """Whether all three are known."""
        return len(self.known) == 3

    @property
    def largest_mm(self) -> float | None:
        """The largest one; None where none is known."""
        return max(self.known, default=None)

    @property
    def volume_ml(self) -> float | None:
        """Volume of the ellipsoid with these axes; None until all three are known."""
        return Diameters(*self.known).volume_ml if self.complete else None

    def over(self, other: Size) -> Size:
        """These diameters, and another's where these are not known."""
        pairs = zip(astuple(self), astuple(other), strict=True)
        return Size(*(second if first is None else first for first, second in pairs))

    @classmethod
    def largest_of(cls, sizes: Iterable[Size]) -> Size:
        """In each direction the largest of several measurements of one nodule."""
        columns = zip(*(astuple(size) for size in sizes), strict=True)
        return cls(*(max((one for one in column if one is not None), default=None) for column in columns))
