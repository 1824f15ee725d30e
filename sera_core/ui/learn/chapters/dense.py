"""Chapter 8: from features to two numbers that sum to one."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from sera_core.contracts import BadInput
from sera_core.figures.lines import bars, curves
from sera_core.figures.maps import chain
from sera_core.lessons.dense import Evidence, dense, evidence, softmax
from sera_core.ui.cache import remembered
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula, latex_matrix
from sera_core.ui.learn.nodule import Seen, choose_nodule, seen
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.learn.teacher import when_asked
from sera_core.ui.states import refused
from sera_core.wording import percent

MATRIX = [[1.0, -2.0, 0.5], [0.5, 1.0, -1.0]]
BIAS = [0.5, -0.5]
QUESTION = Question(
    "You add 10 to both scores. What does softmax answer?",
    ("The same as before", "Ten times as much", "1 and 0"),
    0,
    "Both powers grow by the same factor, which cancels: only the difference of the scores counts.",
)


def draw() -> None:
    """The whole chapter."""
    when_asked("By hand", _by_hand)
    network = seen(choose_nodule())
    title = network.classifier.card.title
    if network.classifier.card.kind == "cnn":
        when_asked("In the network that diagnoses", _real, network)
    else:
        sentence = f"{title} has no last layer to look into: choose another nodule."
        refused(BadInput("no_last_layer", sentence), "Nothing to take apart")
    ask(QUESTION, "dense_question")


@st.fragment
def _by_hand() -> None:
    step(
        "By hand",
        "Three numbers x go in. Two cells weigh them, each with its row of A, and add their b. Change any number.",
    )
    with st.container(horizontal=True):
        x = [st.slider(f"x{k + 1}", -3.0, 3.0, start, 0.5, key=f"dense_x{k + 1}", bind="query-params")
             for k, start in enumerate((1.0, -0.5, 2.0))]  # fmt: skip
    table = pd.DataFrame(np.column_stack([MATRIX, BIAS]), columns=["a1", "a2", "a3", "b"], index=["cell 1", "cell 2"])
    edited = st.data_editor(table, key="dense_table", width="content").fillna(0.0).to_numpy(float)
    matrix, bias = edited[:, :3], edited[:, 3]
    stages = dense(x, matrix, bias)
    formula(
        (
            rf"\underbrace{{{latex_matrix(matrix)}}}_{{A}}\underbrace{{{_column(x)}}}_{{x}} = "
            rf"\underbrace{{{_column(stages.product)}}}_{{Ax}}",
            rf"{_column(stages.product)} + "
            rf"\underbrace{{{_column(bias)}}}_{{b}} = \underbrace{{{_column(stages.shifted)}}}_{{Ax+b}} "
            rf"\xrightarrow{{\ \mathrm{{ReLU}}\ }} \underbrace{{{_column(stages.active)}}}_{{\alpha(Ax+b)}}",
        ),
        means="Each row of A is multiplied with x and summed, b is added, and ReLU, here called α, drops what is "
        "below zero. Every output cell sees every input cell.",
    )
    parts = {"in: x": np.asarray(x)[:, None], "weights A": matrix, "summed: Ax": stages.product[:, None]}
    parts |= {"+ b": stages.shifted[:, None], "out: α(Ax + b)": stages.active[:, None]}
    chart(chain(parts), "dense-chain", "From the numbers that go in to those that come out")
    show_code(dense)
    take_home("Fully connected layer", partial(dense, x, matrix, bias))


def _column(values: object) -> str:
    return latex_matrix(np.asarray(values, float)[:, None])


@st.fragment
def _real(network: Seen) -> None:
    title = network.classifier.card.title
    step(
        "In the network that diagnoses",
        f"What its features say of this nodule, and how its last layer weighs them. Its name: {title}.",
    )
    found = _evidence(network)
    count = st.slider("Features to show", 4, 30, 12, key="dense_count", bind="query-params")
    top = found.strongest(count)
    names = [f"feature {number + 1}" for number in top]
    terms = found.terms[top].tolist()
    chart(
        bars(names, terms, "what it adds to malignant (right) or benign (left)"),
        "dense-terms",
        "The features that weigh most",
        {"feature": (top + 1).tolist(), "value": found.features[top].tolist(), "adds": terms},
    )
    rest = found.score - found.bias - sum(terms)
    formula(
        rf"z_1 - z_0 = \underbrace{{{sum(terms):.2f}}}_{{{count}\text{{ shown}}}} "
        rf"\underbrace{{{rest:+.2f}}}_{{{len(found.features) - count}\text{{ others}}}} "
        rf"\underbrace{{{found.bias:+.2f}}}_{{\text{{bias}}}} = {found.score:.2f}",
        means="Each bar is a vote, the strongest first. The sum of all votes is the difference of the two scores.",
    )
    when_asked("Softmax", _softmax, network, found)
    show_code(evidence, softmax)


def _softmax(network: Seen, found: Evidence) -> None:
    step("Softmax", "Two scores become two shares. Heat evens them out, cold leaves the larger alone.")
    heat = st.slider("Temperature (1: as it is)", 0.1, 10.0, 1.0, 0.1, key="dense_heat", bind="query-params")
    shares, (benign, malignant) = softmax(found.logits, heat), found.logits
    formula(
        rf"p = \frac{{e^{{{malignant:.2f}/{heat:.1f}}}}}{{e^{{{benign:.2f}/{heat:.1f}}} + "
        rf"e^{{{malignant:.2f}/{heat:.1f}}}}} = {shares[1]:.3f}"
    )
    axis = np.linspace(0.1, 10, 200)
    rows = np.array([softmax(found.logits, one) for one in axis])
    lines = {"malignant": rows[:, 1], "benign": rows[:, 0]}
    chart(
        curves(axis, lines, "temperature", "share", mark=(heat, (shares[1], shares[0]))),
        "dense-softmax",
        "Softmax by heat",
    )
    calibration = network.classifier.card.calibration
    answer = 1 / (1 + np.exp(-(calibration.slope * found.score + calibration.intercept)))
    numbers(
        {
            "Malignant share": percent(float(softmax(found.logits)[1])),
            "At this temperature": percent(float(shares[1])),
            "Calibrated, as on Diagnose": percent(float(answer)),
        }
    )
    st.caption(
        "The share is what softmax makes of the two scores. Calibrated: it was compared with what nodules of such a "
        "share really were (chapter 14), and mended; only then it may be read as a probability."
    )
    formula(
        rf"\frac{{1}}{{1+e^{{-({calibration.slope:.3f}\cdot {found.score:.2f} {calibration.intercept:+.3f})}}}} "
        rf"= {answer:.3f}",
        "The probability on Diagnose: slope and shift were fitted on answers for nodules left out of training, so "
        "that of 100 nodules given 30 % some 30 are malignant (chapter 14). A slope is nothing but one over a "
        "temperature.",
    )


@remembered()
def _evidence(network: Seen) -> Evidence:
    classifier = network.classifier
    last = classifier.parts["last"]
    features = classifier.features(classifier.activations(network.crop.pixels[None]))[0]
    return evidence(features, last.get_parameter("weight").numpy(), last.get_parameter("bias").numpy())


CHAPTER = Chapter(
    number=8,
    slug="dense",
    title="Fully connected and softmax",
    talk=Place(Part.DEEP, "Fully-connected layer"),
    sentences=(
        "At the end every feature is weighed for and against each class, and the sums are the scores.",
        "Softmax turns scores into shares that sum to one; they are no probability until they are calibrated.",
    ),
    draw=draw,
)
