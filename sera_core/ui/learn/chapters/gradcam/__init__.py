"""Chapter 12: where the network looked, one step at a time, and how far that can be believed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sera_core.contracts import BadInput, CamMethod, Fidelity, Grey
from sera_core.explain.cam import CAM_METHODS, heatmap, raw_map, trace
from sera_core.explain.fidelity import fidelity
from sera_core.explain.overlay import overlay
from sera_core.figures.heatmap import fidelity as fidelity_figure
from sera_core.figures.lines import bars
from sera_core.figures.maps import activation, mosaic
from sera_core.lessons.gradcam import Steps, grad_cam, likeness, random_head
from sera_core.ui.cache import remembered
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.gradcam.place import draw_benchmark, draw_place, draw_sign
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Seen, choose_nodule, seen
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import step
from sera_core.ui.picture import show_picture
from sera_core.wording import diagnosis as words
from sera_core.wording.diagnosis import METHOD

CLASSES = ("malignant", "benign")
SHOWN = 16
QUESTION = Question(
    "The last layer is replaced by random numbers and the heatmap stays the same. What does the map show?",
    (
        "That the network was right all along.",
        "What is striking in the picture, not why this class was chosen.",
        "That the random numbers were badly drawn.",
    ),
    1,
    "A map that does not change with the weights of the classes cannot explain the class (Adebayo 2018). Look at "
    "Eigen-CAM below: it never asks for the class.",
)


def draw() -> None:
    """The whole chapter."""
    network = seen(choose_nodule())
    if network.classifier.card.kind != "cnn":
        raise BadInput("no_gradient", f"{network.classifier.card.title} has no gradient: choose another nodule.")
    named = st.segmented_control(
        "Explain", CLASSES, default="malignant", required=True, key="gradcam_class", bind="query-params"
    )
    target = int(named == "malignant")
    draw_place(network, target)
    draw_sign(network)
    _steps(network, target)
    _six(network, target)
    draw_benchmark()
    _mislead(network, target)
    ask(QUESTION, "gradcam_question")


def _steps(network: Seen, target: int) -> None:
    found = _grad_cam(network, target)
    top = found.strongest(SHOWN)
    count, height, width = found.maps.shape
    signs = ":blue[below zero], :orange[above]"
    step(
        "1 · Maps",
        f"{SHOWN} of the {count} maps of the evidence layer, {height} × {width} cells: those that add most.",
    )
    chart(mosaic(found.maps[top], 8, height=170), "gradcam-maps", "The strongest maps")
    step("2 · Gradients", f"How much the score of {CLASSES[1 - target]} would rise with each cell ({signs}).")
    chart(mosaic(found.gradients[top], 8, height=170), "gradcam-gradients", "Gradients of the same maps")
    st.caption(
        "Flat, because the head averages the map first: every cell counts alike."
        if np.allclose(found.gradients.std(axis=(1, 2)), 0, atol=1e-8)
        else "Uneven, because the layers behind look at each cell in their own way. Grad-CAM keeps only the mean; "
        "HiRes-CAM multiplies cell by cell."
    )
    step("3 · Weights", "The mean of each gradient.")
    order = top[np.argsort(-found.weights[top])]
    names = [f"map {number + 1}" for number in order]
    chart(bars(names, found.weights[order].tolist(), "mean gradient"), "gradcam-weights", "Weights of these maps")
    step(
        "4 · Sum, 5 · ReLU, 6 · overlay",
        "The maps times their weights; then only what speaks for the class; then laid on the picture.",
    )
    columns = st.columns(3)
    limit = max(float(np.abs(found.total).max()), 1e-6)
    with columns[0]:
        chart(activation(found.total, 230, limit), "gradcam-sum", "Weighted sum of the maps")
    with columns[1]:
        chart(activation(found.positive, 230, limit), "gradcam-relu", "The same without its negative part")
    with columns[2]:
        heat = _maps(network, target)[CamMethod.GRADCAM]
        show_picture(overlay(network.crop.pixels, heat), alt="The heat over the picture")
    row, column = np.unravel_index(np.argmax(found.total), found.total.shape)
    cell = " ".join(f"{found.weights[k]:+.3f}\\cdot {found.maps[k][row, column]:.2f}" for k in top[:2])
    formula(
        (
            rf"L_{{{row + 1},{column + 1}}} = \max\Bigl(0, \sum_{{k=1}}^{{{count}}} w_k A_{{k}}\Bigr)",
            rf"\textstyle\sum_k = {cell} + \dots",
            rf"L = {found.positive[row, column]:.3f}",
        ),
        "The hottest cell.",
    )
    show_code(grad_cam)


@remembered()
def _grad_cam(network: Seen, target: int) -> Steps:
    classifier = network.classifier
    return grad_cam(classifier.activations(network.crop.pixels[None]), classifier.head(), target)


@remembered()
def _maps(network: Seen, target: int) -> dict[CamMethod, Grey]:
    traced = trace(network.classifier.activations(network.crop.pixels[None]), network.classifier.head())
    return {method: heatmap(method, traced, target, network.crop.pixels.shape) for method in CAM_METHODS}


# ---- six methods ---------------------------------------------------------------------------------------------------


@st.fragment
def _six(network: Seen, target: int) -> None:
    step("Six methods side by side", "All from the same maps and gradients.")
    found = _maps(network, target)
    with st.grid(3, min_column_width=110):
        for method, values in found.items():
            with st.container(gap="xsmall"):
                show_picture(overlay(network.crop.pixels, values), alt=f"The heat by {METHOD[method]}")
                st.caption(METHOD[method])
    step("Can it be believed?", "Blur random places and ask again: is what the map calls hot missed most?")
    method = st.selectbox(
        "Method", list(found), format_func=METHOD.__getitem__, key="gradcam_method", bind="query-params"
    )
    value = _trust(network, method, target)
    chart(fidelity_figure(value), "gradcam-fidelity", words.fidelity(value))
    st.markdown(words.fidelity(value))
    st.markdown(words.trust(value))
    show_code(heatmap, fidelity)


@remembered("Blurring and asking again")
def _trust(network: Seen, method: CamMethod, target: int) -> Fidelity:
    crop = network.crop

    def predict(crops: Grey) -> np.ndarray:
        probability = network.classifier.predict(crops)
        return probability if target else 1 - probability

    return fidelity(predict, crop.pixels, _maps(network, target)[method])


# ---- how it misleads -----------------------------------------------------------------------------------------------


@st.fragment
def _mislead(network: Seen, target: int) -> None:
    step("How a heatmap can mislead", "Draw the last layer at random: it has learnt nothing. Which maps notice?")
    seed = st.slider("Draw", 0, 20, 0, key="gradcam_seed", bind="query-params")
    same = _likeness(network, target, seed)
    chart(
        bars(
            [METHOD[method] for method in same],
            list(same.values()),
            "likeness (1: the same order of heat)",
        ),
        "gradcam-likeness",
        "Rank correlation of the learnt map and the one of a random last layer",
        {"method": [METHOD[method] for method in same], "likeness": list(same.values())},
    )
    cells = _grad_cam(network, target).total.shape
    side = network.crop.pixels.shape[0]
    formula(
        rf"\frac{{{side}\ \text{{px}}}}{{{cells[1]}\ \text{{cells}}}} = {side / cells[1]:.0f}\ \text{{px a cell}}",
        "The smooth map is stretched from so few cells, and each of them has seen far more than its own square "
        "(chapter 9): a hot spot's edge is no edge of the nodule.",
    )
    show_code(random_head, likeness)


@remembered()
def _likeness(network: Seen, target: int, seed: int) -> dict[CamMethod, float]:
    activations, head = network.classifier.activations(network.crop.pixels[None]), network.classifier.head()
    learnt, other = trace(activations, head), trace(activations, random_head(head, seed))
    return {method: likeness(raw_map(method, learnt, target), raw_map(method, other, target)) for method in CAM_METHODS}


CHAPTER = Chapter(
    number=12,
    slug="gradcam",
    title="Where did it look?",
    talk=Place(Part.SERA, "Class activation of the diagnosing network"),
    sentences=(
        "Maps that still know where, and the gradient that knows what counted: together they make a heatmap.",
        "It is an answer to a question about the network, not about the nodule, and it can be wrong.",
    ),
    draw=draw,
)
