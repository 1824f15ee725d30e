"""Cell 8: who agrees with whom, and which cases everybody misses."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from sera_core.evaluate.agreement import cohen, fleiss
from sera_core.evaluate.compare import errors, kappas
from sera_core.evaluate.results import Errors, Row, frame
from sera_core.figures.agreement import error_sets, kappa_matrix
from sera_core.figures.frame import interval
from sera_core.ui.cell import open_cell, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.case import show_case
from sera_core.ui.compare.chosen import Chosen, drawn, pick_centre, remember, say_centre
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import empty, guarded

MOST_RATERS = 6  # dots below the bars that still read on a phone
MOST_CASES = 200


@st.fragment
def show_agreement(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_cell(
        8,
        "Who agrees with whom",
        "Kappa is the agreement beyond chance of two raters, each at its own cut-off: 0 is chance, 1 is always. "
        "Below, the cases that many get wrong; choose one to see it.",
    )
    with cell.controls:
        centre = pick_centre(chosen, "agreeing")
    with cell.result, guarded():
        if not in_sight(8):
            return
        say_centre(chosen, centre)
        rows = [row for row in remember(chosen, kappas, chosen.cutoffs) if row.centre == centre]
        _kappas(chosen, centre, rows)
        _errors(chosen, centre)
        say_meaning(
            "Raters with a high kappa mostly make the same calls, and the same mistakes: a second opinion from a twin "
            "adds little. A case that all miss may be hard, or wrongly labelled.",
            "A high kappa does not mean that either is right, and kappa falls where nearly all cases are of one class.",
        )
        show_code(kappas, cohen, fleiss, errors)


def _kappas(chosen: Chosen, centre: str, rows: list[Row]) -> None:
    pairs = [row for row in rows if row.metric == "cohen_kappa"]
    if not pairs:
        empty("Nobody to agree with", "Choose a second model in cell 1.", ":material/group:")
        return
    raters = [name for name in chosen.names if any(name in (row.model, row.versus) for row in pairs)]
    draw = partial(kappa_matrix, pairs, raters, chosen.names)
    alt = f"Cohen's kappa of every two of {len(raters)} raters at {centre}"
    chart(drawn(chosen, "kappa", centre, draw), f"kappa-{centre}", alt, save=True)
    for row in rows:
        if row.metric == "fleiss_kappa":
            told = interval(row.estimate, row.low, row.high, 2)
            st.markdown(f"All {len(raters)} together: Fleiss' kappa **{told}** (n = {row.n}).")
    offer_csv(frame(rows), f"kappa-{centre}-numbers")


def _errors(chosen: Chosen, centre: str) -> None:
    present = [*chosen.models_at(centre), *chosen.predictions.readers]
    raters = st.multiselect(
        "Whose errors",
        present,
        present[:MOST_RATERS],
        key="raters",
        format_func=chosen.names.__getitem__,
        bind="query-params",
    )
    if not raters:
        empty("Nobody chosen", "Choose at least one model or reader above.", ":material/group:")
        return
    found = remember(chosen, errors, centre, chosen.cutoffs, tuple(raters))
    everybody, nobody = found.venn.get(found.raters, 0), found.venn.get((), 0)
    st.markdown(
        f"Of {len(found.cases)} cases, **{nobody}** are right for all of these, and **{everybody}** are wrong for all."
    )
    if len(found.cases) > nobody:
        draw = partial(error_sets, found, chosen.names)
        alt = "How many cases exactly these raters get wrong"
        chart(drawn(chosen, "errors", (centre, raters), draw), f"errors-{centre}", alt, save=True)
    _cases(chosen, found)


def _cases(chosen: Chosen, found: Errors) -> None:
    missed = found.cases[found.cases["wrong"] > 0].head(MOST_CASES)
    if missed.empty:
        st.caption("No case is wrong for any of them.")
        return
    table = _table(chosen, found, missed)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        st.caption(
            f"The most missed first{f', {MOST_CASES} of them' if len(missed) == MOST_CASES else ''}. Choose a row."
        )
        event = st.dataframe(
            table,
            hide_index=True,
            height=360,
            on_select="rerun",
            selection_mode="single-row",
            key=f"missed-{found.centre}-{len(found.raters)}",
            alt="Cases that most raters get wrong",
        )
        offer_csv(found.cases, f"errors-{found.centre}-cases")
    with right, guarded():
        rows = event.selection.rows
        if rows:
            show_case(chosen, found, int(rows[0]))
        else:
            empty("No case chosen", "Tick a row of the table to open its case here.", ":material/image_search:")


def _table(chosen: Chosen, found: Errors, missed: pd.DataFrame) -> pd.DataFrame:
    one, zero = chosen.classes_at(found.centre)
    wrong = found.wrong[: len(missed)]
    who = [", ".join(chosen.names[found.raters[k]] for k in np.flatnonzero(line)) for line in wrong]
    columns = {
        "wrong": [f"{count} of {len(found.raters)}" for count in missed["wrong"]],
        "truth": [one if label else zero for label in missed["label"]],
        "case": missed["case_id"].tolist(),
        "who": who,
    }
    if "size_mm" in missed:
        columns["size (mm)"] = missed["size_mm"].round(1).tolist()
    return pd.DataFrame(columns)
