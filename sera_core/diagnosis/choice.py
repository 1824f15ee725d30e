"""Which installed model answers when none is named."""

from __future__ import annotations

import numpy as np

from sera_core.classifiers import store
from sera_core.classifiers.card import Card
from sera_core.classifiers.familiarity import Features, look
from sera_core.contracts import SIMULATED, BadInput, Box, GreyImage
from sera_core.outline import without_callipers

NO_MODEL = "No valid model is installed: copy one into the folder models/ or train one."


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
    grey = GreyImage(np.full((64, 64), 0.5, np.float32))
    for card in candidates(grey):
        store.load(card.id)
    look(grey.pixels, Box(0, 0, 64, 64))


def most_familiar(image: GreyImage, seen: Features) -> str:
    """The nearest of the models that know such an image; where none does, one of real frames and not of simulated ones.

    An image that nobody knows is far more likely another clinic's than the simulator's.
    """
    known = [(card, store.load(card.id).familiarity(seen)[0]) for card in candidates(image)]
    near = [one for one in known if not one[1].fringe]
    real = [one for one in known if one[0].domain != SIMULATED]
    return min(near or real or known, key=lambda one: one[1].distance)[0].id  # one feature space, so they compare


def candidates(image: GreyImage) -> list[Card]:
    """The models that may answer when none is named."""
    every = cards()
    those = [card for card in every if card.default] or every
    if image.simulated:  # no need to guess the kind of a frame that the simulator made
        those = [card for card in those if card.domain == SIMULATED] or those
    return those


def cards() -> list[Card]:
    """Of every valid installed model; refused where there is none."""
    found = [status.card for status in store.installed() if status.valid and status.card is not None]
    if not found:
        raise BadInput("no_model", NO_MODEL)
    return found
