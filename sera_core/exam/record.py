"""The frozen words of an exam: Exam > Nodule > View."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sera_core.contracts import BadInput, Diagnosis
from sera_core.exam.size import Size


class Plane(StrEnum):
    """How the frame cuts the neck."""

    TRANSVERSE = "transverse"
    LONGITUDINAL = "longitudinal"
    OTHER = "other"


class Side(StrEnum):
    """Which lobe, as the patient's right and left, or the isthmus between them."""

    RIGHT = "right"
    LEFT = "left"
    ISTHMUS = "isthmus"


class Pole(StrEnum):
    """Which third of the lobe."""

    UPPER = "upper"
    MIDDLE = "middle"
    LOWER = "lower"


class Histology(StrEnum):
    """What the surgical specimen showed."""

    BENIGN = "benign"
    BORDERLINE = "borderline"
    MALIGNANT = "malignant"


LONGEST_CODE = 64
BETHESDA = {
    1: "I, non-diagnostic",
    2: "II, benign",
    3: "III, atypia of undetermined significance",
    4: "IV, follicular neoplasm",
    5: "V, suspicious for malignancy",
    6: "VI, malignant",
}


@dataclass(frozen=True)
class Pathology:
    """What became known of a nodule later.

    Attributes
    ----------
    bethesda : int or None
        Category 1 ... 6 of the cytology (Bethesda system).
    histology : Histology or None
        Of the surgical specimen.
    """

    bethesda: int | None = None
    histology: Histology | None = None

    def __post_init__(self) -> None:
        if self.bethesda is not None and self.bethesda not in BETHESDA:
            raise BadInput("bethesda", f"There is no Bethesda category {self.bethesda}: give a number from 1 to 6.")

    @property
    def known(self) -> bool:
        """Whether anything is."""
        return self.bethesda is not None or self.histology is not None

    @property
    def label(self) -> int | None:
        """1 malignant, 0 benign, None where that is not settled.

        Histology decides; a borderline tumour is neither. Without it only Bethesda II and VI count: of the others
        too many turn out otherwise (malignant: II 4 %, III 22 %, IV 30 %, V 74 %, VI 97 %; 2023 Bethesda System as
        tabulated in PMC10600596, table 3).
        """
        if self.histology is not None:
            return {Histology.BENIGN: 0, Histology.MALIGNANT: 1}.get(self.histology)
        return {2: 0, 6: 1}.get(self.bethesda or 0)


UNTYPED, UNKNOWN = Size(), Pathology()


@dataclass(frozen=True, eq=False)
class View:
    """One frame of a nodule and what was made of it; ``plane`` is None where nobody said how it cuts."""

    plane: Plane | None
    diagnosis: Diagnosis

    @property
    def size(self) -> Size:
        """The diameters that the outline shows in this plane."""
        measured = self.diagnosis.measured
        if measured is None or measured.size_mm is None:
            return Size()
        across = {sign.name: sign.value for sign in measured.signs if sign.unit == "mm"}
        width, height = across.get("width"), across.get("height")
        if self.plane is Plane.TRANSVERSE:
            return Size(None, height, width)
        return Size(width, height) if self.plane is Plane.LONGITUDINAL else Size()


@dataclass(frozen=True)
class Prior:
    """The same nodule in an earlier exam.

    Attributes
    ----------
    case : str
        Id of the saved exam.
    nodule : int
        Its number there, from 1.
    day : date
    size : Size
    category : str
        The guideline's category then; empty when there was none.
    """

    case: str
    nodule: int
    day: date
    size: Size
    category: str = ""


@dataclass(frozen=True, eq=False)
class Nodule:
    """A nodule in as many views as were taken.

    Attributes
    ----------
    views : tuple of View
        At least one.
    side, pole : Side, Pole or None
    typed : Size
        Diameters that the reader gives; they go before what the outlines show.
    prior : Prior or None
    pathology : Pathology
    """

    views: tuple[View, ...]
    side: Side | None = None
    pole: Pole | None = None
    typed: Size = UNTYPED
    prior: Prior | None = None
    pathology: Pathology = UNKNOWN

    def __post_init__(self) -> None:
        if not self.views:
            raise BadInput("no_view", "A nodule without a view cannot be kept: add a frame of it.")

    @property
    def size(self) -> Size:
        """The reader's diameters, and where he gave none the largest that the outlines show in that direction."""
        return self.typed.over(Size.largest_of(view.size for view in self.views))

    @property
    def largest_mm(self) -> float | None:
        """What a guideline decides by: the largest dimension over views, the reader's where he gave all three."""
        if self.typed.complete:
            return self.typed.largest_mm
        seen = [view.diagnosis.size_mm for view in self.views]
        return max((one for one in (*self.typed.known, *seen) if one is not None), default=None)


@dataclass(frozen=True, eq=False)
class Exam:
    """What is known of one patient on one day.

    Attributes
    ----------
    nodules : tuple of Nodule
        In the order in which they are numbered, from 1.
    code : str
        The reader's own code for the patient, the same at every visit; never a name.
    day : date or None
        When the frames were taken.
    """

    nodules: tuple[Nodule, ...]
    code: str = ""
    day: date | None = None

    @classmethod
    def of(cls, diagnosis: Diagnosis) -> Exam:
        """One nodule in one view, of which nothing else is known."""
        return cls((Nodule((View(None, diagnosis),)),))

    def __post_init__(self) -> None:
        if len(self.code) > LONGEST_CODE:
            raise BadInput("code", f"The case code has {len(self.code)} letters: give at most {LONGEST_CODE}.")
