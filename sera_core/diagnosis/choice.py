"""Which installed model answers when none is named."""

from __future__ import annotations

import numpy as np

from sera_core.classifiers import store
from sera_core.classifiers.card import Card
from sera_core.classifiers.familiarity import Features, look
from sera_core.contracts import SIMULATED, BadInput, Box, GreyImage
from sera_core.outline import without_callipers

NO_MODEL = "no_model"
NO_MODEL_SAID = "No valid model is installed: copy one into the folder models/ or train one."


def who_answers(image: GreyImage, box: Box) -> str:
    """Id of the model that :func:`read` chooses for this region, found without asking any network for an answer.

    Raises
    ------
    BadInput
        When no model is installed.
    """
    those = candidates(image)
    if len(those) == 1:
        return those[0].id
    return most_familiar(image, look(without_callipers(image.pixels), box))


def warm() -> None:
    """Load what a first reading needs: the libraries, the models that answer by default, and familiarity's own body."""
    for card in cards():
        if card.default:
            store.load(card.id)
    look(np.full((64, 64), 0.5, np.float32), Box(0, 0, 64, 64))


def most_familiar(image: GreyImage, seen: Features) -> str:
    """The nearest of the models that may answer: their distances compare, in one feature space."""
    near = {card.id: store.load(card.id).familiarity(seen)[0].distance for card in candidates(image)}
    return min(near, key=near.__getitem__)


def candidates(image: GreyImage) -> list[Card]:
    """The models that may answer when none is named: defaults of the image's kind of frames, if there are such.

    What the simulator made says so; its look is no ground for a guess: some frames of clinics lie nearest to the
    simulator's.
    """
    every = cards()
    of_kind = [card for card in every if (card.domain == SIMULATED) == image.simulated] or every
    return [card for card in of_kind if card.default] or of_kind


def cards() -> list[Card]:
    """Of every valid installed model; refused where there is none."""
    found = [status.card for status in store.installed() if status.valid and status.card is not None]
    if not found:
        raise BadInput(NO_MODEL, NO_MODEL_SAID)
    return found
