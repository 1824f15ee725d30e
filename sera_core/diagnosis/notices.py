"""What a reading must be told with: where its region comes from, and what its probability is not."""

from __future__ import annotations

from sera_core.classifiers.card import Card
from sera_core.contracts import SIMULATED, Familiarity, GreyImage, Notice, Outline
from sera_core.diagnosis.request import Request
from sera_core.outline import panes
from sera_core.wording import percent
from sera_core.wording.probability import of_hundred

UNFAMILIAR = "unfamiliar"  # code of the notice that stands in the place of an answer
MALIGNANT = "malignant"  # how the target of a model begins whose labels are pathology


def which_pane(image: GreyImage, request: Request) -> tuple[Notice, ...]:
    """A question where a nodule was looked for in several panes."""
    if request.box or request.pane or (number := len(panes(image))) == 1:
        return ()
    said = f"The frame shows {number} pictures; the nodule was taken from the one where it is found most surely"
    return (Notice("several_panes", f"{said}: say which one is meant."),)


def whose_frames(image: GreyImage, card: Card) -> tuple[Notice, ...]:
    """A caution where a model of simulated frames answers a frame that need not be the simulator's."""
    if image.simulated or card.domain != SIMULATED:
        return ()
    said = "The model that answers learnt simulated frames only: unless this frame is the simulator's"
    return (Notice("simulated_model", f"{said}, its verdict means nothing; choose a model of real frames."),)


def doubts(card: Card, familiarity: Familiarity, proposed: Outline | None) -> tuple[Notice, ...]:
    """What is to be told beside an answer of this model, or instead of one."""
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
    if familiarity.refused:
        return (*notices, Notice(UNFAMILIAR, _unfamiliar(card.title, familiarity)))
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
                f"Of the training images {of_hundred(familiarity.percentile)} lie as far from the others as this one: "
                "the model's number is shown, but neither a verdict nor a category is drawn from it.",
            )
        )
    return tuple(notices)


def _unfamiliar(title: str, familiarity: Familiarity) -> str:
    """Why no answer is given, and what works without."""
    far = f"distance {familiarity.distance:.2f}, limit {familiarity.limit:.2f}"
    return (
        f"This region looks unlike anything {title} knows ({far}). "
        "That says nothing against the image: if it is an ultrasound frame with the region on the nodule, describe the "
        "nodule yourself; advice and report need no model."
    )
