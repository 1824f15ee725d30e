"""One nodule, from a checked image to a frozen :class:`~sera_core.contracts.Diagnosis`.

Page, command line and report all ask this one function and draw nothing from any other place.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from sera_core.classifiers import store
from sera_core.classifiers.card import Card
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import Features, look
from sera_core.contracts import (
    BadInput,
    Box,
    CamMethod,
    Descriptors,
    Diagnosis,
    Familiarity,
    Grey,
    GreyImage,
    Guideline,
    Heatmap,
    ModelOpinion,
    Notice,
    Verdict,
    is_positive,
)
from sera_core.explain.why import explain
from sera_core.guidelines import advise_from_probability, assess, prevalence_adjusted
from sera_core.images.checks import check_box
from sera_core.images.prepare import Crop, prepare
from sera_core.images.roi import propose_box
from sera_core.sizes import check_size

if TYPE_CHECKING:
    from torch import Tensor

AUTO = "auto"
SIMULATED = "simulated"
NO_MODEL = "No valid model is installed: copy one into the folder models/ or train one."
SMALLEST_PX = 12  # a region thinner than this shows no nodule


@dataclass(frozen=True)
class Request:
    """What is asked about one image.

    Attributes
    ----------
    box : Box or None
        Region of interest; None takes the proposed one.
    size_mm : float or None
        Largest dimension of the nodule; None means unknown.
    model : str
        Id of an installed model, or ``"auto"``: of the models that answer for their kind of image, the one
        most familiar with this image.
    guideline : Guideline
    pretest : float
        Share of malignant nodules expected where the patient comes from.
    method : CamMethod or None
        Heatmap method; None makes no heatmap.
    descriptors : Descriptors or None
        What the reader saw.
    """

    box: Box | None = None
    size_mm: float | None = None
    model: str = AUTO
    guideline: Guideline = Guideline.KTIRADS2021
    pretest: float = 0.2
    method: CamMethod | None = CamMethod.GRADCAM
    descriptors: Descriptors | None = None


@dataclass(frozen=True, eq=False)
class _Answer:
    classifier: Classifier
    crop: Crop
    activations: Tensor
    probability: float
    familiarity: Familiarity


def diagnose(image: GreyImage, request: Request | None = None) -> Diagnosis:
    """Diagnose one nodule on one frame.

    Parameters
    ----------
    image : GreyImage
    request : Request, optional

    Returns
    -------
    Diagnosis

    Raises
    ------
    BadInput
        When the region, size or pre-test risk is impossible, there is no such model or none at all, or the image
        is too far from what the model was trained on. What is wrong with the request is told before any network runs.
    """
    request = request or Request()
    _next(0.5, request)  # any probability: refuses an impossible size, risk or description
    if request.model != AUTO:
        store.load(request.model)
    box = request.box.clipped(*image.shape) if request.box else propose_box(image)
    if min(box.width, box.height) < SMALLEST_PX:
        raise BadInput(
            "slim_region",
            f"The region is {box.width} x {box.height} pixels, too thin to show a nodule: "
            f"make each side at least {SMALLEST_PX} pixels.",
        )
    seen = look(image.pixels, box)
    answers = [_answer(image.pixels, box, seen, status.id) for status in store.installed() if status.valid]
    chosen = _choose(answers, request.model, image.source)
    if chosen.familiarity.refused:
        raise BadInput("unfamiliar", _unfamiliar_sentence(chosen, request.model))
    card, probability = chosen.classifier.card, chosen.probability
    return Diagnosis(
        image=image,
        box=box,
        model=card.id,
        model_title=card.title,
        model_sha256=card.files[store.WEIGHTS],
        trained_on=card.trained_on,
        positive=card.positive,
        probability=probability,
        cutoff=card.cutoff.value,
        cutoff_low=card.cutoff.low,
        cutoff_high=card.cutoff.high,
        verdict=chosen.classifier.verdict(probability),
        familiarity=chosen.familiarity,
        heatmap=_heatmap(chosen, box, request.method) if request.method else None,
        opinions=tuple(_opinion(answer) for answer in answers),
        warnings=image.warnings + check_box(image, box) + _doubts(chosen, request.box is None),
        **_next(probability, request),
    )


def reconsider(diagnosis: Diagnosis, request: Request) -> Diagnosis:
    """The same answer for another size, guideline, pre-test risk or description; no network is asked again.

    Parameters
    ----------
    diagnosis : Diagnosis
    request : Request
        Its region, model and method are not looked at.

    Raises
    ------
    BadInput
        When the size, the pre-test risk or the description is impossible.
    """
    return replace(diagnosis, **_next(diagnosis.probability, request))


def _next(probability: float, request: Request) -> dict[str, Any]:
    """The fields of a diagnosis that follow from its probability and the patient."""
    at_pretest = prevalence_adjusted(probability, request.pretest)
    seen, size_mm = request.descriptors, check_size(request.size_mm)
    return {
        "size_mm": size_mm,
        "pretest": request.pretest,
        "probability_at_pretest": at_pretest,
        "advice": advise_from_probability(request.guideline, at_pretest, size_mm),
        "reader_advice": assess(request.guideline, seen, size_mm) if seen else None,
        "descriptors": seen,
    }


def who_answers(image: GreyImage, box: Box) -> str:
    """Id of the model that :func:`diagnose` chooses for this region, found without asking any network for an answer.

    Raises
    ------
    BadInput
        When no model is installed.
    """
    cards = [status.card for status in store.installed() if status.valid and status.card is not None]
    if not cards:
        raise BadInput("no_model", NO_MODEL)
    candidates = _candidates(cards, image.source)
    if len(candidates) == 1:
        return candidates[0].id
    seen = look(image.pixels, box)
    return min(candidates, key=lambda card: store.load(card.id).familiarity(seen)[0].distance).id


def _candidates(cards: list[Card], source: str) -> list[Card]:
    """The models that may answer when none is named."""
    candidates = [card for card in cards if card.default] or cards
    if source == SIMULATED:  # no need to guess the kind of a frame that the simulator made
        candidates = [card for card in candidates if card.domain == SIMULATED] or candidates
    return candidates


def _answer(pixels: Grey, box: Box, seen: Features, model: str) -> _Answer:
    classifier = store.load(model)
    crop = prepare(pixels, box, classifier.card.preparation)
    activations = classifier.activations(crop.pixels[None])
    probability = float(classifier.probabilities(activations)[0])
    return _Answer(classifier, crop, activations, probability, classifier.familiarity(seen)[0])


def _choose(answers: list[_Answer], model: str, source: str) -> _Answer:
    if not answers:
        raise BadInput("no_model", NO_MODEL)
    if model != AUTO:
        for answer in answers:
            if answer.classifier.card.id == model:
                return answer
        raise BadInput("model_changed", f"The files of {model} were changed after it was loaded: start again.")
    allowed = _candidates([answer.classifier.card for answer in answers], source)
    candidates = [answer for answer in answers if answer.classifier.card in allowed]
    return min(candidates, key=lambda answer: answer.familiarity.distance)  # one feature space, so they compare


def _heatmap(answer: _Answer, box: Box, method: CamMethod) -> Heatmap:
    """Explain the class that is shown; a model without gradients gets an occlusion map."""
    classifier = answer.classifier
    malignant = bool(is_positive(answer.probability, classifier.card.cutoff.value))

    def predict(crops: Grey) -> np.ndarray:
        probability = classifier.predict(crops)
        return probability if malignant else 1 - probability

    network = None
    if classifier.svm is None:
        network = (answer.activations, classifier.head(), int(malignant))
    else:
        method = CamMethod.OCCLUSION
    return explain(method, answer.crop.pixels, answer.crop.box, box, predict, network)


def _opinion(answer: _Answer) -> ModelOpinion:
    card = answer.classifier.card
    verdict: Verdict = answer.classifier.verdict(answer.probability)
    return ModelOpinion(
        model=card.id,
        title=card.title,
        domain=card.domain,
        positive=card.positive,
        probability=answer.probability,
        cutoff=card.cutoff.value,
        verdict=verdict,
        familiarity=answer.familiarity,
    )


def _doubts(answer: _Answer, proposed: bool) -> tuple[Notice, ...]:
    notices = []
    if proposed:
        notices.append(
            Notice("box_proposed", "The region was proposed by the program: check that it holds the nodule.")
        )
    if not answer.classifier.card.positive.startswith("malignant"):
        notices.append(
            Notice(
                "not_pathology",
                f"The probability is that of being {answer.classifier.card.positive}, not of cancer; the guidelines' "
                "limits are risks of cancer, so the advice drawn from it shows the way and decides nothing.",
            )
        )
    if answer.familiarity.percentile < 5:
        notices.append(
            Notice(
                "rarely_seen",
                f"Only {answer.familiarity.percentile:.0f} % of the training images lie as far from the others as "
                "this one: read the probability with care.",
            )
        )
    return tuple(notices)


def _unfamiliar_sentence(answer: _Answer, model: str) -> str:
    familiarity, title = answer.familiarity, answer.classifier.card.title
    whom = f"every installed model was trained on (nearest: {title}" if model == AUTO else f"{title} was trained on ("
    return (
        f"This image is too far from what {whom}{', ' if model == AUTO else ''}distance {familiarity.distance:.2f}, "
        f"limit {familiarity.limit:.2f}): give a B-mode ultrasound frame with the region on the nodule."
    )
