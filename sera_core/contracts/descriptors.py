"""What a reader sees in a nodule, in the words of the lexicons."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal, get_args


class Composition(StrEnum):
    """What the nodule is made of."""

    CYSTIC = "cystic"
    SPONGIFORM = "spongiform"
    MIXED = "mixed"
    SOLID = "solid"


class Echogenicity(StrEnum):
    """Brightness of the solid part against the gland."""

    ANECHOIC = "anechoic"
    HYPERECHOIC = "hyperechoic"
    ISOECHOIC = "isoechoic"
    HYPOECHOIC = "hypoechoic"
    VERY_HYPOECHOIC = "very_hypoechoic"


class Shape(StrEnum):
    """Height against width on the transverse image."""

    WIDER_THAN_TALL = "wider_than_tall"
    TALLER_THAN_WIDE = "taller_than_wide"


class Margin(StrEnum):
    """The border of the nodule."""

    SMOOTH = "smooth"
    ILL_DEFINED = "ill_defined"
    LOBULATED = "lobulated"
    IRREGULAR = "irregular"
    EXTRATHYROIDAL = "extrathyroidal"


class Focus(StrEnum):
    """One kind of bright focus; a nodule may have several."""

    COMET_TAIL = "comet_tail"
    MACROCALCIFICATION = "macrocalcification"
    RIM = "rim"
    PUNCTATE = "punctate"


@dataclass(frozen=True)
class Descriptors:
    """What a reader sees in one nodule, in the words of the lexicons. No focus is an empty set."""

    composition: Composition
    echogenicity: Echogenicity
    shape: Shape
    margin: Margin
    foci: frozenset[Focus] = frozenset()


Row = Literal["composition", "echogenicity", "shape", "margin", "foci"]
ROWS: tuple[Row, ...] = get_args(Row)


@dataclass(frozen=True)
class Description:
    """What somebody says of a nodule, row by row; None where he says nothing. No focus is an empty set."""

    composition: Composition | None = None
    echogenicity: Echogenicity | None = None
    shape: Shape | None = None
    margin: Margin | None = None
    foci: frozenset[Focus] | None = None

    @classmethod
    def of(cls, seen: Descriptors) -> Description:
        """A whole description."""
        return cls(seen.composition, seen.echogenicity, seen.shape, seen.margin, seen.foci)

    @property
    def said(self) -> tuple[Row, ...]:
        """The rows that something is said of."""
        return tuple(row for row in ROWS if getattr(self, row) is not None)

    @property
    def open(self) -> tuple[Row, ...]:
        """The rows that nothing is said of."""
        return tuple(row for row in ROWS if getattr(self, row) is None)

    @property
    def descriptors(self) -> Descriptors | None:
        """The whole; None while a row is open."""
        words = self.composition, self.echogenicity, self.shape, self.margin, self.foci
        return None if None in words else Descriptors(*words)  # type: ignore[arg-type]

    def without(self, rows: Iterable[Row]) -> Description:
        """This description with some rows open."""
        return replace(self, **dict.fromkeys(rows))

    def over(self, other: Description) -> Description:
        """This description, with what another one says of the rows that it leaves open.

        What the two would say together and cannot be, fluid without tissue that is not cystic, stays open.
        """
        both = replace(other, **{row: getattr(self, row) for row in self.said})
        if both.echogenicity is not Echogenicity.ANECHOIC or both.composition in (None, Composition.CYSTIC):
            return both
        return replace(both, composition=self.composition, echogenicity=self.echogenicity)
