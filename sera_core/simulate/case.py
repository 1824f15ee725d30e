"""What is to be drawn: one nodule in one neck before one scanner, every control independent of the others.

Lengths are millimetres, levels are decibels against the normal gland.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from sera_core.contracts import BadInput, Composition, Descriptors, Echogenicity, Focus, Margin, Shape
from sera_core.simulate.scanner import Scanner

# Boundaries between the echo levels, dB against the gland: derived from the grey ratios of papillary carcinomas and
# goitre nodules (Han 2018, Quant Imaging Med Surg 8(5): 0.54 +- 0.16 and 0.87 +- 0.22) and from strap muscle, about
# -10 to -14 dB, which separates hypoechoic from markedly hypoechoic by definition.
HYPERECHOIC_DB, HYPOECHOIC_DB, VERY_HYPOECHOIC_DB = 2.0, -5.0, -12.0
FLUID_DB = -30.0  # clutter fills fluid to -25 ... -35
SMALLEST_MM, LARGEST_MM = 3.0, 45.0
FEWEST_PUNCTATE, MOST_PUNCTATE = 3, 20


class View(StrEnum):
    """How the probe is held."""

    TRANSVERSE = "transverse"
    LONGITUDINAL = "longitudinal"


class Texture(StrEnum):
    """Echotexture of the gland."""

    NORMAL = "normal"
    DIFFUSE = "diffuse"


class Pathology(StrEnum):
    """The truth behind a nodule; the image depends on it only through descriptors and size."""

    BENIGN = "benign"
    MALIGNANT = "malignant"


@dataclass(frozen=True)
class Nodule:
    """One nodule; every field is a control of its own.

    Attributes
    ----------
    size_mm : float
        Largest diameter in the image, 3 ... 45 mm.
    ratio : float
        Height over width, 0.4 ... 2.
    composition : Composition
    solid_share : float
        Solid part of the area, 0 ... 1; used where the composition is mixed.
    echo_db : float
        Level of the solid part against the normal gland, -20 ... +7 dB.
    margin : Margin
    margin_depth : float
        Depth of lobules or spikes as a share of the radius.
    edge_mm : float
        Width over which the border fades, in mm.
    punctate, comet_tails : int
        Number of foci without shadow, and of colloid crystals.
    macro_mm : float
        Width of a coarse calcification; 0 is none.
    rim_share : float
        Share of the border that is calcified; 0 is none.
    halo_mm : float
        Thickness of a dark halo; 0 is none.
    along, down : float
        Position in the lobe: -1 (towards the trachea, front) ... 1 (away from it, back).
    """

    size_mm: float
    ratio: float = 0.75
    composition: Composition = Composition.SOLID
    solid_share: float = 0.5
    echo_db: float = -1.0
    margin: Margin = Margin.SMOOTH
    margin_depth: float = 0.0
    edge_mm: float = 0.15
    punctate: int = 0
    comet_tails: int = 0
    macro_mm: float = 0.0
    rim_share: float = 0.0
    halo_mm: float = 0.0
    along: float = 0.0
    down: float = 0.0

    @property
    def width_mm(self) -> float:
        """Width in the image."""
        return self.size_mm if self.ratio <= 1 else self.size_mm / self.ratio

    @property
    def height_mm(self) -> float:
        """Height (antero-posterior) in the image."""
        return self.width_mm * self.ratio

    @property
    def echogenicity(self) -> Echogenicity:
        """Word for ``echo_db``; a cyst has no solid part and is anechoic."""
        if self.composition is Composition.CYSTIC:
            return Echogenicity.ANECHOIC
        if self.echo_db > HYPERECHOIC_DB:
            return Echogenicity.HYPERECHOIC
        if self.echo_db > HYPOECHOIC_DB:
            return Echogenicity.ISOECHOIC
        return Echogenicity.HYPOECHOIC if self.echo_db > VERY_HYPOECHOIC_DB else Echogenicity.VERY_HYPOECHOIC

    @property
    def foci(self) -> frozenset[Focus]:
        """Words for the foci that are present."""
        present = {
            Focus.PUNCTATE: self.punctate > 0,
            Focus.COMET_TAIL: self.comet_tails > 0,
            Focus.MACROCALCIFICATION: self.macro_mm > 0,
            Focus.RIM: self.rim_share > 0,
        }
        return frozenset(focus for focus, there in present.items() if there)

    @property
    def descriptors(self) -> Descriptors:
        """The nodule in the words of the lexicons."""
        shape = Shape.TALLER_THAN_WIDE if self.ratio > 1 else Shape.WIDER_THAN_TALL
        return Descriptors(self.composition, self.echogenicity, shape, self.margin, self.foci)


@dataclass(frozen=True)
class Anatomy:
    """The neck around the nodule (adult, neck extended).

    Thickness of the tissue over the gland 3.9 +- 0.8 mm and gland depth 11.5 +- 1.7 mm extended, 5.5 +- 1.1 and
    14.7 +- 2.0 mm neutral (Kurita 1990, J Med Ultrasonics 17:689); isthmus 3.2 +- 1.1 mm (Seker 2010, Eur J Gen Med
    7:125); carotid lumen 6.4 +- 0.7 mm (Ojaare, Int J Adv Med); trachea 13 +- 3 mm wide (45 adults).

    Attributes
    ----------
    view : View
    side : int
        +1: the trachea lies on the left of the image, -1: on its right.
    skin_mm, fat_mm, strap_mm : float
        Thickness of the layers over the gland.
    gland_mm, lobe_mm, isthmus_mm : float
        Depth (front to back) and width of the lobe, thickness of the isthmus, before the nodule enlarges them.
    trachea_mm, carotid_mm : float
        Width of the trachea and of the carotid's lumen (which pulses, so it differs from case to case).
    texture : Texture
    """

    view: View = View.TRANSVERSE
    side: int = 1
    skin_mm: float = 1.5
    fat_mm: float = 1.8
    strap_mm: float = 3.2
    gland_mm: float = 14.0
    lobe_mm: float = 16.0
    isthmus_mm: float = 3.2
    trachea_mm: float = 13.0
    carotid_mm: float = 6.4
    texture: Texture = Texture.NORMAL

    @property
    def front_mm(self) -> float:
        """Depth of the gland's front."""
        return self.skin_mm + self.fat_mm + self.strap_mm


@dataclass(frozen=True)
class Case:
    """One simulated patient before one scanner.

    ``bare`` leaves the nodule out: the same neck as it would be without.

    Raises
    ------
    BadInput
        When the combination cannot exist or does not fit the field of view; the sentence says what to change.
    """

    seed: int
    nodule: Nodule
    anatomy: Anatomy
    scanner: Scanner
    pathology: Pathology | None = None
    second: Nodule | None = None
    centre: str = "sandbox"
    patient_id: str = field(default="")
    bare: bool = False

    def __post_init__(self) -> None:
        check(self.nodule, self.anatomy, self.scanner)
        if self.second is not None:
            check(self.second, self.anatomy, self.scanner)


def check(nodule: Nodule, anatomy: Anatomy, scanner: Scanner) -> None:
    """Refuse, in words, a nodule that cannot exist or does not fit.

    Raises
    ------
    BadInput
    """
    _check_size(nodule, anatomy, scanner)
    fluid = nodule.composition in (Composition.CYSTIC, Composition.SPONGIFORM)
    word = nodule.composition.value
    if fluid and nodule.rim_share > 0:
        raise BadInput("rim_on_fluid", f"A {word} nodule has no calcified rim: choose mixed or solid, or no rim.")
    if fluid and nodule.macro_mm > 0:
        raise BadInput("macro_in_fluid", f"A {word} nodule holds no coarse calcification: choose mixed or solid.")
    if nodule.composition is Composition.CYSTIC and nodule.punctate:
        raise BadInput("punctate_in_cyst", "Punctate foci need solid tissue: choose mixed or solid, or no foci.")
    if nodule.comet_tails and nodule.composition is Composition.SOLID and nodule.echo_db < HYPOECHOIC_DB:
        raise BadInput("comet_tail_in_hypoechoic", "Comet tails come from colloid: choose a brighter or cystic nodule.")
    if fluid and nodule.margin in (Margin.IRREGULAR, Margin.EXTRATHYROIDAL):
        raise BadInput("margin_of_fluid", f"A {word} nodule has no {nodule.margin.value} margin: choose smooth.")
    if nodule.macro_mm > 0.8 * nodule.size_mm:
        raise BadInput("macro_too_large", "The calcification is larger than the nodule: make it smaller.")
    if not 0 <= nodule.punctate <= MOST_PUNCTATE:
        raise BadInput("punctate_number", f"Punctate foci: give a number from 0 to {MOST_PUNCTATE}.")


def _check_size(nodule: Nodule, anatomy: Anatomy, scanner: Scanner) -> None:
    if not SMALLEST_MM <= nodule.size_mm <= LARGEST_MM:
        raise BadInput(
            "size_range",
            f"A nodule of {nodule.size_mm:g} mm cannot be drawn: choose {SMALLEST_MM:g} to {LARGEST_MM:g} mm, "
            "because larger ones do not fit into the field of view.",
        )
    if not 0.4 <= nodule.ratio <= 2:
        raise BadInput("ratio_range", f"Height over width of {nodule.ratio:g} does not occur: choose 0.4 to 2.")
    if not -20 <= nodule.echo_db <= 7:
        raise BadInput("echo_range", f"An echo level of {nodule.echo_db:g} dB does not occur: choose -20 to 7.")
    if nodule.width_mm > scanner.aperture_mm - 2:
        raise BadInput(
            "too_wide",
            f"The nodule is {nodule.width_mm:.0f} mm wide and the field {scanner.aperture_mm:.0f} mm: "
            "make it smaller or choose a wider probe.",
        )
    if anatomy.front_mm + nodule.height_mm + 3 > scanner.depth_mm:
        raise BadInput(
            "too_deep",
            f"The nodule would end at {anatomy.front_mm + nodule.height_mm + 2:.0f} mm and the field at "
            f"{scanner.depth_mm:.0f} mm: make it smaller or set the scanner deeper.",
        )
