"""What the networks say of a region of an image, whoever the patient is."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.classifiers import store
from sera_core.classifiers.cnn import Answer, Classifier
from sera_core.classifiers.familiarity import Features, look
from sera_core.contracts import (
    BadInput,
    Box,
    CamMethod,
    Familiarity,
    Grey,
    GreyImage,
    Heatmap,
    ModelOpinion,
    Notice,
    Outline,
    Reading,
    Verdict,
    is_positive,
)
from sera_core.diagnosis.choice import NO_MODEL, cards, most_familiar
from sera_core.diagnosis.notices import doubts, which_pane, whose_frames
from sera_core.diagnosis.region import NO_NODULE, SLIM_REGION, Finder, border, outlined, region_of
from sera_core.diagnosis.request import AUTO, Request
from sera_core.explain.cam import Trace, trace
from sera_core.explain.fidelity import fidelity
from sera_core.explain.merge import VIEWS
from sera_core.explain.perturb import Predict
from sera_core.explain.why import Asked, explain
from sera_core.images.checks import check_box
from sera_core.images.views import view_crops
from sera_core.outline import without_callipers
from sera_core.signs.shaken import by_hands

if TYPE_CHECKING:
    from torch import Tensor


NO_BORDER = "no_border"
NOBODY_TO_BLAME = frozenset({NO_NODULE, SLIM_REGION, NO_BORDER, NO_MODEL})  # a reader can describe such an image
UNKNOWN = Familiarity(distance=1.0, percentile=0.0, limit=0.0)  # beyond the limit, whatever that is


def read(image: GreyImage, request: Request, find: Finder = outlined) -> Reading:
    """What the asked model makes of the region; no other model runs, and the heatmap's fidelity is not known yet.

    A region too far from what the model was trained on has a reading too, which holds no answer and no heatmap.

    Parameters
    ----------
    image : GreyImage
    request : Request
    find : callable
        :func:`outlined`, or the same remembered, for whoever shows the outline before it is read.

    Raises
    ------
    BadInput
        When the region is impossible, or there is no such model or none at all.
    """
    cards()
    if request.model != AUTO:
        store.load(request.model)  # no model and an unknown name are refused before anything is computed
    outline = find(image, request.box, request.pane)
    box = region_of(image, request.box, outline)
    pixels = without_callipers(image.pixels)
    seen = look(pixels, box)
    classifier = store.load(most_familiar(image, seen) if request.model == AUTO else request.model)
    card, familiarity = classifier.card, classifier.familiarity(seen)[0]
    asked = replace(request, method=None) if familiarity.refused else request
    answer, heatmap = _answer(classifier, pixels, box, outline, asked)
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
        + which_pane(image, request)
        + whose_frames(image, card)
        + doubts(card, familiarity, None if request.box else outline),
        outline=outline,
    )


def unread(image: GreyImage, request: Request, why: BadInput) -> Reading:
    """The reading of an image that no model could be asked about: no model, no outline, no map, and no number told.

    Whoever looks at the image can still describe the nodule, and is advised.

    Parameters
    ----------
    image : GreyImage
    request : Request
        What was asked for; without a box the region is the whole frame.
    why : BadInput
        What :func:`read` raised; it becomes the only warning.
    """
    height, width = image.shape
    return Reading(
        box=request.box.clipped(*image.shape) if request.box else Box(0, 0, width, height),
        model="",
        model_title="",
        model_sha256="",
        domain="simulated" if image.simulated else "real",
        trained_on="",
        positive="",
        probability=0.5,  # the balanced prior: nothing is known
        low=0.0,
        high=1.0,
        cutoff=0.5,
        cutoff_low=0.0,
        cutoff_high=1.0,
        verdict=Verdict.INDETERMINATE,
        familiarity=UNKNOWN,
        warnings=(Notice(why.code, why.message),),
    )


def with_fidelity(reading: Reading) -> Reading:
    """The reading with its heatmap's fidelity: many predictions, so whoever shows the map shows it first."""
    heatmap = reading.heatmap
    if heatmap is None:
        return reading
    predict = _of_shown_class(store.load(reading.model), reading.probability)
    return replace(reading, heatmap=replace(heatmap, fidelity=fidelity(predict, heatmap.crop, heatmap.values)))


def opinions(image: GreyImage, box: Box, outline: Outline | None) -> tuple[ModelOpinion, ...]:
    """What every installed model says of a region, default models first; without a border those that measure do not."""
    pixels = without_callipers(image.pixels)
    seen = look(pixels, box)
    asked = [card for card in cards() if border(outline) is not None or not card.reads_signs]
    return tuple(_opinion(store.load(card.id), pixels, box, outline, seen) for card in asked)


def _answer(
    classifier: Classifier, pixels: Grey, box: Box, outline: Outline | None, request: Request
) -> tuple[Answer, Heatmap | None]:
    """The answer, and the heatmap of the class shown, from one pass; without gradients an occlusion map.

    Of a model that measures too, the map tells its network's part; one that only measures has no map.
    """
    seen = view_crops(pixels, box, classifier.card.preparation)
    activations = classifier.activations(np.stack([crop.pixels for crop in seen]))
    traced = None
    if request.method not in (None, CamMethod.OCCLUSION) and classifier.card.kind in ("cnn", "joined"):
        traced = trace(activations[list(VIEWS)], classifier.head())
    features = _features(classifier, activations, traced)
    answer = classifier.answer(features, len(seen), _signs(classifier, pixels, outline))
    if request.method is None or classifier.card.kind == "signs":
        return answer, None
    probability = float(answer.probability[0])
    predict = _of_shown_class(classifier, probability)
    if traced is None:
        return answer, explain(CamMethod.OCCLUSION, seen[0], predict)
    asked = Asked(tuple(seen[view] for view in VIEWS), traced, int(_malignant(classifier, probability)))
    return answer, explain(request.method, seen[0], predict, asked)


def _features(classifier: Classifier, activations: Tensor, traced: Trace | None) -> NDArray[np.float32]:
    """Pooled features of all views ``[V, F]``; those of the views of a map are known from its trace."""
    if traced is None:
        return classifier.features(activations)
    others = [view for view in range(len(activations)) if view not in VIEWS]
    features = np.empty((len(activations), traced.features.shape[1]), np.float32)
    features[list(VIEWS)], features[others] = traced.features, classifier.features(activations[others])
    return features


def _malignant(classifier: Classifier, probability: float) -> bool:
    """Whether the class shown is that of malignant nodules."""
    return bool(is_positive(probability, classifier.card.cutoff.value))


def _of_shown_class(classifier: Classifier, probability: float) -> Predict:
    """The chance of the class shown for other crops."""
    malignant = _malignant(classifier, probability)

    def predict(crops: Grey) -> np.ndarray:
        found = classifier.predict(crops)
        return found if malignant else 1 - found

    return predict


def _signs(classifier: Classifier, pixels: Grey, outline: Outline | None) -> NDArray[np.float32] | None:
    """What the model reads of the outline; None for one that reads none."""
    if not classifier.card.reads_signs:
        return None
    mask = border(outline)
    if mask is None:
        raise BadInput(
            NO_BORDER,
            f"{classifier.card.title} measures the nodule, but no border was found in this region: move the box, or "
            "choose another model.",
        )
    return by_hands(pixels, mask)


def _opinion(classifier: Classifier, pixels: Grey, box: Box, outline: Outline | None, seen: Features) -> ModelOpinion:
    card = classifier.card
    answer, _ = _answer(classifier, pixels, box, outline, Request(method=None))
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
