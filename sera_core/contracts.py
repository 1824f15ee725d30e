"""The words every room shares: frozen dataclasses and enums that travel between rooms.

This module imports nothing of ours, so every other room may import it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

Grey = NDArray[np.float32]  # [H, W], 0 (black) ... 1 (white)

NOT_A_DEVICE = "For research and teaching only. Not a medical device."


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

    @property
    def centre(self) -> tuple[float, float]:
        """Centre (x, y) in pixels."""
        return self.x + self.width / 2, self.y + self.height / 2

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


Role = Literal["internal", "external"]
Domain = Literal["real", "simulated"]
Scale = tuple[float, float]  # millimetres per pixel: (row, column)


@dataclass(frozen=True)
class ScaledRegion:
    """A rectangle of the frame with its own scale (a DICOM ultrasound region)."""

    box: Box
    mm_per_px: Scale


@dataclass(frozen=True)
class GreyImage:
    """One checked grey frame with its scale.

    Attributes
    ----------
    pixels : float32 [H, W]
        Grey levels, 0 ... 1.
    mm_per_px : (row, column) or None
        Millimetres per pixel of the whole frame. None means unknown or different from region to region.
    regions : tuple of ScaledRegion
        Parts of the frame with a scale of their own; see :meth:`scale_at`.
    source : str
        What the frame was read from (a kind such as ``"PNG"`` or ``"DICOM"``; never a name of a person).
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

    def scale_at(self, box: Box) -> Scale | None:
        """Millimetres per pixel (row, column) inside ``box``; None means never show millimetres."""
        for region in self.regions:
            if region.box.contains(box):
                return region.mm_per_px
        return self.mm_per_px


OutlineSource = Literal["network", "callipers", "box", "click", "reader"]


@dataclass(frozen=True, eq=False)
class Outline:
    """Where the nodule is on a frame.

    Attributes
    ----------
    mask : bool [H, W]
        Of the whole frame; one connected part, at least one pixel.
    box : Box
        Bounding box of the mask; the user's own box where the outline was drawn inside one.
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
        from skimage.measure import approximate_polygon, find_contours

        borders = find_contours(np.pad(self.mask, 1).astype(np.float32), 0.5)
        longest = approximate_polygon(max(borders, key=len), 0.5) - 0.5  # corners of pixels, not their centres
        return tuple((float(x), float(y)) for y, x in longest)


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
        return self.distance > self.limit


@dataclass(frozen=True)
class Fidelity:
    """Whether the heatmap points at what the model used.

    Attributes
    ----------
    hot_fall : float
        Fall of the shown class's probability when the hottest fifth of the region is blurred.
    random_falls : tuple of float
        The same for random, connected fifths of the region.
    """

    hot_fall: float
    random_falls: tuple[float, ...]

    @property
    def random_mean(self) -> float:
        """Mean fall over the random fifths."""
        return float(np.mean(self.random_falls))

    @property
    def gain(self) -> float:
        """``hot_fall`` minus the mean random fall: above 0 the heatmap beats chance."""
        return self.hot_fall - self.random_mean

    @property
    def trusted(self) -> bool:
        """True when the hot fifth matters more than at least 95 % of the random fifths, and at all."""
        return self.hot_fall > 0 and float(np.mean(np.asarray(self.random_falls) < self.hot_fall)) >= 0.95


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
    """

    method: CamMethod
    values: Grey
    crop: Grey
    crop_box: Box
    fidelity: Fidelity | None = None


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
class Diagnosis:
    """One nodule, from bytes to advice. Page, command line, report and case log all take it.

    Attributes
    ----------
    image : GreyImage
    box : Box
        The region that was diagnosed, on the whole image.
    size_mm : float or None
        Largest dimension of the nodule.
    model, model_title, model_sha256 : str
        The model that answered, and the hash of its weights.
    trained_on : str
        One sentence: what it was trained on and what its labels are.
    positive : str
        What the probability is the probability of, as a predicate ("read as suspicious", "malignant").
    probability : float
        Calibrated probability at a balanced prior (0.5).
    pretest, probability_at_pretest : float
        Assumed prevalence, and the probability carried to it by Bayes' rule.
    cutoff, cutoff_low, cutoff_high : float
        Frozen operating point and its 95 % bounds, on ``probability``.
    verdict : Verdict
    familiarity : Familiarity
    heatmap : Heatmap or None
    advice : Advice
        Of the chosen guideline, from the probability.
    reader_advice : Advice or None
        Of the same guideline, from the reader's own descriptors.
    opinions : tuple of ModelOpinion
        Every installed model's answer, the chosen one included.
    warnings : tuple of Notice
    """

    image: GreyImage
    box: Box
    size_mm: float | None
    model: str
    model_title: str
    model_sha256: str
    trained_on: str
    positive: str
    probability: float
    pretest: float
    probability_at_pretest: float
    cutoff: float
    cutoff_low: float
    cutoff_high: float
    verdict: Verdict
    familiarity: Familiarity
    heatmap: Heatmap | None
    advice: Advice
    reader_advice: Advice | None = None
    descriptors: Descriptors | None = None
    opinions: tuple[ModelOpinion, ...] = ()
    warnings: tuple[Notice, ...] = ()
