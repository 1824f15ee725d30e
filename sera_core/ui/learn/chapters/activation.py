"""Chapter 6: why a network bends, and what bending does to the gradient."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from sera_core.figures.lines import curves
from sera_core.figures.maps import activation
from sera_core.lessons.activation import (
    NONLINEARITIES,
    Nonlinearity,
    fit_with_hinges,
    gradient_by_layer,
    value_and_slope,
)
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.depth import deep
from sera_core.ui.learn.first_layer import found_by
from sera_core.ui.learn.formula import formula, power
from sera_core.ui.learn.nodule import Seen, choose_nodule, seen
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.learn.show import numbers, take_home

RAISED = str.maketrans("-0123456789", "⁻⁰¹²³⁴⁵⁶⁷⁸⁹")
COMPARED = ("ReLU", "sigmoid", "tanh")


def draw() -> None:
    """The whole chapter."""
    _steps(seen(choose_nodule()))


@st.fragment
def _steps(network: Seen) -> None:
    stages(STEPS, "A bend", "activation", network)


def _chosen() -> tuple[str, Nonlinearity]:
    name = st.selectbox("Nonlinearity", list(NONLINEARITIES), key="activation_name", bind="query-params", width=180)
    return name, NONLINEARITIES[name]


def _one_number(network: Seen) -> None:
    with st.container(horizontal=True):
        name, chosen = _chosen()
        x = st.slider("x", -8.0, 8.0, 1.5, 0.1, key="activation_x", bind="query-params")
    axis = np.linspace(-8, 8, 321)
    value, slope = value_and_slope(name, x)
    lines = {"value": chosen.apply(axis), "slope": chosen.slope(axis)}
    chart(
        curves(axis, lines, "x", "value, slope", mark=(x, (value, slope))), "activation-shape", f"{name} and its slope"
    )
    numbers({"Goes in": f"{x:.1f}", "Comes out": f"{value:.3f}", "Slope": f"{slope:.3f}"})
    formula(rf"f({x:.1f}) = {chosen.latex} = {value:.3f}, \quad f' = {slope:.3f}")
    show_code(value_and_slope, chosen.apply, chosen.slope)
    take_home("A bend", partial(value_and_slope, name, x))


def _on_a_map(network: Seen) -> None:
    with st.container(horizontal=True):
        _, chosen = _chosen()
        number = st.slider("Which kernel", 1, 32, 3, key="activation_map", bind="query-params")
    before = found_by(network, number)
    after = np.asarray(chosen.apply(before.astype(float)), np.float32)
    limit = float(np.abs(before).max())
    left, right = st.columns(2)
    with left:
        chart(activation(before, 270, limit), "activation-before", "The map before")
    with right:
        chart(activation(after, 270, limit), "activation-after", "The map after")
    numbers(
        {
            "Cells at zero": f"{np.mean(after == 0):.0%}",
            "Mean before": f"{before.mean():.3f}",
            "Mean after": f"{after.mean():.3f}",
        }
    )
    show_code(chosen.apply)


def _bend(network: Seen) -> None:
    formula(r"W_2\,(W_1 x) = (W_2 W_1)\,x", means="Without a bend in between, depth buys nothing.")
    hinges = st.slider("ReLUs", 0, 40, 3, key="activation_hinges", bind="query-params")
    profile = network.crop.pixels[network.crop.pixels.shape[0] // 2].astype(float)
    smooth = np.convolve(np.pad(profile, 4, mode="edge"), np.ones(9) / 9, mode="valid")
    fitted = fit_with_hinges(smooth, hinges)
    place = np.arange(len(smooth))
    lines = {f"{hinges} ReLUs and a line": fitted, "grey along the nodule's middle row": smooth}
    chart(curves(place, lines, "column (pixels of the crop)", "grey"), "activation-bend", "A grey profile and its fit")
    error = float(np.sqrt(np.mean((fitted - smooth) ** 2)))
    formula(
        (
            rf"\hat y(x) = a + b\,x + \sum_{{k=1}}^{{{hinges}}} c_k \max(0, x - t_k)",
            rf"\text{{error}} = {error:.3f}",
        ),
        "The root of the mean squared error, in grey levels of 0 to 1.",
    )
    show_code(fit_with_hinges)
    take_home("ReLUs and a line", partial(fit_with_hinges, smooth, hinges))


def _depth(network: Seen) -> None:
    with st.container(horizontal=True):
        depth = st.slider("Layers", 2, 60, 20, key="activation_depth", bind="query-params")
        seed = st.number_input("Draw of the weights", 0, 99, 0, key="activation_seed", bind="query-params", width=170)
    sizes = {name: gradient_by_layer(name, depth, seed=int(seed)) for name in COMPARED}
    layers = np.arange(depth, 0, -1)
    figure = curves(
        layers, sizes, "layer (1 is next to the image)", "size of the learning signal", log=True, markers=True
    )
    chart(figure, "activation-depth", "Size of the gradient by layer", {"layer": layers.tolist(), **sizes})
    first = {name: _told(float(values[-1])) for name, values in sizes.items()}
    numbers({f"{name}, layer 1": value for name, value in first.items()})
    formula(
        rf"\left(\tfrac14\right)^{{{depth}}} = {power(0.25**depth)}",
        "The most that a chain of sigmoid slopes can let through, before the weights.",
        "The sigmoid presses every number between 0 and 1, tanh between −1 and 1; both are flat at their ends. The "
        "learning signal is the gradient. The sigmoid is nowhere steeper than a quarter, so no more than a quarter "
        "of it passes each layer. The weights are drawn at random, for ReLU so large that on average as much "
        "arrives as was sent: somewhat more in one draw, somewhat less in another.",
    )
    if deep():
        st.caption("64 cells a layer, start weights after He (ReLU) and Glorot (sigmoid, tanh), no training.")
    show_code(gradient_by_layer)
    take_home("Gradient by layer", *(partial(gradient_by_layer, name, depth, seed=int(seed)) for name in COMPARED))


def _told(value: float) -> str:
    """A size that may be very small, to two digits."""
    if value >= 0.01:
        return f"{value:.2g}"
    digits, exponent = f"{value:.1e}".split("e")
    return f"{digits} × 10{str(int(exponent)).translate(RAISED)}"


STEPS = {
    "A bend": Stage(
        "A function of one number. Move x: the value that comes out, and the slope there.",
        _one_number,
        Question(
            "What is the slope of ReLU at x = −2?",
            ("−2", "0", "1"),
            1,
            "It is flat there. What the network is told about its mistakes does not pass a cell that is closed.",
        ),
        ("x",),
    ),
    "On a map": Stage(
        "What one learned kernel finds in this nodule, before and after the bend. Blue is below zero, vermilion above.",
        _on_a_map,
        Question(
            "Which cells does ReLU change?",
            ("Those below zero", "Those above zero", "All of them"),
            0,
            "They become zero. What the kernel found (above zero) stays as it is.",
        ),
        ("map",),
    ),
    "Why bend at all?": Stage(
        "Layers without a bend in between are one layer, and draw a straight line. Each ReLU adds one bend.",
        _bend,
        Question(
            "You put ten layers without a bend behind each other. What can they draw?",
            ("A curve with ten bends", "A curve with nine bends", "A straight line"),
            2,
            "A straight line of a straight line is a straight line, ten times over.",
        ),
        ("hinges",),
    ),
    "Back through many layers": Stage(
        "A learning signal of size 1 enters at the last layer. How much of it reaches the first?",
        _depth,
        Question(
            "A 20-layer network with sigmoids learns in its last layers only. Why?",
            (
                "Its kernels are too small.",
                "Each layer multiplies the gradient by a slope of at most 0.25, so almost nothing reaches the first.",
                "Sigmoids cannot be negative.",
            ),
            1,
            "The steepest slope of the sigmoid is 1/4; twenty of them in a row are at most 10⁻¹². ReLU's slope is 1 "
            "wherever the cell is active, so its gradient arrives.",
        ),
        ("depth", "seed"),
    ),
}

CHAPTER = Chapter(
    number=6,
    slug="activation",
    title="ReLU and friends",
    talk=Place(Part.DEEP, "Nonlinear activation function"),
    sentences=(
        "Between two convolutions every number is bent; without that, a deep network would be one flat layer.",
        "ReLU keeps what is positive and drops the rest, and lets gradients pass where it is open.",
    ),
    draw=draw,
)
