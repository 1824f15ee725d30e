"""Chapter 11: features of layers and networks, classifiers and ensembles, and the cut-off one drags."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from sera_core.contracts import Verdict, is_positive
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.proportion import counts, measures
from sera_core.evaluate.roc import auc, curve
from sera_core.figures import decision as figures
from sera_core.figures import palette
from sera_core.images.prepare import prepare
from sera_core.lessons import decision
from sera_core.lessons.bank import NETWORK_PX, NETWORKS, load_bank, preparation, stage_features
from sera_core.lessons.decision import READERS, Opinion
from sera_core.ui.cache import remembered
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import numbers, step, take_home
from sera_core.ui.states import guarded

LAYERS = ("Lite0 stage 3", "Lite0 stage 5", "Lite0 last", "Lite1 last", "Lite2 last")
WAYS = {"Concatenate": "Side by side (concatenated)", "Average": "Each apart, then averaged"}

Choice = tuple[tuple[str, ...], tuple[str, ...], str]  # layers, readers, way


def draw() -> None:
    """Draw the chapter."""
    _body(choose_nodule())


@st.fragment
def _body(specimen: Specimen) -> None:
    with guarded():  # here, because a fragment wraps what is raised in it
        _parts(specimen)


def _parts(specimen: Specimen) -> None:
    step("Features and classifiers", "Choose where the features come from, and who reads them.")
    choice = _choose()
    opinion = _opinion(specimen, choice)
    labels = load_bank().labels
    _say_features(choice)
    compare = partial(_compare, specimen, choice)
    fold("One at a time, side by side, averaged: all of them compared (some seconds)", "decision_table", compare)
    step("The cut-off", "Drag it: the four counts, the three shares and the point on the ROC curve follow.")
    _cut(opinion, labels)
    ask(QUESTION, "decision_q")


def _choose() -> Choice:
    layers = st.pills(
        "Layers", LAYERS, default=["Lite0 stage 5", "Lite1 last"], selection_mode="multi", key="decision_layers",
        bind="query-params",
        help="What comes out so deep in a network, averaged over the picture. The networks never saw a nodule.",
    )  # fmt: skip
    with st.container(horizontal=True):
        readers = st.pills(
            "Classifiers",
            READERS,
            default=["SVM"],
            selection_mode="multi",
            key="decision_readers",
            bind="query-params",
        )
        way = st.segmented_control(
            "Several layers", list(WAYS), default="Concatenate", format_func=WAYS.__getitem__, key="decision_way",
            bind="query-params", required=True,
        )  # fmt: skip
    st.caption(
        "Lite0, Lite1, Lite2: three networks that know photographs; stage: how deep in the network the features were "
        "read. SVM: the widest street of chapter 4; random forest: many small questions put to the vote."
    )
    return tuple(layers), tuple(readers), way or next(iter(WAYS))


@remembered("Asking the networks about this nodule")
def _own_features(specimen: Specimen, network: str) -> dict[str, np.ndarray]:
    crop = prepare(specimen.image.pixels, specimen.box, preparation(NETWORK_PX)).pixels
    return {layer: rows[0] for layer, rows in stage_features(network, crop[None]).items()}


@remembered("Fitting the classifiers, so that each nodule is judged by one that never saw it")
def _opinion(specimen: Specimen, choice: Choice) -> Opinion:
    """Probabilities of a choice of layers and readers."""
    layers, readers, way = choice
    bank = load_bank()
    known = {layer: bank.layers[layer] for layer in layers}
    own = {layer: _own_features(specimen, _network_of(layer))[layer] for layer in layers}
    if way == "Concatenate":
        groups = [(decision.concatenated(known), decision.concatenated(own))]
    else:
        groups = [(known[layer], own[layer]) for layer in layers]
    return decision.averaged(
        [decision.judge(reader, features, bank.labels, one) for reader in readers for features, one in groups]
    )


def _network_of(layer: str) -> str:
    return next(name for name in NETWORKS if name[-1] == layer[4])


def _say_features(choice: Choice) -> None:
    layers, readers, way = choice
    widths = [load_bank().layers[layer].shape[1] for layer in layers]
    if way == "Concatenate" or len(layers) == 1:
        text = f"{' + '.join(map(str, widths))} = {sum(widths)} features a nodule, read by {' and '.join(readers)}"
    else:
        text = f"{len(layers)} layers, each read on its own by {' and '.join(readers)}"
    several = len(readers) * (1 if way == "Concatenate" else len(layers))
    text += f"; the mean of {several} probabilities" if several > 1 else ""
    st.markdown(f"{text}. {len(load_bank().labels)} simulated nodules, each judged by classifiers that never saw it.")
    st.caption(
        "Nobody here is the network of Diagnose: these know photographs only, and their answer for your nodule is "
        "another. It is a share that was not calibrated (chapter 14)."
    )


def _compare(specimen: Specimen, choice: Choice) -> None:
    """A table like the talk's, for the layers chosen; made only when asked for, because it fits many classifiers."""
    layers, _, _ = choice
    labels, rows = load_bank().labels, []
    options = [(layer,) for layer in layers] + ([layers] if len(layers) > 1 else [])
    for chosen in options:
        for readers in (*((reader,) for reader in READERS), READERS):
            found = _opinion(specimen, (chosen, readers, "Concatenate")).probabilities
            shares = measures(*counts(labels, found, youden(labels, found)))
            rows.append(
                {
                    "features": " + ".join(chosen),
                    "classifier": " + ".join(readers),
                    "AUC": auc(labels, found).value,
                    **{name: float(shares[name]) for name in ("accuracy", "sensitivity", "specificity")},
                }
            )
    st.dataframe(rows, hide_index=True, column_config={name: st.column_config.NumberColumn(format="%.3f") for name in (
        "AUC", "accuracy", "sensitivity", "specificity")})  # fmt: skip
    st.caption("At each row's own Youden cut-off, found on the same cases: a little too good, as everywhere.")


def _cut(opinion: Opinion, labels: np.ndarray) -> None:
    best = decision.best_percent(opinion.probabilities, labels)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        cut = st.slider("Cut-off (%)", 0, 100, 50, key="decision_cut", bind="query-params") / 100
        st.button("To Youden's", on_click=_set_cut, args=(best,), key="decision_youden")
    both = figures.sides(opinion.probabilities, labels, cut, opinion.own)
    chart(both, "decision-sides", "Cases on both sides of the cut-off")
    tp, fn, fp, tn = counts(labels, opinion.probabilities, cut)
    shares = {name: float(value) for name, value in measures(tp, fn, fp, tn).items()}
    index = shares["sensitivity"] + shares["specificity"] - 1
    numbers(
        {
            "Accuracy": f"{shares['accuracy']:.1%}",
            "Sensitivity": f"{shares['sensitivity']:.1%}",
            "Specificity": f"{shares['specificity']:.1%}",
            "Youden's J": f"{index:.2f}",
            "This nodule": f"{'◆' if is_positive(opinion.own, cut) else '●'} {opinion.own:.0%}",
        }
    )
    left, right = st.columns(2)
    with left:
        _four_counts(tp, fn, fp, tn)
    with right:
        _roc(opinion, labels, (1 - shares["specificity"], shares["sensitivity"]), best / 100)
    formula(
        r"\begin{aligned}"
        rf"\text{{acc}} &= \tfrac{{TP+TN}}{{TP+TN+FP+FN}} = \tfrac{{{tp}+{tn}}}{{{tp + tn + fp + fn}}} = "
        rf"{shares['accuracy']:.3f} \\"
        rf"\text{{sen}} &= \tfrac{{TP}}{{TP+FN}} = \tfrac{{{tp}}}{{{tp + fn}}} = {shares['sensitivity']:.3f} \\"
        rf"\text{{spe}} &= \tfrac{{TN}}{{TN+FP}} = \tfrac{{{tn}}}{{{tn + fp}}} = {shares['specificity']:.3f} \\"
        rf"J &= \text{{sen}} + \text{{spe}} - 1 = {index:.3f}"
        r"\end{aligned}",
        means="Youden's J is sensitivity + specificity − 1: 0 is a guess, 1 is perfect. It is largest at "
        f"{best} % here.",
    )
    show_code(decision.judge, decision.concatenated, decision.averaged, counts, decision.best_percent)
    take_home("Cut-off", partial(counts, labels, opinion.probabilities, cut), partial(measures, tp, fn, fp, tn))


def _four_counts(tp: int, fn: int, fp: int, tn: int) -> None:
    """Rows are the truth, columns what was called; a table, because a figure takes a browser longer."""
    benign, malignant = (palette.NAME[verdict] for verdict in (Verdict.BENIGN, Verdict.MALIGNANT))
    st.table(
        {
            "Truth": [f":{benign}[benign]", f":{malignant}[malignant]"],
            f":{benign}[Called benign]": [f"**{tn}** true negative", f"**{fn}** false negative"],
            f":{malignant}[Called malignant]": [f"**{fp}** false positive", f"**{tp}** true positive"],
        },
        hide_index=True,
        border="horizontal",
        alt="Confusion matrix at the cut-off",
    )


def _roc(opinion: Opinion, labels: np.ndarray, here: tuple[float, float], best: float) -> None:
    false_positive, sensitivity, threshold = curve(labels, opinion.probabilities)
    area = auc(labels, opinion.probabilities)
    shares = measures(*counts(labels, opinion.probabilities, best))
    peak = 1 - float(shares["specificity"]), float(shares["sensitivity"])
    words = f"AUC {area.value:.3f} ({area.low:.3f} to {area.high:.3f})"
    table = {"1 - specificity": false_positive.tolist(), "sensitivity": sensitivity.tolist()}
    table["cut-off"] = threshold.tolist()
    chart(figures.curve(false_positive, sensitivity, here, peak, words), "decision-roc", f"ROC curve, {words}", table)


def _set_cut(percent: int) -> None:
    st.session_state["decision_cut"] = percent


QUESTION = Question(
    "You lower the cut-off. What happens?",
    ("Sensitivity rises, specificity falls", "Both rise", "The AUC rises"),
    0,
    "More nodules are called malignant: more of the malignant ones are found, more of the benign ones alarmed. The "
    "curve "
    "itself, and its area, belong to the probabilities and not to any cut-off.",
)

CHAPTER = Chapter(
    number=11,
    slug="decision",
    title="From features to a diagnosis",
    talk=Place(Part.SERA, "Result: feature extraction, concatenation, classification ensemble"),
    sentences=(
        "What a network finds (its activations) are features, and any classifier may read them: from one layer, "
        "from several side by side, or from several networks whose answers are averaged.",
        "At the end stands a probability, yet to be calibrated; where it is cut decides who is called malignant.",
    ),
    draw=draw,
)
