"""One nodule, from a checked image to a frozen :class:`~sera_core.contracts.Diagnosis`, in two halves.

:func:`read` asks the networks about a region of an image, whoever the patient is; :func:`advise` is arithmetic about
the patient. Page, command line and report draw nothing from any other place.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np

from sera_core.classifiers import store
from sera_core.classifiers.card import Card
from sera_core.classifiers.cnn import Answer, Classifier
from sera_core.classifiers.familiarity import Features, look
from sera_core.contracts import (
    SIMULATED,
    BadInput,
    Box,
    CamMethod,
    Diagnosis,
    Familiarity,
    Grey,
    GreyImage,
    Heatmap,
    Measured,
    ModelOpinion,
    Notice,
    Outline,
    Patient,
    Reading,
    Verdict,
    is_positive,
)
from sera_core.explain.cam import Trace, trace
from sera_core.explain.why import Asked, explain
from sera_core.guidelines import (
    advise_from_probability,
    assess,
    check_pretest,
    prevalence_adjusted,
    undescribed,
    validate,
)
from sera_core.images.checks import check_box
from sera_core.images.prepare import prepare
from sera_core.images.views import views
from sera_core.outline import Hint, panes, propose, within, without_callipers
from sera_core.outline.card import NO_OUTLINE
from sera_core.signs.describe import measured
from sera_core.sizes import check_size
from sera_core.wording import percent

AUTO = "auto"
MALIGNANT = "malignant"  # how the target of a model begins whose labels are pathology
NO_MODEL = "No valid model is installed: copy one into the folder models/ or train one."
NO_NODULE = "no_nodule"
SMALLEST_PX = 12  # a region thinner than this shows no nodule


@dataclass(frozen=True)
class Request:
    """What the networks are asked about one image.

    Attributes
    ----------
    box : Box or None
        Region of interest; None takes the proposed one.
    model : str
        Id of an installed model, or ``"auto"``: of the models that answer for their kind of image, the one
        most familiar with this image.
    method : CamMethod or None
        Heatmap method; None makes no heatmap.
    steady : bool
        Whether the heatmap is the mean over ten views, at ten times its price.
    pane : Box or None
        Where to look for the nodule on a frame with several panes; None: wherever it is most confidently found.
    """

    box: Box | None = None
    model: str = AUTO
    method: CamMethod | None = CamMethod.HIRESCAM
    steady: bool = False
    pane: Box | None = None


def diagnose(
    image: GreyImage, request: Request | None = None, patient: Patient | None = None, ask_all: bool = False
) -> Diagnosis:
    """Diagnose one nodule on one frame: read it, and advise.

    Parameters
    ----------
    image : GreyImage
    request : Request, optional
    patient : Patient, optional
    ask_all : bool
        Whether every other installed model is asked for its opinion too.

    Returns
    -------
    Diagnosis

    Raises
    ------
    BadInput
        As :func:`read` and :func:`advise`; what is wrong with the patient is told before any network runs.
    """
    patient = _checked(patient or Patient())
    reading = read(image, request or Request())
    others = opinions(image, reading.box) if ask_all else ()
    return advise(image, reading, patient, others, measured(image, reading.outline))


# ---- the networks --------------------------------------------------------------------------------------------------


def outlined(image: GreyImage, hint: Hint = None, pane: Box | None = None) -> Outline | None:
    """The nodule, proposed or where it was pointed at; a box of the user's own needs no outline network.

    Such a box stays as it is: the outline is drawn inside it.

    Parameters
    ----------
    image : GreyImage
    hint : Box or (x, y), optional
    pane : Box, optional
        Of several panes the one that is meant, when there is no hint.

    Returns
    -------
    Outline or None
        None where no nodule was found, and for a box where the network cannot be loaded.

    Raises
    ------
    BadInput
        As :func:`~sera_core.outline.propose`.
    """
    try:
        found = propose(image, hint, pane)
        return within(found, hint.clipped(*image.shape)) if found and isinstance(hint, Box) else found
    except BadInput as error:
        if error.code != NO_OUTLINE or not isinstance(hint, Box):
            raise
        return None


Finder = Callable[[GreyImage, Hint, Box | None], Outline | None]


def read(image: GreyImage, request: Request, find: Finder = outlined) -> Reading:
    """What the asked model makes of the region; no other model runs.

    Parameters
    ----------
    image : GreyImage
    request : Request
    find : callable
        :func:`outlined`, or the same remembered, for whoever shows the outline before it is read.

    Raises
    ------
    BadInput
        When the region is impossible, there is no such model or none at all, or the image is too far from what the
        model was trained on.
    """
    _cards()
    if request.model != AUTO:
        store.load(request.model)  # no model and an unknown name are refused before anything is computed
    outline = find(image, request.box, request.pane)
    box = _region(image, request.box, outline)
    pixels = without_callipers(image.pixels)
    seen = look(pixels, box)
    classifier = store.load(_most_familiar(image, seen) if request.model == AUTO else request.model)
    card, familiarity = classifier.card, classifier.familiarity(seen)[0]
    if familiarity.refused:
        raise BadInput("unfamiliar", _unfamiliar_sentence(card.title, familiarity, request.model))
    answer, heatmap = _answer(classifier, pixels, box, request)
    probability = float(answer.probability[0])
    return Reading(
        box=box,
        model=card.id,
        model_title=card.title,
        model_sha256=card.files[store.weights_of(card)],
        domain=card.domain,
        trained_on=card.trained_on,
        positive=card.positive,
        probability=probability,
        low=float(answer.low[0]),
        high=float(answer.high[0]),
        cutoff=card.cutoff.value,
        cutoff_low=card.cutoff.low,
        cutoff_high=card.cutoff.high,
        verdict=_verdict(classifier, probability, familiarity),
        familiarity=familiarity,
        heatmap=heatmap,
        warnings=check_box(image, box)
        + _which_pane(image, request)
        + _doubts(card, familiarity, None if request.box else outline),
        outline=outline,
    )


def opinions(image: GreyImage, box: Box) -> tuple[ModelOpinion, ...]:
    """What every installed model says of a region, default models first."""
    pixels = without_callipers(image.pixels)
    seen = look(pixels, box)
    return tuple(_opinion(store.load(card.id), pixels, box, seen) for card in _cards())


def who_answers(image: GreyImage, box: Box) -> str:
    """Id of the model that :func:`read` chooses for this region, found without asking any network for an answer.

    Raises
    ------
    BadInput
        When no model is installed.
    """
    candidates = _candidates(image)
    if len(candidates) == 1:
        return candidates[0].id
    return _most_familiar(image, look(without_callipers(image.pixels), box))


def warm() -> None:
    """Load what a first reading needs: the libraries, the models that answer by default, and familiarity's own body."""
    grey = GreyImage(np.full((64, 64), 0.5, np.float32))
    for card in _candidates(grey):
        store.load(card.id)
    look(grey.pixels, Box(0, 0, 64, 64))


def _region(image: GreyImage, asked: Box | None, outline: Outline | None) -> Box:
    if asked is None and outline is None:
        raise BadInput(
            NO_NODULE, "The frame shows no nodule that the network finds: draw a box, or choose another frame."
        )
    box = asked.clipped(*image.shape) if asked else outline.box  # type: ignore[union-attr]
    if min(box.width, box.height) < SMALLEST_PX:
        raise BadInput(
            "slim_region",
            f"The region is {box.width} x {box.height} pixels, too thin to show a nodule: "
            f"make each side at least {SMALLEST_PX} pixels.",
        )
    return box


def _most_familiar(image: GreyImage, seen: Features) -> str:
    """The nearest of the models that know such an image; where none does, one of real frames and not of simulated ones.

    An image that nobody knows is far more likely another clinic's than the simulator's.
    """
    known = [(card, store.load(card.id).familiarity(seen)[0]) for card in _candidates(image)]
    near = [one for one in known if not one[1].fringe]
    real = [one for one in known if one[0].domain != SIMULATED]
    return min(near or real or known, key=lambda one: one[1].distance)[0].id  # one feature space, so they compare


def _candidates(image: GreyImage) -> list[Card]:
    """The models that may answer when none is named."""
    cards = _cards()
    candidates = [card for card in cards if card.default] or cards
    if image.simulated:  # no need to guess the kind of a frame that the simulator made
        candidates = [card for card in candidates if card.domain == SIMULATED] or candidates
    return candidates


def _cards() -> list[Card]:
    cards = [status.card for status in store.installed() if status.valid and status.card is not None]
    if not cards:
        raise BadInput("no_model", NO_MODEL)
    return cards


def _answer(classifier: Classifier, pixels: Grey, box: Box, request: Request) -> tuple[Answer, Heatmap | None]:
    """The answer, and the heatmap of the class shown, from one pass; without gradients an occlusion map."""
    seen = views(pixels, box, classifier.card.preparation)
    activations = classifier.activations(seen)
    answer = classifier.answer(activations, len(seen))
    if request.method is None:
        return answer, None
    crop = prepare(pixels, box, classifier.card.preparation)
    malignant = bool(is_positive(answer.probability[0], classifier.card.cutoff.value))

    def predict(crops: Grey) -> np.ndarray:
        probability = classifier.predict(crops)
        return probability if malignant else 1 - probability

    if classifier.card.kind != "cnn":
        return answer, explain(CamMethod.OCCLUSION, crop.pixels, crop.box, predict)
    traced = trace(activations[:1], classifier.head())  # the first view is the region itself
    asked = Asked(partial(_trace, classifier), traced, int(malignant), request.steady)
    return answer, explain(request.method, crop.pixels, crop.box, predict, asked)


def _trace(classifier: Classifier, crop: Grey) -> Trace:
    return trace(classifier.activations(crop[None]), classifier.head())


def _opinion(classifier: Classifier, pixels: Grey, box: Box, seen: Features) -> ModelOpinion:
    card = classifier.card
    answer, _ = _answer(classifier, pixels, box, Request(method=None))
    probability, familiarity = float(answer.probability[0]), classifier.familiarity(seen)[0]
    return ModelOpinion(
        model=card.id,
        title=card.title,
        domain=card.domain,
        positive=card.positive,
        probability=probability,
        cutoff=card.cutoff.value,
        verdict=_verdict(classifier, probability, familiarity),
        familiarity=familiarity,
    )


def _verdict(classifier: Classifier, probability: float, familiarity: Familiarity) -> Verdict:
    """The model's, but none where the image lies at the fringe of what it was trained on."""
    return Verdict.INDETERMINATE if familiarity.fringe else classifier.verdict(probability)


def _which_pane(image: GreyImage, request: Request) -> tuple[Notice, ...]:
    """A question where a nodule was looked for in several panes."""
    if request.box or request.pane or (number := len(panes(image))) == 1:
        return ()
    said = f"The frame shows {number} pictures; the nodule was taken from the one where it is found most surely"
    return (Notice("several_panes", f"{said}: say which one is meant."),)


def _doubts(card: Card, familiarity: Familiarity, proposed: Outline | None) -> tuple[Notice, ...]:
    notices = []
    if proposed is not None:
        by = "from the callipers on the frame" if proposed.source == "callipers" else "by the program"
        notices.append(
            Notice(
                "box_proposed",
                f"The region was proposed {by} with a confidence of {percent(proposed.confidence)}: "
                "check that it holds the nodule.",
            )
        )
    if not card.positive.startswith(MALIGNANT):
        notices.append(
            Notice(
                "not_pathology",
                f"The probability is that of being {card.positive}, not of cancer; the guidelines' "
                "limits are risks of cancer, so no category is drawn from it.",
            )
        )
    if familiarity.fringe:
        notices.append(
            Notice(
                "rarely_seen",
                f"Of 100 training images only {familiarity.percentile:.0f} lie as far from the others as this one: the "
                "model's number is shown, but neither a verdict nor a category is drawn from it.",
            )
        )
    return tuple(notices)


def _unfamiliar_sentence(title: str, familiarity: Familiarity, model: str) -> str:
    whom = f"any installed model knows (nearest: {title}, " if model == AUTO else f"{title} knows ("
    return (
        f"This region looks unlike anything {whom}distance {familiarity.distance:.2f}, limit {familiarity.limit:.2f}). "
        "That says nothing against the image: if it is an ultrasound frame with the region on the nodule, describe the "
        "nodule yourself; advice and report need no model."
    )


# ---- the patient ---------------------------------------------------------------------------------------------------


def advise(
    image: GreyImage,
    reading: Reading,
    patient: Patient,
    opinions: tuple[ModelOpinion, ...] = (),
    measured: Measured | None = None,
) -> Diagnosis:
    """What follows for this patient from what a network read and what was measured; pure arithmetic.

    The category comes from the reader's words, and from those proposed where he leaves a row open; only where rows stay
    open, from a probability of cancer.

    Parameters
    ----------
    image : GreyImage
        The one that was read; its scale may be the reader's own.
    reading : Reading
    patient : Patient
    opinions : tuple of ModelOpinion
        Of :func:`opinions`, where they were asked.
    measured : Measured, optional
        Of :func:`~sera_core.signs.describe.measured`, on the reading's outline.

    Raises
    ------
    BadInput
        When the size, the pre-test risk or the description is impossible.
    """
    patient = _checked(patient)
    at_pretest = prevalence_adjusted(reading.probability, patient.pretest)
    made = Diagnosis(
        image, reading, patient, at_pretest, undescribed(patient.guideline, None), None, opinions, measured
    )
    seen, size_mm = made.description.descriptors, made.size_mm
    of_cancer = reading.positive.startswith(MALIGNANT)
    carries = of_cancer and not reading.familiarity.fringe
    by_model = advise_from_probability(patient.guideline, at_pretest, size_mm) if carries else None
    described = assess(patient.guideline, seen, size_mm) if seen else None
    advice = described or by_model or undescribed(patient.guideline, size_mm)
    return replace(made, advice=advice, model_advice=by_model)


def _checked(patient: Patient) -> Patient:
    """The patient with the size as it decides and is shown; what cannot be is refused."""
    check_pretest(patient.pretest)
    validate(patient.seen)
    return replace(patient, size_mm=check_size(patient.size_mm))
