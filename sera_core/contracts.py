"""The words every room shares: frozen dataclasses and enums that travel between rooms.

This module imports nothing of ours, so every other room may import it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property
from hashlib import sha256
from itertools import pairwise
from math import hypot, isclose
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

Grey = NDArray[np.float32]  # [H, W], 0 (black) ... 1 (white)

NOT_A_DEVICE = "For research and teaching only. Not a medical device."
READER = "reader_"  # how the name of a table's column begins that holds a reader's scores


class BadInput(ValueError):
    """Something the user gave cannot be used; the message says what, why and how to mend it.

    Parameters
    ----------
    code : str
        A short machine word for the kind of refusal, for example ``"not_an_image"``.
    message : str
        One clear sentence for a person.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message

    def __reduce__(self) -> tuple[type[BadInput], tuple[str, str]]:
        """From one process to another."""
        return type(self), (self.code, self.message)


@dataclass(frozen=True)
class Notice:
    """A warning that travels with a result: it is shown, but nothing is refused."""

    code: str
    message: str


@dataclass(frozen=True)
class Box:
    """A region of interest in pixels of the whole image: left, top, width, height."""

    x: int
    y: int
    width: int
    height: int

    def __post_init__(self) -> None:
        if self.width < 1 or self.height < 1:
            raise BadInput("empty_box", "The region is empty: draw a box at least one pixel wide and high.")

    @classmethod
    def around(cls, mask: NDArray[np.bool_]) -> Box:
        """The smallest box that holds a mask, bool [H, W] with at least one pixel."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
        return cls(int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y) in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

    def overlap(self, other: Box) -> float:
        """Intersection over union of two boxes, 0 ... 1."""
        across = min(self.x + self.width, other.x + other.width) - max(self.x, other.x)
        down = min(self.y + self.height, other.y + other.height) - max(self.y, other.y)
        common = max(across, 0) * max(down, 0)
        return common / (self.width * self.height + other.width * other.height - common)

    def contains(self, other: Box) -> bool:
        """True when ``other`` lies wholly inside this box."""
        return (
            self.x <= other.x
            and self.y <= other.y
            and other.x + other.width <= self.x + self.width
            and other.y + other.height <= self.y + self.height
        )

    def as_list(self) -> list[int]:
        """``[x, y, width, height]``."""
        return [self.x, self.y, self.width, self.height]

    def clipped(self, height: int, width: int) -> Box:
        """The part of this box that lies on an image of the given height and width.

        Raises
        ------
        BadInput
            When no part of the box lies on the image.
        """
        left, top = max(self.x, 0), max(self.y, 0)
        right, bottom = min(self.x + self.width, width), min(self.y + self.height, height)
        if right <= left or bottom <= top:
            raise BadInput(
                "box_outside",
                f"The region {self.as_list()} lies outside the image of {width} x {height} pixels: "
                "give x, y, width and height in image pixels.",
            )
        return Box(left, top, right - left, bottom - top)


@dataclass(frozen=True)
class Line:
    """A straight line on the image, such as a ruler, in pixels: pixel ``i`` reaches from ``i`` to ``i + 1``."""

    x1: float
    y1: float
    x2: float
    y2: float

    @property
    def points(self) -> list[list[float]]:
        """``[[x1, y1], [x2, y2]]``."""
        return [[self.x1, self.y1], [self.x2, self.y2]]

    @property
    def centre(self) -> tuple[float, float]:
        """Its middle (x, y) in pixels."""
        return (self.x1 + self.x2) / 2, (self.y1 + self.y2) / 2

    @property
    def length_px(self) -> float:
        """Length in pixels."""
        return hypot(self.x2 - self.x1, self.y2 - self.y1)

    def length_mm(self, scale: Scale) -> float:
        """Length in millimetres at a scale of (row, column) millimetres per pixel."""
        return hypot((self.x2 - self.x1) * scale[1], (self.y2 - self.y1) * scale[0])


Role = Literal["internal", "external"]
Domain = Literal["real", "simulated"]
Scale = tuple[float, float]  # millimetres per pixel: (row, column)
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


OutlineSource = Literal["network", "callipers", "box", "click", "reader"]


@dataclass(frozen=True, eq=False)
class Outline:
    """Where the nodule is on a frame.

    Attributes
    ----------
    mask : bool [H, W]
        Of the whole frame; one connected part, at least one pixel.
    box : Box
        Bounding box of the mask.
    confidence : float
        0 ... 1: the chance that the outline's bounding box overlaps the nodule's by more than half; 1 for a reader's.
    source : {"network", "callipers", "box", "click", "reader"}
        What it rests on: the frame alone, the callipers on it, a box or a click of the user, or a reader's own outline.
    """

    mask: NDArray[np.bool_]
    box: Box
    confidence: float
    source: OutlineSource

    @property
    def polygon(self) -> tuple[tuple[float, float], ...]:
        """The outer border as corners (x, y) in pixels of the frame, simplified to within half a pixel."""
        from cv2 import approxPolyDP
        from skimage.measure import find_contours

        borders = find_contours(np.pad(self.mask, 1).astype(np.float32), 0.5)
        closed = max(borders, key=len)[:-1].astype(np.float32)  # the last point is the first one again
        corners = approxPolyDP(closed[:, None], 0.5, closed=True)[:, 0] - 0.5  # corners of pixels, not their centres
        return tuple((float(x), float(y)) for y, x in corners)


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


@dataclass(frozen=True)
class Sign:
    """One measured quantity of a nodule.

    Attributes
    ----------
    name, title : str
        For a program and for a person.
    value : float
    unit : str
        ``mm``, ``mm2``, ``px``, ``px2``, ``ratio``, ``share``, ``log ratio``, ``number`` or ``grey``.
    """

    name: str
    title: str
    value: float
    unit: str


Question = Literal["composition", "echogenicity", "shape", "margin", "punctate", "macrocalcification"]


@dataclass(frozen=True)
class Proposal:
    """What the measured signs say to one question.

    Attributes
    ----------
    question : str
    word : str
        The likeliest answer.
    probability : float
        Its chance.
    proposed : bool
        Whether this word is told well enough to be proposed; where not, the reader is asked to look.
    """

    question: Question
    word: str
    probability: float
    proposed: bool


@dataclass(frozen=True)
class Measured:
    """What the program measures on an outlined nodule, and which words it proposes for it.

    Attributes
    ----------
    signs : tuple of Sign
    proposals : tuple of Proposal
        One a question.
    description : Description
        The words that are proposed.
    size_mm : float or None
        Longest diameter, to 0.1 mm; None without a scale, where the edge of the frame cuts the nodule, or beyond what
        a nodule can measure.
    """

    signs: tuple[Sign, ...]
    proposals: tuple[Proposal, ...]
    description: Description
    size_mm: float | None


class Guideline(StrEnum):
    """The guidelines and scores this tool knows."""

    ACR2017 = "acr2017"
    KTIRADS2021 = "ktirads2021"
    KTIRADS2016 = "ktirads2016"
    EU2017 = "eu2017"
    ATA2015 = "ata2015"
    KWAK2011 = "kwak2011"
    KIM2002 = "kim2002"


class Action(StrEnum):
    """What a guideline advises at this size."""

    FNA = "fna"
    FOLLOW_UP = "follow_up"
    NONE = "none"
    UNKNOWN = "unknown"


@dataclass(frozen=True)
class Advice:
    """What one guideline says about one nodule.

    Attributes
    ----------
    guideline : Guideline
    category : str
        As printed in the guideline ("TR5", "K-TIRADS 4", "unclassified").
    points : int or None
        ACR points, or the number of counted features; None where the guideline counts nothing.
    features : tuple of str
        What was counted, in words.
    risk : str
        Malignancy risk of the category as published, for example ``">60%"``; empty when not confirmed.
    action : Action
    rule : str
        The rule that led to the action, as one sentence.
    source : str
        Citation with DOI.
    """

    guideline: Guideline
    category: str
    points: int | None
    features: tuple[str, ...]
    risk: str
    action: Action
    rule: str
    source: str


class Basis(StrEnum):
    """What a piece of advice rests on: the reader's words, the program's, both, a probability of cancer, or nothing."""

    DESCRIPTORS = "descriptors"
    PROPOSED = "proposed"
    CHANGED = "changed"
    PROBABILITY = "probability"
    NOTHING = "nothing"


class Verdict(StrEnum):
    """Which side of the frozen cut-off, or between its confidence bounds."""

    BENIGN = "benign"
    INDETERMINATE = "indeterminate"
    MALIGNANT = "malignant"


def is_positive(score: ArrayLike, cutoff: ArrayLike) -> NDArray[np.bool_]:
    """Whether scores count as positive at a cut-off: those that reach it (score >= cut-off), as on a ROC curve.

    The one definition: counts, curves, net benefit, kappa and verdict all ask it. No score (NaN) is never positive.
    """
    return np.asarray(score) >= np.asarray(cutoff)


class CamMethod(StrEnum):
    """Heatmap methods."""

    GRADCAM = "gradcam"
    GRADCAM_PLUS_PLUS = "gradcam++"
    XGRADCAM = "xgradcam"
    HIRESCAM = "hirescam"
    LAYERCAM = "layercam"
    EIGENCAM = "eigencam"
    OCCLUSION = "occlusion"


FRINGE = 5.0  # percentile of the training images


@dataclass(frozen=True)
class Familiarity:
    """How close an image is to the training images of a model.

    Attributes
    ----------
    distance : float
        Distance in the feature space of the model's body.
    percentile : float
        Share (0 ... 100) of training images that are at least as far from the others:
        100 is a typical training image, 0 is farther away than any of them.
    limit : float
        Largest distance at which the model still answers.
    """

    distance: float
    percentile: float
    limit: float

    @property
    def refused(self) -> bool:
        """True when the image is too far from what the model was trained on."""
        return not self.distance <= self.limit  # also when one of them is not a number

    @property
    def fringe(self) -> bool:
        """True where hardly a training image lies as far from the others: no verdict is drawn from an answer there."""
        return self.refused or not self.percentile >= FRINGE  # also when it is not a number


@dataclass(frozen=True)
class Fidelity:
    """Whether the heatmap points at what the model used.

    Attributes
    ----------
    heats : tuple of float
        Mean heat of random patches of the crop.
    falls : tuple of float
        Fall of the shown class's log-odds when each of them is blurred.
    correlation : float
        Spearman's rank correlation of the two, -1 ... 1; 0 where either is the same everywhere.
    chance : float
        Share (0 ... 1) of the same map's random movements that reach this correlation.
    """

    heats: tuple[float, ...]
    falls: tuple[float, ...]
    correlation: float
    chance: float

    @property
    def trusted(self) -> bool:
        """True when the map, moved at random, reaches this correlation at most once in twenty times."""
        return self.correlation > 0 and self.chance <= 0.05


@dataclass(frozen=True)
class Judged:
    """How often a method's hottest point lay inside the outline on frames of the model's kind.

    Attributes
    ----------
    frames : str
        Which frames they were.
    n : int
    hottest, low, high : float
        Share of the hottest points inside, and its 95 % interval.
    area : float
        Share of the crop that the outline fills: what chance gives.
    sign, blob : float or None
        Heat where punctate foci were put in over that area's share, of the map and of a Gaussian in the middle of the
        crop; None where the model was not asked.
    placebo_low : float or None
        Lower bound of how often the true foci are hotter than redrawn ones; chance is 0.5.
    """

    frames: str
    n: int
    hottest: float
    low: float
    high: float
    area: float
    sign: float | None = None
    blob: float | None = None
    placebo_low: float | None = None

    @property
    def finds_sign(self) -> bool | None:
        """Whether the map is hotter on a sign than one that knows nothing, and knows true foci from redrawn ones."""
        if self.sign is None or self.blob is None or self.placebo_low is None:
            return None
        return self.sign > self.blob and self.placebo_low > 0.5

    @property
    def above_chance(self) -> bool:
        """Whether even the lower bound is more than chance."""
        return self.low > self.area


@dataclass(frozen=True)
class Heatmap:
    """Where the model looked, in the crop that the network saw.

    Attributes
    ----------
    method : CamMethod
    values : float32 [h, w]
        0 ... 1, on the crop.
    crop : float32 [h, w]
        The grey crop.
    crop_box : Box
        Where the crop lies on the whole image (may reach over its edge: those pixels are padding).
    fidelity : Fidelity or None
    steady : bool
        Whether it is the mean over several views.
    """

    method: CamMethod
    values: Grey
    crop: Grey
    crop_box: Box
    fidelity: Fidelity | None = None
    steady: bool = False


@dataclass(frozen=True)
class ModelOpinion:
    """One installed model's answer for the same nodule.

    ``domain`` is the kind of frames it was trained on, ``positive`` what its probability is the probability of.
    """

    model: str
    title: str
    domain: Domain
    positive: str
    probability: float
    cutoff: float
    verdict: Verdict
    familiarity: Familiarity


@dataclass(frozen=True)
class Reading:
    """What a network says of one region of an image: the same whoever the patient is.

    Attributes
    ----------
    box : Box
        The region that was read, on the whole image.
    model, model_title, model_sha256 : str
        The model that answered, and the hash of its weights.
    domain : {"real", "simulated"}
        Kind of frames it was trained on.
    trained_on : str
        One sentence: what it was trained on and what its labels are.
    positive : str
        What the probability is the probability of, as a predicate ("read as suspicious", "malignant").
    probability : float
        Calibrated probability at a balanced prior (0.5), the mean over views of the region.
    low, high : float
        Least and greatest probability of those views.
    cutoff, cutoff_low, cutoff_high : float
        Frozen operating point and its 95 % bounds, on ``probability``.
    verdict : Verdict
        Indeterminate, too, where the image lies at the fringe of what the model knows.
    familiarity : Familiarity
    heatmap : Heatmap or None
    warnings : tuple of Notice
        About the region and this model's answer.
    outline : Outline or None
        The nodule in the region.
    """

    box: Box
    model: str
    model_title: str
    model_sha256: str
    domain: Domain
    trained_on: str
    positive: str
    probability: float
    low: float
    high: float
    cutoff: float
    cutoff_low: float
    cutoff_high: float
    verdict: Verdict
    familiarity: Familiarity
    heatmap: Heatmap | None = None
    warnings: tuple[Notice, ...] = ()
    outline: Outline | None = None


@dataclass(frozen=True)
class Patient:
    """What a person says of the nodule and whose it is, and by which guideline he wants advice.

    Attributes
    ----------
    size_mm : float or None
        Largest dimension of the nodule; None means unknown.
    guideline : Guideline
    pretest : float
        Share of malignant nodules expected where the patient comes from.
    seen : Description
        What the reader saw.
    """

    size_mm: float | None = None
    guideline: Guideline = Guideline.KTIRADS2021
    pretest: float = 0.2
    seen: Description = Description()


@dataclass(frozen=True)
class Diagnosis:
    """One nodule: what a network reads in it, and what follows for this patient. Page, command line and report take it.

    Attributes
    ----------
    image : GreyImage
    reading : Reading
    patient : Patient
    probability_at_pretest : float
        The reading's probability carried to the patient's pre-test risk by Bayes' rule.
    advice : Advice
        Of the chosen guideline, from what ``basis`` says.
    model_advice : Advice or None
        Of the same guideline, from that probability; None where it is not one of cancer.
    opinions : tuple of ModelOpinion
        Every installed model's answer, the chosen one included; empty where the others were not asked.
    measured : Measured or None
        What the program measured on the outline; None where there is none.
    """

    image: GreyImage
    reading: Reading
    patient: Patient
    probability_at_pretest: float
    advice: Advice
    model_advice: Advice | None = None
    opinions: tuple[ModelOpinion, ...] = ()
    measured: Measured | None = None

    @property
    def description(self) -> Description:
        """What the advice is given for: the reader's words, and the program's where he left a row open."""
        return self.patient.seen.over(self.measured.description) if self.measured else self.patient.seen

    @property
    def size_mm(self) -> float | None:
        """The size that decides: the reader's, or else the outline's longest diameter."""
        known = self.patient.size_mm
        return self.measured.size_mm if known is None and self.measured else known

    @property
    def proposed(self) -> tuple[Row, ...]:
        """The rows of the description that the program filled and the reader left alone."""
        return tuple(row for row in self.description.said if row not in self.patient.seen.said)

    @property
    def basis(self) -> Basis:
        """What the advice rests on: descriptors before a probability of cancer, and nothing else carries a category."""
        if self.description.descriptors is None:
            return Basis.PROBABILITY if self.model_advice is not None else Basis.NOTHING
        if not self.proposed:
            return Basis.DESCRIPTORS
        return Basis.CHANGED if self.patient.seen.said else Basis.PROPOSED

    @property
    def warnings(self) -> tuple[Notice, ...]:
        """What was noticed of the image and of the reading."""
        return self.image.warnings + self.reading.warnings
