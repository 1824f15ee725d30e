"""What each model's cut-off does, and what another one would do."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.evaluate.compare import confusions, cutoff_changes, optimisms
from sera_core.evaluate.proportion import wilson
from sera_core.evaluate.results import Confusion, Cutoff, Optimism, Row, frame
from sera_core.figures.confusion import confusion_grid
from sera_core.figures.layout import interval
from sera_core.ui.cell import fold, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, heading, panels, pick_model, remember, say_name
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded

MEASURES = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "accuracy": "Accuracy",
    "ppv": "PPV",
    "npv": "NPV",
    "f1": "F1",
    "lr_positive": "LR+",
    "lr_negative": "LR−",
}


@st.fragment
def show_confusions(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.CONFUSION,
        "Each model at its cut-off: counts, and per cent of the malignant or benign cases. Below, where each came "
        "from, and what another would change.",
    )
    if not in_sight(Place.CONFUSION, cell.result):
        return
    with cell.result, guarded():
        found = remember(chosen, confusions, chosen.cutoffs)
        for kind, centres in chosen.kinds.items():
            heading(chosen, kind)
            panels(centres, lambda centre: _panel(chosen, centre, [one for one in found if one.centre == centre]))
        _sources(chosen)
        _measures(chosen, found)
        _what_if(chosen)
        say_meaning(
            "This is what a person would meet who used the model with its own cut-off. Accuracy, PPV and NPV depend on "
            "how many cases are malignant at the centre; sensitivity and specificity less so.",
            "A cut-off that looks better after you moved it here is tuned on these very cases: on new ones the gain "
            "shrinks or goes.",
        )
        show_code(confusions, wilson, optimisms, cutoff_changes)


def _panel(chosen: Chosen, centre: str, found: list[Confusion]) -> None:
    say_name(chosen, centre)
    names = [chosen.names[one.model] for one in found]
    figure = drawn(chosen, f"confusion {centre}", None, lambda: confusion_grid(found, names))
    chart(figure, f"confusion-{centre}", f"Confusion matrices at {chosen.counts[centre]}", save=True)


def _sources(chosen: Chosen) -> None:
    """Where each cut-off came from; one that was chosen on a centre's own cases flatters the model there."""
    raters = (*chosen.predictions.models, *chosen.predictions.readers)
    used = {name: chosen.cutoffs[name] for name in raters}
    tuned = sorted({centre for cutoff in used.values() for centre in cutoff.chosen_at})
    if tuned:
        st.caption(
            f"Cut-offs were chosen by Youden's index on the cases of {escape.markdown(', '.join(tuned))}: what stands "
            "there flatters the models, by as much as is told below. At every other centre they were fixed beforehand."
        )

    def draw() -> None:
        lines = [
            {
                "model": chosen.names[name],
                "positive from": interval(cutoff.value, cutoff.low, cutoff.high),
                "where from": cutoff.method,
                "chosen on the cases of": ", ".join(cutoff.chosen_at) or "none of these centres",
            }
            for name, cutoff in used.items()
        ]
        st.table(pd.DataFrame(lines).map(escape.markdown), hide_index=True, alt="Cut-offs and where they came from")

    fold("Where each cut-off came from", "cutoff-sources", draw)


def _measures(chosen: Chosen, found: tuple[Confusion, ...]) -> None:

    def draw() -> None:
        for centre in chosen.predictions.centres:
            st.markdown(f"**{escape.markdown(chosen.counts[centre])}**")
            at = [one for one in found if one.centre == centre]
            st.dataframe(_table(chosen, at), hide_index=True, alt=f"Measures of every model at {centre}")
        methods = sorted({row.method for one in found for row in one.rows})
        st.caption("Intervals: " + "; ".join(methods) + ".")

    fold("Sensitivity, specificity, accuracy, PPV, NPV, F1, LR+ and LR− with intervals", "measures", draw)
    offer_csv(frame(row for one in found for row in one.rows), "confusion")


def _table(chosen: Chosen, found: list[Confusion]) -> pd.DataFrame:
    lines = []
    for one in found:
        rows = {row.metric: row for row in one.rows}
        line = {"model": chosen.names[one.model], "cut-off": f"{one.cutoff:.3f}"}
        for metric, word in MEASURES.items():
            row = rows[metric]
            digits = 1 if metric.startswith("lr") else 2
            line[word] = interval(row.estimate, row.low, row.high, digits)
        lines.append(line)
    return pd.DataFrame(lines)


@st.fragment
def _what_if(chosen: Chosen) -> None:
    with st.container(border=True), guarded():
        st.markdown("**What if the cut-off were another?**")
        model = pick_model(chosen, "Model", "moved")
        show_move(chosen, model)
        _optimism(chosen, model)


@st.fragment
def show_move(chosen: Chosen, model: str) -> None:
    """One model's cut-off on a slider, and what it would change; only this is drawn again when it moves."""
    frozen = chosen.cutoffs[model]
    start = min(max(round(frozen.value, 2), 0.0), 1.0)
    place = st.slider("Positive from", 0.0, 1.0, start, 0.01, key=f"cut-{model}", bind="query-params")
    st.caption(f"The model's own: {_said(frozen)}. The slider stands for it at {start:.2f}.")
    moved = frozen.value if place == start else place  # its steps are coarser than the frozen cut-off
    cutoffs = {**chosen.cutoffs, model: Cutoff(moved, math.nan, math.nan, "what if")}
    there = [found for found in confusions(chosen.predictions.select([model]), cutoffs) if found.model == model]
    before = {found.centre: found for found in remember(chosen, confusions, chosen.cutoffs) if found.model == model}
    for kind, centres in chosen.kinds.items():
        here = [found for found in there if found.centre in centres]
        if here:
            heading(chosen, kind)
            figure = confusion_grid(here, [found.centre for found in here])
            chart(figure, f"what-if-{kind}", f"Confusion matrices of {model} from {moved:.3f} up", save=True)
            changes = cutoff_changes(chosen.predictions, model, chosen.cutoffs, moved)
            st.dataframe(
                _moves(before, here, changes), hide_index=True, alt="Sensitivity and specificity before and after"
            )


def _said(cutoff: Cutoff) -> str:
    bounds = "" if math.isnan(cutoff.low) else f", 95 % {cutoff.low:.3f} to {cutoff.high:.3f}"
    return f"{cutoff.value:.3f}{bounds} ({escape.markdown(cutoff.method)})"


def _moves(before: dict[str, Confusion], after: list[Confusion], changes: Iterable[Row]) -> pd.DataFrame:
    found, lines = {(row.centre, row.metric): row for row in changes}, []
    for one in after:
        line: dict[str, str] = {"centre": one.centre}
        for metric in ("sensitivity", "specificity"):
            old, new = (next(r for r in c.rows if r.metric == metric) for c in (before[one.centre], one))
            line[f"{metric} (its own)"] = interval(old.estimate, old.low, old.high, 2)
            line[f"{metric} (moved)"] = interval(new.estimate, new.low, new.high, 2)
            change = found[one.centre, f"{metric}_change"]
            p = "" if math.isnan(change.p) else f", p = {change.p:.3f}"
            line[f"{metric}, change"] = f"{interval(change.estimate, change.low, change.high, 2)}{p}"
        lines.append(line)
    return pd.DataFrame(lines)


def _optimism(chosen: Chosen, model: str) -> None:
    found = [one for one in remember(chosen, optimisms, chosen.cutoffs) if one.model == model]
    _flattered([one for one in found if one.chosen_here])
    outside = [one for one in found if not one.chosen_here]
    st.markdown("**How much better would a cut-off look that was tuned on the external cases themselves?**")
    if not outside:
        st.caption("This model has no external centre here.")
        return
    for kind, centres in chosen.kinds.items():
        here = [_tuned(one) for one in outside if one.centre in centres]
        if here:
            heading(chosen, kind)
            st.dataframe(pd.DataFrame(here), hide_index=True, alt="The model's own against a tuned cut-off by centre")
    st.caption(
        "The gain is optimism: the cases that chose the cut-off also judge it. A paper that tunes on its test set "
        "reports the right-hand numbers."
    )


def _flattered(found: list[Optimism]) -> None:
    """What the centre that chose the cut-off shows, and what to expect of new patients there."""
    if not found:
        return
    st.markdown("**How much does it flatter the model where its cut-off was chosen?**")
    lines = []
    for one in found:
        pairs = {word: (one.tuned[word], one.frozen[word]) for word in ("sensitivity", "specificity", "accuracy")}
        said = {word: f"{shown:.2f} → {expected:.2f}" for word, (shown, expected) in pairs.items()}
        lines.append({"centre": one.centre} | said | {"Youden's index loses": f"{one.gain['youden']:.2f}"})
    st.dataframe(pd.DataFrame(lines), hide_index=True, alt="Shown where the cut-off was chosen, and to be expected")
    st.caption(
        "Shown on these cases, and what to expect of new patients of the same centre: each patient judged by a "
        "cut-off that is chosen without them."
    )


def _tuned(one: Optimism) -> dict[str, str]:
    pairs = {word: (one.frozen[word], one.tuned[word]) for word in ("sensitivity", "specificity", "accuracy")}
    said = {word: f"{before:.2f} → {after:.2f}" for word, (before, after) in pairs.items()}
    cutoff = f"{one.frozen_cutoff:.2f} → {one.tuned_cutoff:.2f}"
    return {"centre": one.centre, "cut-off": cutoff} | said | {"Youden's index gains": f"{one.gain['youden']:+.2f}"}
