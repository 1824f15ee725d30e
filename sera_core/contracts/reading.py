"""What networks say of one region of an image."""

from __future__ import annotations

from dataclasses import dataclass

from sera_core.contracts.heatmap import Heatmap
from sera_core.contracts.image import Domain
from sera_core.contracts.notice import Notice
from sera_core.contracts.outline import Outline
from sera_core.contracts.place import Box
from sera_core.contracts.verdict import Verdict, is_positive

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

    def verdict_beside(self, domain: Domain) -> Verdict | None:
        """The verdict, to be told beside a model of such frames; None of another kind: it answers another question."""
        return self.verdict if self.domain == domain else None


@dataclass(frozen=True)
class Reading:
    """What a network says of one region of an image: the same whoever the patient is.

    Where no model could be asked (:attr:`asked`) it holds no answer either: the first warning says why.

    Attributes
    ----------
    box : Box
        The region that was read, on the whole image.
    model, model_title, model_sha256 : str
        The model that answered, and the hash of its weights; empty where none was asked.
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
        Beyond its limit the model gives no answer (:attr:`answered`), and its number is shown nowhere.
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

    @property
    def asked(self) -> bool:
        """False where no model read the image: there was no region to ask about, or nobody to ask."""
        return bool(self.model)

    @property
    def answered(self) -> bool:
        """False where the image is too far from what the model was trained on: describe the nodule without it."""
        return not self.familiarity.refused

    @property
    def range_holds_cutoff(self) -> bool:
        """True where views of the region lie on both sides of the cut-off; never where no verdict is drawn."""
        below, above = is_positive((self.low, self.high), self.cutoff)
        return not self.familiarity.fringe and bool(above and not below)
