"""Whether a difference is more than chance, between models, between centres, and against a reader."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.contracts import Domain
from sera_core.evaluate.compare import auc_differences, between_centres, interactions, mcnemar_tests, noninferiority
from sera_core.evaluate.delong import paired, unpaired
from sera_core.evaluate.noninferior import ALPHA
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.results import Row, frame
from sera_core.figures.forest import Block, Mark, forest
from sera_core.figures.layout import interval
from sera_core.ui.cell import fold, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, heading, pick_model, remember
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import empty, guarded

VIEWS = {"models": "Two models", "centres": "Two centres", "reader": "With the reader", "margin": "No worse than"}
METRIC = {
    "auc_difference": "AUC",
    "sensitivity_difference": "Sensitivity",
    "specificity_difference": "Specificity",
    "auc_noninferiority": "AUC",
    "sensitivity_noninferiority": "Sensitivity",
    "specificity_noninferiority": "Specificity",
}
MEASURES = {"auc": "AUC", "sensitivity": "Sensitivity", "specificity": "Specificity"}


@st.fragment
def show_differences(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.DIFFERENCE,
        "Two models on the same cases, one model at two centres, or a model's lead over a reader from centre to "
        "centre. Each p is also shown after Holm's correction for looking many times.",
    )
    if not in_sight(Place.DIFFERENCE, cell.result):
        return
    with cell.controls:
        view = st.segmented_control(
            "Compare",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            default="models",
            required=True,
            key="versus",
            bind="query-params",
            label_visibility="collapsed",
        )
    with cell.result, guarded():
        draw = {"models": _two_models, "centres": _two_centres, "reader": _with_reader, "margin": _no_worse}
        draw[view or "models"](chosen)
        say_meaning(
            "A bar that keeps clear of 0 would seldom come from chance alone. With many comparisons on one page some "
            "do by luck; the p after Holm allows for that.",
            "A large p does not show that two models are equal: the cases may be too few. A small p does not make a "
            "difference large enough to matter.",
        )
        show_code(auc_differences, paired, unpaired, mcnemar, interactions, noninferiority)


def _two_models(chosen: Chosen) -> None:
    raters = [*chosen.predictions.models, *chosen.predictions.readers]
    if len(raters) < 2:
        empty(
            "One model alone",
            f"Choose a second model in cell {Place.SOURCE} to compare it with.",
            ":material/compare_arrows:",
        )
        return
    with st.container(horizontal=True):
        first = pick_model(chosen, "Model", "first", raters)
        second = pick_model(chosen, "minus", "second", [name for name in raters if name != first])
    tests = [*remember(chosen, auc_differences), *remember(chosen, mcnemar_tests, chosen.cutoffs)]
    rows = [row for row in (_turned(row, first, second) for row in tests) if row is not None]
    if not rows:
        empty(
            "No common centre",
            escape.markdown(f"{first} and {second} share no centre here."),
            ":material/compare_arrows:",
        )
        return
    _forests(chosen, rows, f"{first} minus {second}", lambda row: METRIC[row.metric], lambda row: row.centre)
    _table(chosen, rows)

    def draw() -> None:
        st.dataframe(_lines(chosen, tests), hide_index=True, alt="Paired tests of every pair at every centre")

    fold("Every pair of models and readers", "every-pair", draw)
    offer_csv(frame(tests), "paired-tests")


def _two_centres(chosen: Chosen) -> None:
    rows = remember(chosen, between_centres)
    if not rows:
        empty(
            "One centre alone",
            f"Choose a second centre of the same kind in cell {Place.SOURCE}.",
            ":material/compare_arrows:",
        )
        return
    model = pick_model(chosen, "Model", "travels", dict.fromkeys(row.model for row in rows))
    mine = [row for row in rows if row.model == model]
    _forests(chosen, mine, f"AUC of {model}, first centre minus second", lambda row: "AUC", lambda row: row.centre)
    _table(chosen, mine)
    offer_csv(frame(rows), "between-centres")


def _with_reader(chosen: Chosen) -> None:
    if not chosen.predictions.readers:
        empty(
            "No reader in this table",
            "Columns named reader_… (a score for each case) would be compared with the models here.",
            ":material/person_search:",
        )
        return
    reader = pick_model(chosen, "Reader", "beside", chosen.predictions.readers)
    rows = remember(chosen, interactions, reader)
    if not rows:
        empty("One centre alone", "The reader needs two centres of the same kind.", ":material/compare_arrows:")
        return
    models = list(dict.fromkeys(row.model for row in rows))
    model = pick_model(chosen, "Model", "leads", models)
    mine = [row for row in rows if row.model == model]
    title = f"lead of {model} over {chosen.names[reader]}: first centre minus second"
    _forests(chosen, mine, title, lambda row: "AUC", lambda row: row.centre)
    _table(chosen, mine)
    offer_csv(frame(rows), "interactions")


def _no_worse(chosen: Chosen) -> None:
    raters = [*chosen.predictions.models, *chosen.predictions.readers]
    if len(raters) < 2:
        empty("One model alone", f"Choose a second model in cell {Place.SOURCE}.", ":material/compare_arrows:")
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = pick_model(chosen, "Is", "no-worse")
        second = pick_model(chosen, "no worse than", "than", [name for name in raters if name != first])
        measure = st.selectbox(
            "in", list(MEASURES), format_func=MEASURES.__getitem__, key="worse-in", bind="query-params"
        )
        margin = st.number_input("by a margin of", 0.01, 0.5, 0.05, 0.01, key="margin", bind="query-params")
    tests = remember(chosen, noninferiority, chosen.cutoffs, {measure: margin})
    rows = [row for row in tests if (row.model, row.versus) == (first, second)]
    if not rows:
        empty(
            "No common centre", escape.markdown(f"{first} and {second} share no centre."), ":material/compare_arrows:"
        )
        return
    _forests(chosen, rows, f"{first} minus {second}", lambda row: METRIC[row.metric], lambda row: row.centre, -margin)
    _table(chosen, rows, ALPHA)
    st.caption(
        "The line is the margin: shown where the whole interval lies to its right. One-sided p; Holm over all pairs "
        "of a centre. A margin counts only if it was fixed before any of these results was seen."
    )
    offer_csv(frame(tests), "noninferiority")


def _turned(row: Row, first: str, second: str) -> Row | None:
    """The row as first minus second, None when it is about another pair."""
    if (row.model, row.versus) == (first, second):
        return row
    if (row.model, row.versus) != (second, first):
        return None
    return replace(row, model=first, versus=second, estimate=-row.estimate, low=-row.high, high=-row.low)


def _forests(
    chosen: Chosen,
    rows: Sequence[Row],
    axis: str,
    block: Callable[[Row], str],
    label: Callable[[Row], str],
    line: float = 0.0,
) -> None:
    for kind in chosen.kinds:
        here = [row for row in rows if _kind(chosen, row) == kind]
        if not here:
            continue
        heading(chosen, kind)
        blocks = []
        for title in dict.fromkeys(map(block, here)):
            marks = [_mark(chosen, row, label(row)) for row in here if block(row) == title]
            blocks.append(Block(title, tuple(marks)))
        chart(forest(blocks, axis, zero=line), f"difference-{kind}", f"{axis}, with 95 % intervals", save=True)


def _kind(chosen: Chosen, row: Row) -> Domain:
    """Of a centre, or of both of ``A - B``: no test spans the two kinds."""
    for kind, centres in chosen.kinds.items():
        if any(row.centre == centre or row.centre.startswith(f"{centre} - ") for centre in centres):
            return kind
    return chosen.study.domain


def _mark(chosen: Chosen, row: Row, label: str) -> Mark:
    hover = f"p {_p(row.p)}, after Holm {_p(row.p_holm)}<br>n = {row.n}<br>{escape.figure(row.method)}"
    clear = row.p_holm < (ALPHA if row.metric.endswith("noninferiority") else 0.05)
    return Mark(label, row.estimate, row.low, row.high, chosen.looks[row.model], hover, not clear, clear)


def _table(chosen: Chosen, rows: Sequence[Row], level: float = 0.05) -> None:
    st.caption(f"Filled and bold: p after Holm below {level:g}.")
    for kind in chosen.kinds:
        here = [row for row in rows if _kind(chosen, row) == kind]
        if here:
            heading(chosen, kind)
            lines = _lines(chosen, here).drop(columns=["model", "minus"])
            st.table(lines.map(escape.markdown), hide_index=True, alt="Differences with p-values")


def _lines(chosen: Chosen, rows: Iterable[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "of": METRIC.get(row.metric, "lead"),
                "centre": row.centre,
                "model": chosen.names[row.model],
                "minus": chosen.names.get(row.versus, row.versus),
                "difference": interval(row.estimate, row.low, row.high),
                "p": _p(row.p),
                "p (Holm)": _p(row.p_holm),
                "test": row.method,
            }
            for row in rows
        ]
    )


def _p(value: float) -> str:
    if math.isnan(value):
        return "–"
    return "<\u00a00.001" if value < 0.001 else f"{value:.3f}"
