"""Chapter 12: where the network looked, one step at a time, and how far that can be believed."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sera_core.contracts import BadInput, CamMethod, Fidelity, Grey
from sera_core.explain.cam import CAM_METHODS, heatmap, raw_map, trace
from sera_core.explain.fidelity import fidelity
from sera_core.explain.overlay import overlay
from sera_core.figures.fidelity import fidelity as fidelity_figure
from sera_core.figures.lines import bars
from sera_core.figures.maps import activation, mosaic
from sera_core.lessons.gradcam import Steps, grad_cam, likeness, random_head
from sera_core.ui.cache import remembered
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.chapters.gradcam.place import draw_benchmark, draw_place, draw_sign, take_sign_home
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Seen, Specimen, choose_nodule, seen
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.picture import show_picture
from sera_core.ui.states import guarded
from sera_core.wording import diagnosis as words
from sera_core.wording.diagnosis import METHOD

CLASSES = ("malignant", "benign")
SHOWN = 16


def draw() -> None:
    """The whole chapter."""
    specimen = choose_nodule()
    _steps(specimen)


@st.fragment
def _steps(specimen: Specimen) -> None:
    with guarded():  # here, because a fragment wraps what is raised in it
        network = seen(specimen)
        if network.classifier.card.kind != "cnn":
            raise BadInput("no_gradient", f"{network.classifier.card.title} has no gradient: choose another nodule.")
        stages(STEPS, "Where the place is lost", "gradcam", network)
        take_sign_home()


def _target() -> int:
    named = st.segmented_control(
        "Explain", CLASSES, default="malignant", required=True, key="gradcam_class", bind="query-params"
    )
    return int(named == "malignant")


def _place(network: Seen) -> None:
    draw_place(network, _target())


def _parts(network: Seen) -> None:
    target = _target()
    found = _grad_cam(network, target)
    top = found.strongest(SHOWN)
    _inputs(found, top, target)
    st.markdown(f"**3 · Weights.** The mean of each gradient: one number for each of the {len(found.maps)} maps.")
    order = top[np.argsort(-found.weights[top])]
    names = [f"map {number + 1}" for number in order]
    chart(bars(names, found.weights[order].tolist(), "mean gradient"), "gradcam-weights", "Weights of these maps")
    _outputs(network, found, top, target)
    show_code(grad_cam)


def _inputs(found: Steps, top: np.ndarray, target: int) -> None:
    """The maps, and the gradients of the score."""
    count, height, width = found.maps.shape
    st.markdown(f"**1 · Maps.** {SHOWN} of {count}, {height} × {width} cells each: those that add most.")
    chart(mosaic(found.maps[top], 8, height=170), "gradcam-maps", "The strongest maps")
    st.markdown(
        f"**2 · Gradients.** How much the score of {CLASSES[1 - target]} would rise with each cell "
        "(:blue[below zero], :orange[above])."
    )
    chart(mosaic(found.gradients[top], 8, height=170), "gradcam-gradients", "Gradients of the same maps")
    st.caption(
        "Flat, because the head averages the map first: every cell counts alike."
        if np.allclose(found.gradients.std(axis=(1, 2)), 0, atol=1e-8)
        else "Uneven, because the layers behind look at each cell in their own way. Grad-CAM keeps only the mean; "
        "HiRes-CAM multiplies cell by cell."
    )


def _outputs(network: Seen, found: Steps, top: np.ndarray, target: int) -> None:
    """The weighted sum, what is positive in it, and the overlay."""
    st.markdown(
        "**4 · Sum.** Every map is multiplied by its weight, and all are added. **5 · ReLU.** What is below zero "
        "speaks for the other class and is dropped. **6 · Overlay.** The few cells are stretched and laid on the "
        "picture."
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
    terms = {k: float(found.weights[k] * found.maps[k][row, column]) for k in top[:2]}
    cell = " ".join(f"{found.weights[k]:+.3f}\\cdot ({found.maps[k][row, column]:.2f})" for k in terms)
    rest = float(found.total[row, column]) - sum(terms.values())
    formula(
        (
            rf"L_{{{row + 1},{column + 1}}} = \max\Bigl(0, \sum_{{k=1}}^{{{len(found.maps)}}} w_k A_{{k}}\Bigr)",
            rf"\textstyle\sum_k = {cell} \underbrace{{{rest:+.3f}}}_{{\text{{the others}}}}",
            rf"L = {found.positive[row, column]:.3f}",
        ),
        "The hottest cell.",
    )


@remembered()
def _grad_cam(network: Seen, target: int) -> Steps:
    classifier = network.classifier
    return grad_cam(classifier.activations(network.crop.pixels[None]), classifier.head(), target)


@remembered()
def _maps(network: Seen, target: int) -> dict[CamMethod, Grey]:
    traced = trace(network.classifier.activations(network.crop.pixels[None]), network.classifier.head())
    return {method: heatmap(method, traced, target, network.crop.pixels.shape) for method in CAM_METHODS}


# ---- six methods ---------------------------------------------------------------------------------------------------


def _six(network: Seen) -> None:
    found = _maps(network, _target())
    with st.grid(3, min_column_width=110):
        for method, values in found.items():
            with st.container(gap="xsmall"):
                show_picture(overlay(network.crop.pixels, values), alt=f"The heat by {METHOD[method]}")
                st.caption(METHOD[method])
    st.caption(f"Diagnose shows {METHOD[CamMethod.HIRESCAM]}, of three views.")
    formula(
        (
            r"g^k = \partial z / \partial A^k, \qquad L = \max\bigl(0, \textstyle\sum_k w_k A^k\bigr)",
            r"\text{Grad-CAM: } w_k = \overline{g^k}, \qquad \text{XGrad-CAM: } w_k = \tfrac{\sum g^k A^k}{\sum A^k}",
            r"\text{Grad-CAM++: } w_k = \textstyle\sum \alpha^k \max(0, g^k)",
            r"\text{HiRes-CAM: } \textstyle\sum_k g^k A^k, \qquad \text{Layer-CAM: } \sum_k \max(0, g^k) A^k",
            r"\text{Eigen-CAM: the first principal component of the } A^k",
        ),
        "A are the maps, z the score; sums without an index run over the cells of a map. The α of Grad-CAM++ come from "
        "higher powers of g and sum to one over a map; Eigen-CAM asks for no class.",
    )
    show_code(heatmap)


def _believed(network: Seen) -> None:
    target = _target()
    method = st.selectbox(
        "Method",
        list(CAM_METHODS),
        list(CAM_METHODS).index(CamMethod.HIRESCAM),
        format_func=METHOD.__getitem__,
        key="gradcam_method",
        bind="query-params",
    )
    value = _trust(network, method, target)
    chart(fidelity_figure(value), "gradcam-fidelity", words.fidelity(value))
    st.markdown(words.fidelity(value))
    st.markdown(words.trust(value))
    show_code(fidelity)


@remembered("Blurring and asking again")
def _trust(network: Seen, method: CamMethod, target: int) -> Fidelity:
    crop = network.crop

    def predict(crops: Grey) -> np.ndarray:
        probability = network.classifier.predict(crops)
        return probability if target else 1 - probability

    return fidelity(predict, crop.pixels, _maps(network, target)[method])


# ---- how it misleads -----------------------------------------------------------------------------------------------


def _mislead(network: Seen) -> None:
    target = _target()
    seed = st.slider("Draw of the random layer", 0, 20, 0, key="gradcam_seed", bind="query-params")
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
        means="The smooth map is stretched from so few cells, and each of them has seen far more than its own square "
        "(chapter 9): a hot spot's edge is no edge of the nodule.",
    )
    show_code(random_head, likeness)


@remembered()
def _likeness(network: Seen, target: int, seed: int) -> dict[CamMethod, float]:
    activations, head = network.classifier.activations(network.crop.pixels[None]), network.classifier.head()
    learnt, other = trace(activations, head), trace(activations, random_head(head, seed))
    return {method: likeness(raw_map(method, learnt, target), raw_map(method, other, target)) for method in CAM_METHODS}


STEPS = {
    "Where the place is lost": Stage(
        "A heatmap lays colour where the network's score for a class came from; how one is made is the third step. "
        "Here are two of one nodule, read at two depths of one network.",
        _place,
        Question(
            "Why does a map of 32-pixel cells often point beside the nodule?",
            (
                "Its cells have seen almost the whole crop, and may keep what they know anywhere",
                "Its cells are too large to be drawn",
                "The network looked beside the nodule",
            ),
            0,
            "What such a cell answers for is not its own square. One step earlier the cells still know their place.",
        ),
    ),
    "Put the sign in and out": Stage(
        "The same nodule, the same random numbers, with and without its punctate foci.",
        draw_sign,
        Question(
            "A map means something if, when the foci are taken out of the picture, ...",
            ("it stays as it was", "it loses its heat there", "it becomes hotter there"),
            1,
            "Heat is to follow the evidence. Here the evidence is known, because it was put there.",
        ),
        ("foci",),
    ),
    "Made step by step": Stage(
        "Grad-CAM: maps, gradients, weights, a sum, and what is positive in it.",
        _parts,
        Question(
            "Why is what is below zero dropped at the end?",
            ("It cannot be drawn", "It speaks for the other class", "It is noise"),
            1,
            "The map is asked for one class. Cells below zero lower its score: they speak for the other.",
        ),
    ),
    "Six methods": Stage(
        "Side by side, all from the same maps and gradients.",
        _six,
        Question(
            "The six maps differ. What does that tell?",
            (
                "That five of them are broken",
                "That a heatmap answers the question of its method, not 'where is the tumour'",
                "That the network has not made up its mind",
            ),
            1,
            "Each asks something else: how the score changes, what is strong in the maps, what happens if a part is "
            "left out.",
        ),
    ),
    "Can it be believed?": Stage(
        "Blur random places and ask again: is what the map calls hot missed most?",
        _believed,
        Question(
            "You blur the hot place and the answer stays. What now?",
            ("Trust the map: it is robust", "Do not believe the map here", "Blur more"),
            1,
            "If the network does not miss it, it was not what the answer rested on.",
        ),
        ("method",),
    ),
    "Which maps mean something?": Stage(
        "What was found over many nodules whose outline and foci are known.",
        draw_benchmark,
        Question(
            "A plain blob in the middle of every crop hits the nodule more often than any map. What follows?",
            (
                "Blobs should be shown",
                "That a hot spot in the nodule proves little, because nodules are in the middle",
                "That networks look at the rim",
            ),
            1,
            "Therefore the sign itself is put in and out, and a map must follow it.",
        ),
    ),
    "How it misleads": Stage(
        "Draw the last layer at random: it has learnt nothing. Which maps notice?",
        _mislead,
        Question(
            "The last layer is replaced by random numbers and the heatmap stays the same. What does the map show?",
            (
                "That the network was right all along.",
                "What is striking in the picture, not why this class was chosen.",
                "That the random numbers were badly drawn.",
            ),
            1,
            "A map that does not change with the weights of the classes cannot explain the class (Adebayo 2018). Look "
            "at Eigen-CAM: it never asks for the class.",
        ),
        ("seed",),
    ),
}

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
