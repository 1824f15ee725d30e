"""The frame with two nodules, the box in the reader's hand, and what the network says of a box."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import streamlit as st

from sera_core.classifiers.card import Cutoff
from sera_core.contracts import Box, GreyImage, Verdict
from sera_core.figures import palette
from sera_core.figures.image import still
from sera_core.lessons import tasks as lesson
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.cache import remembered
from sera_core.ui.learn.nodule import Specimen, seen
from sera_core.ui.learn.show import take_home
from sera_core.ui.measure import centred
from sera_core.ui.picture import show_picture
from sera_core.ui.viewer import Hands, viewer
from sera_core.wording import percent
from sera_core.wording.verdict import GLYPH

BOX, KEPT = "tasks_box", "tasks_kept"  # in the link
_BOX = re.compile(r"(\d{1,3})-(\d{1,3})-(\d{1,3})-(\d{1,3})")
MOST = 6  # boxes kept
HANDLING = (
    " Move the box by its line, size it at a corner, or draw a new one from corner to corner; a click puts its "
    "middle there."
)


@dataclass(frozen=True, eq=False)
class Scene:
    """A frame with two nodules, the box in the reader's hand, and whether the first nodule is the one he chose."""

    name: str
    chosen: bool
    image: GreyImage
    truth: list[Box]
    box: Box


@st.cache_data(max_entries=10, show_spinner="Simulating a neck with two nodules")
def _two(name: str) -> tuple[GreyImage, list[Box]]:
    case = lesson.with_second(SAMPLES[name].case)
    return render(case).image, lesson.true_boxes(case)


def scene_of(specimen: Specimen, boxed: bool = True) -> Scene:
    """The frame of the chosen nodule, shown with the box that one drags where the task has one."""
    name = specimen.sample or next(iter(SAMPLES))
    image, truth = _two(name)
    first = truth[0]
    beside = Box(first.x + first.width // 4, first.y + first.height // 5, first.width, first.height)
    boxes = boxes_of(BOX) or [beside.clipped(*image.shape)]
    scene = Scene(name, name == specimen.sample, image, truth, boxes[0].clipped(*image.shape))
    _point(scene, boxed)
    return scene


def boxes_of(parameter: str) -> list[Box]:
    """Boxes of the link; what makes no box is passed over."""
    found = (tuple(map(int, one)) for one in _BOX.findall(st.query_params.get(parameter, "")))
    return [Box(*one) for one in found if one[2] > 0 and one[3] > 0][:MOST]


def write(parameter: str, boxes: list[Box]) -> None:
    """Put boxes into the link."""
    st.query_params[parameter] = "_".join("-".join(map(str, box.as_list())) for box in boxes)


def _point(scene: Scene, boxed: bool) -> None:
    first = "the one chosen above"
    if not scene.chosen:  # nothing can be put into a patient's frame
        first = f"not your own but a sample's ({SAMPLES[scene.name].title.lower()})"
    st.caption(
        f":violet-badge[:material/science: simulated] Two nodules: {first}, and a small cyst."
        + (HANDLING if boxed else "")
    )
    if not boxed:
        show_picture(still(scene.image.pixels), alt="A simulated frame with two nodules")
        return
    hands = Hands(
        box=lambda box: write(BOX, [box]),
        click=lambda x, y: write(BOX, [centred(scene.box, scene.image.shape, x, y)]),
    )
    viewer(scene.image, "tasks-board", ["region"], hands, scene.box)


@dataclass(frozen=True)
class Answer:
    """What the network that diagnoses says of a box."""

    probability: float
    verdict: Verdict
    cutoff: Cutoff


def take_answers(scene: Scene, *boxes: Box) -> None:
    """Offer the code that asks the network of these boxes."""
    model = seen(Specimen(scene.image, scene.box)).classifier.card.id
    take_home("Which is it", *(partial(lesson.asked, model, scene.image.pixels, box) for box in boxes))


def asked(scene: Scene, box: Box) -> Answer:
    """What the network says of a box on the frame."""
    return _answer(Specimen(scene.image, box))


@remembered()
def _answer(specimen: Specimen) -> Answer:
    shown = seen(specimen)
    probability = lesson.asked(shown.classifier.card.id, specimen.image.pixels, specimen.box)
    return Answer(probability, shown.classifier.verdict(probability), shown.classifier.card.cutoff)


def say(answer: Answer) -> str:
    """An answer in words, coloured as a verdict is."""
    verdict = answer.verdict
    return (
        f":{palette.NAME[verdict]}[{GLYPH[verdict]} {verdict.value}] at {percent(answer.probability)} "
        f"(benign below {percent(answer.cutoff.low)}, malignant above {percent(answer.cutoff.high)})"
    )
