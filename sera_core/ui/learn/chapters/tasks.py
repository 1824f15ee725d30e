"""Chapter 2: what is asked of the computer, on one frame with two nodules."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import partial

import streamlit as st

from sera_core.classifiers.card import Cutoff
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import Box, GreyImage, Outline, Verdict
from sera_core.figures import palette
from sera_core.figures import tasks as figures
from sera_core.figures.image import still
from sera_core.lessons import tasks as lesson
from sera_core.outline import propose
from sera_core.signs.geometry import Mask, geometry
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.cache import measured_of, outline_of, remembered, sample_of
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen, choose_nodule, seen
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.learn.show import numbers, take_home
from sera_core.ui.measure import centred
from sera_core.ui.picture import show_picture
from sera_core.ui.signs import signs_table
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


def draw() -> None:
    """Draw the chapter."""
    _body(choose_nodule())


@st.fragment
def _body(specimen: Specimen) -> None:
    stages(TASKS, "Exam", "tasks", specimen, label="Task")


@st.cache_data(max_entries=10, show_spinner="Simulating a neck with two nodules")
def _two(name: str) -> tuple[GreyImage, list[Box]]:
    case = lesson.with_second(SAMPLES[name].case)
    return render(case).image, lesson.true_boxes(case)


def _scene(specimen: Specimen, boxed: bool = True) -> Scene:
    """The frame of the chosen nodule, shown with the box that one drags where the task has one."""
    name = specimen.sample or next(iter(SAMPLES))
    image, truth = _two(name)
    first = truth[0]
    beside = Box(first.x + first.width // 4, first.y + first.height // 5, first.width, first.height)
    boxes = _boxes(BOX) or [beside.clipped(*image.shape)]
    scene = Scene(name, name == specimen.sample, image, truth, boxes[0].clipped(*image.shape))
    _point(scene, boxed)
    return scene


def _boxes(parameter: str) -> list[Box]:
    """Boxes of the link; what makes no box is passed over."""
    found = (tuple(map(int, one)) for one in _BOX.findall(st.query_params.get(parameter, "")))
    return [Box(*one) for one in found if one[2] > 0 and one[3] > 0][:MOST]


def _write(parameter: str, boxes: list[Box]) -> None:
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
        box=lambda box: _write(BOX, [box]),
        click=lambda x, y: _write(BOX, [centred(scene.box, scene.image.shape, x, y)]),
    )
    viewer(scene.image, "tasks-board", ["region"], hands, scene.box)


@dataclass(frozen=True)
class Answer:
    """What the network that diagnoses says of a box."""

    probability: float
    verdict: Verdict
    cutoff: Cutoff


def _take_answers(scene: Scene, *boxes: Box) -> None:
    model = seen(Specimen(scene.image, scene.box)).classifier.card.id
    take_home("Which is it", *(partial(lesson.asked, model, scene.image.pixels, box) for box in boxes))


def _asked(scene: Scene, box: Box) -> Answer:
    return _answer(Specimen(scene.image, box))


@remembered()
def _answer(specimen: Specimen) -> Answer:
    shown = seen(specimen)
    probability = lesson.asked(shown.classifier.card.id, specimen.image.pixels, specimen.box)
    return Answer(probability, shown.classifier.verdict(probability), shown.classifier.card.cutoff)


def _say(answer: Answer) -> str:
    verdict = answer.verdict
    return (
        f":{palette.NAME[verdict]}[{GLYPH[verdict]} {verdict.value}] at {percent(answer.probability)} "
        f"(benign below {percent(answer.cutoff.low)}, malignant above {percent(answer.cutoff.high)})"
    )


# ---- the five tasks ----------------------------------------------------------------------------------------------


def _exam(specimen: Specimen) -> None:
    scene = _scene(specimen, boxed=False)
    answers = [_asked(scene, box) for box in scene.truth]
    first, second = (answer.probability for answer in answers)
    suspicious = any(answer.verdict is not Verdict.BENIGN for answer in answers)
    st.markdown(
        f"**Is there a nodule that needs a second look? {'Yes' if suspicious else 'No'}.** One answer for the frame."
    )
    numbers(
        {"First nodule": percent(first), "Second nodule": percent(second), "The frame": percent(max(first, second))}
    )
    formula(
        rf"\begin{{aligned}} p_{{\text{{frame}}}} &= \max(p_1, p_2) \\ "
        rf"&= \max({first:.2f}, {second:.2f}) = {max(first, second):.2f} \end{{aligned}}",
        means="A frame is suspicious when one of its nodules is. No box is given, and no place is told.",
    )
    show_code(lesson.asked, Classifier.predict, Classifier.verdict)
    _take_answers(scene, *scene.truth)


def _object(specimen: Specimen) -> None:
    scene = _scene(specimen)
    answer = _asked(scene, scene.box)
    st.markdown(f"**Which is it?** {_say(answer)}")
    numbers(
        {
            "Probability": percent(answer.probability),
            "Benign below": percent(answer.cutoff.low),
            "Malignant above": percent(answer.cutoff.high),
        }
    )
    formula(
        rf"\hat y = \begin{{cases}} \text{{malignant}} & p > {answer.cutoff.high:.2f} \\ \text{{benign}} & p < "
        rf"{answer.cutoff.low:.2f} \end{{cases}}, \qquad p = {answer.probability:.2f}",
        means=f"The cut-off that does best on cases left out of training is {percent(answer.cutoff.value)}; with "
        "other patients it could have come out anywhere between the two bounds, so between them SERA calls a "
        "nodule indeterminate. The box is given by a person, the computer names what is in it: this is CADx, "
        "and all that SERA does on its Diagnose page.",
    )
    show_code(lesson.asked, Classifier.predict, Classifier.verdict)
    _take_answers(scene, scene.box)


def _localisation(specimen: Specimen) -> None:
    scene = _scene(specimen)
    proposed = outline_of(scene.image)
    overlaps = [scene.box.overlap(true) for true in scene.truth]
    nearest = scene.truth[overlaps.index(max(overlaps))]
    theirs = max(proposed.box.overlap(true) for true in scene.truth) if proposed else 0.0
    shown = {"truth": [nearest], "yours": [scene.box], "proposed": [proposed.box] if proposed else []}
    figure = figures.boxes(scene.image.pixels, shown)
    chart(figure, "tasks-place", "The true box, yours and the proposed one")
    numbers({"Your overlap": f"{max(overlaps):.2f}", "The proposal's": f"{theirs:.2f}", "Counts as right from": "0.50"})
    both = _shared(scene.box, nearest)
    union = scene.box.width * scene.box.height + nearest.width * nearest.height - both
    formula(
        rf"\text{{IoU}} = \frac{{|A\cap B|}}{{|A\cup B|}} = \frac{{{both}}}{{{union}}} = {both / union:.2f}",
        means="The overlap: what both boxes hold, of what either holds (intersection over union, IoU), in pixels, "
        "with the nodule nearest to your box.",
    )
    st.markdown(f"And which is it? {_say(_asked(scene, scene.box))}")
    show_code(Box.overlap, propose)
    take_home("Localisation", partial(Box.overlap, scene.box, nearest))


def _shared(first: Box, second: Box) -> int:
    overlap = first.overlap(second)
    return round(overlap / (1 + overlap) * (first.width * first.height + second.width * second.height))


def _detection(specimen: Specimen) -> None:
    scene = _scene(specimen)
    kept = [box.clipped(*scene.image.shape) for box in _boxes(KEPT)]
    with st.container(horizontal=True):
        st.button("Keep this box", key="tasks_keep", type="primary", disabled=len(kept) >= MOST,
                  on_click=_write, args=(KEPT, [*kept, scene.box]))  # fmt: skip
        st.button("Forget all", key="tasks_forget", disabled=not kept, on_click=_write, args=(KEPT, []))
    threshold = st.slider(
        "A box is right from an overlap of", 0.1, 0.9, 0.5, 0.05, key="tasks_iou", bind="query-params"
    )
    chart(figures.boxes(scene.image.pixels, {"truth": scene.truth, "yours": kept}), "tasks-all", "True and kept boxes")
    found = lesson.detected(kept, scene.truth, threshold)
    numbers({"Found": f"{found.hits} of {len(scene.truth)}", "False boxes": found.false,
             "Recall": f"{found.recall:.0%}", "Precision": f"{found.precision:.0%}" if kept else "–"})  # fmt: skip
    share = rf"\tfrac{{{found.hits}}}{{{len(kept)}}}"
    formula(
        rf"\begin{{aligned}} \text{{recall}} &= \tfrac{{{found.hits}}}{{{found.hits}+{found.missed}}} "
        rf"= {found.recall:.2f} \\ "
        rf"\text{{precision}} &= {share} {f'= {found.precision:.2f}' if kept else ''} \end{{aligned}}",
        means=f"Found nodules of all nodules, and found nodules of all boxes{'' if kept else ': none is kept yet'}.",
    )
    for number, box in enumerate(kept, 1):
        st.markdown(f"Box {number}: {_say(_asked(scene, box))}")
    show_code(lesson.detected, Box.overlap)
    take_home("Detection", partial(lesson.detected, kept, scene.truth, threshold))


def _segmentation(specimen: Specimen) -> None:
    outline = outline_of(specimen.image, specimen.box)
    if outline is None:
        st.info("No border was found in this nodule's box.", icon=":material/search_off:")
        return
    truth = sample_of(specimen.sample).mask if specimen.sample else None
    borders = {"proposed": outline.polygon}
    shown = {"SERA's confidence": percent(outline.confidence), "Pixels inside": f"{int(outline.mask.sum()):,}"}
    if truth is not None:
        borders["truth"] = Outline(truth, specimen.box, 1.0, "reader").polygon
        shown["Dice with the truth"] = f"{lesson.dice(outline.mask, truth):.2f}"
    chart(
        figures.outlines(specimen.image.pixels, specimen.box, borders), "tasks-outline", "SERA's outline of the nodule"
    )
    numbers(shown)
    _dice_formula(outline.mask, truth)
    found = measured_of(specimen.image, outline, specimen.image.scale_at(specimen.box))
    if found is not None:
        st.markdown("What can be measured, once it is known where the nodule ends:")
        signs_table(found)
        st.caption(
            "Measured on SERA's outline, and therefore with its mistakes: it follows the border more smoothly than "
            "the truth is, so fine spikes are lost, and a border that is irregular may measure as even. What lies "
            "behind a solid nodule may be brighter too, where it absorbs less sound than the gland beside it, as "
            "these simulated nodules do. So signs are proposed to a reader, and not decided."
        )
    show_code(lesson.dice, propose, geometry)
    if truth is not None:
        take_home("Segmentation", partial(lesson.dice, outline.mask, truth))


def _dice_formula(mask: Mask, truth: Mask | None) -> None:
    if truth is None:
        formula(
            rf"\text{{area}} = {int(mask.sum())}\ \text{{pixels}}",
            means="Of your own nodule nobody has drawn the border, so there is nothing to compare with.",
        )
        return
    both, all_of_it = int((mask & truth).sum()), int(mask.sum() + truth.sum())
    formula(
        rf"\text{{Dice}} = \frac{{2\,|A\cap B|}}{{|A|+|B|}} = "
        rf"\frac{{2\cdot {both}}}{{{all_of_it}}} = {2 * both / all_of_it:.2f}",
        means="Dice (after its inventor) says how well two outlines agree: twice the pixels that both hold, over the "
        "pixels of both added up; 1 is perfect, 0 no common pixel.",
    )


TASKS = {
    "Exam": Stage(
        "One question to the whole frame: is there anything? No place, no name.",
        _exam,
        Question(
            "A frame is labelled suspicious. Which of its nodules should be punctured?",
            ("The larger one", "The label does not say", "Both"),
            1,
            "An exam label belongs to the frame. To know which nodule is meant, one needs a place.",
        ),
    ),
    "Object": Stage(
        "One object, several names: the box is given, the computer says which it is. Drag the box and the answer "
        "follows.",
        _object,
        Question(
            "You drag the box off the nodule onto the gland. What does the network answer?",
            ("Nothing", "One of the answers it gives of nodules", "No nodule"),
            1,
            "Its number lies somewhere between benign and malignant, whatever is in the box. It was never taught what "
            "no nodule looks like; at best it calls the place unfamiliar.",
        ),
    ),
    "Localisation": Stage(
        "One object again, but now the computer must also say where. Lay your box as well as you can.",
        _localisation,
        Question(
            "A box of the right place has twice the width and twice the height. What is its overlap?",
            ("0.50", "0.25", "0.75"),
            1,
            "The intersection is the nodule itself, the union the large box: one part in four.",
        ),
    ),
    "Detection": Stage(
        "Several objects: find each, and name each. Lay the box on a nodule and keep it, then on the next.",
        _detection,
        Question(
            "You keep the same good box twice. What happens?",
            ("Recall rises to 100 %", "Precision falls: the second is a false box", "Nothing"),
            1,
            "Each nodule may be found once. Every other box on it counts as false.",
        ),
    ),
    "Outline": Stage(
        "One object, and where exactly: every pixel is nodule or not. This is SERA's own outline of the nodule chosen "
        "above, and what is measured on it.",
        _segmentation,
        Question(
            "Two outlines have the same box, 100 pixels wide and high. Must they agree?",
            ("Yes", "No: a cross and a square have one box", "Only if the nodule is round"),
            1,
            "A box knows four edges. Margin, shape and area need every pixel, so signs are measured on outlines.",
        ),
    ),
}

CHAPTER = Chapter(
    number=2,
    slug="tasks",
    title="What is asked of the computer",
    talk=Place(Part.CADX, "Some computer vision tasks; computer-aided diagnosis"),
    sentences=(
        "One frame allows five questions. Exam: is there any nodule? Object: which is it? Localisation: where is it? "
        "Detection: which and where are all? Outline: where does it end?",
        "The second, in medicine mostly between benign and malignant, is called computer-aided diagnosis (CADx).",
    ),
    draw=draw,
)
