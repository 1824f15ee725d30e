"""The five tasks, each drawn on the frame."""

from __future__ import annotations

from functools import partial

import streamlit as st

from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import Box, Outline, Verdict
from sera_core.figures import tasks as figures
from sera_core.lessons import tasks as lesson
from sera_core.outline import propose
from sera_core.signs.geometry import Mask, geometry
from sera_core.ui.cache import measured_of, outline_of, sample_of
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapters.tasks.scene import (
    KEPT,
    MOST,
    asked,
    boxes_of,
    say,
    scene_of,
    take_answers,
    write,
)
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen
from sera_core.ui.learn.show import numbers, take_home
from sera_core.ui.signs import signs_table
from sera_core.wording import percent


def exam(specimen: Specimen) -> None:
    """One question to the whole frame."""
    scene = scene_of(specimen, boxed=False)
    answers = [asked(scene, box) for box in scene.truth]
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
    take_answers(scene, *scene.truth)


def one_object(specimen: Specimen) -> None:
    """The box is given: which is it?"""
    scene = scene_of(specimen)
    answer = asked(scene, scene.box)
    st.markdown(f"**Which is it?** {say(answer)}")
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
    take_answers(scene, scene.box)


def localisation(specimen: Specimen) -> None:
    """One object: where is it?"""
    scene = scene_of(specimen)
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
    st.markdown(f"And which is it? {say(asked(scene, scene.box))}")
    show_code(Box.overlap, propose)
    take_home("Localisation", partial(Box.overlap, scene.box, nearest))


def _shared(first: Box, second: Box) -> int:
    overlap = first.overlap(second)
    return round(overlap / (1 + overlap) * (first.width * first.height + second.width * second.height))


def detection(specimen: Specimen) -> None:
    """Several objects: which, and where?"""
    scene = scene_of(specimen)
    kept = [box.clipped(*scene.image.shape) for box in boxes_of(KEPT)]
    with st.container(horizontal=True):
        st.button("Keep this box", key="tasks_keep", type="primary", disabled=len(kept) >= MOST,
                  on_click=write, args=(KEPT, [*kept, scene.box]))  # fmt: skip
        st.button("Forget all", key="tasks_forget", disabled=not kept, on_click=write, args=(KEPT, []))
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
        st.markdown(f"Box {number}: {say(asked(scene, box))}")
    show_code(lesson.detected, Box.overlap)
    take_home("Detection", partial(lesson.detected, kept, scene.truth, threshold))


def segmentation(specimen: Specimen) -> None:
    """One object: where does it end?"""
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
