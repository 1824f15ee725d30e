"""For whom a model works: small and large nodules, each descriptor, and any other column of the table."""

from __future__ import annotations

import math

import streamlit as st

from sera_core import escape
from sera_core.evaluate.cells.subgroups import FEWEST, groups_of
from sera_core.evaluate.compare import subgroups
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff, Row, frame
from sera_core.figures.forest import Block, Mark, forest
from sera_core.ui.cell import say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, pick_centre, remember, say_centre
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import empty, guarded

MEASURES = {"auc": "AUC", "sensitivity": "Sensitivity", "specificity": "Specificity"}


@st.fragment
def show_subgroups(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.SUBGROUPS,
        "The same models in parts of a centre: by size, by what the nodule looks like, and by any other column of the "
        f"table (sex, age, scanner …). A part with fewer than {FEWEST} cases of a class is not shown.",
    )
    if not in_sight(Place.SUBGROUPS, cell.result):
        return
    centre, measure, by = "", "auc", None
    rows: tuple[Row, ...] = ()
    with cell.controls, guarded(), st.container(horizontal=True, vertical_alignment="bottom"):
        centre = pick_centre(chosen, "within")
        rows = remember(chosen, subgroups_at, centre, dict(chosen.cutoffs))
        by = _pick_group(rows)
        measure = _pick_measure()
    with cell.result, guarded():
        if centre:
            say_centre(chosen, centre)
        if by is None:
            empty(
                "Nothing to divide by",
                "The table gives neither sizes (size_mm) nor descriptors (composition, echogenicity, shape, margin, "
                "foci) for this centre, nor another column that divides its cases into few groups.",
                ":material/straighten:",
            )
        else:
            _show_groups(chosen, centre, rows, by, measure)
        say_meaning(
            "A model that falls in one row fails a group of patients, though its overall figure may look well.",
            "With many rows, some differ by chance: look for a pattern over centres. Wide bars are few cases, not "
            "weak models.",
        )
        show_code(subgroups, groups_of)


def subgroups_at(predictions: Predictions, centre: str, cutoffs: dict[str, Cutoff]) -> tuple[Row, ...]:
    """:func:`sera_core.evaluate.compare.subgroups` of one centre."""
    return subgroups(predictions.select(centres=[centre]), cutoffs)


def _pick_group(rows: tuple[Row, ...]) -> str | None:
    kinds = list(dict.fromkeys(row.subgroup.split(":")[0] for row in rows))
    if not kinds:
        return None
    return st.selectbox("By", kinds, key="group", bind="query-params")


def _pick_measure() -> str:
    picked = st.segmented_control(
        "Measure",
        list(MEASURES),
        format_func=MEASURES.__getitem__,
        default="auc",
        required=True,
        key="measure",
        bind="query-params",
    )
    return picked or "auc"


def _show_groups(chosen: Chosen, centre: str, rows: tuple[Row, ...], by: str, measure: str) -> None:
    mine = [row for row in rows if row.metric == measure and row.subgroup.startswith(f"{by}:")]
    shown, hidden = [], []
    for group in dict.fromkeys(row.subgroup for row in mine):
        known = [row for row in mine if row.subgroup == group and not math.isnan(row.estimate)]
        word = group.removeprefix(f"{by}: ").replace("_", " ")
        if known:
            marks = tuple(_mark(chosen, row) for row in known)
            shown.append(Block(f"{word} (n = {max(row.n for row in known)})", marks))
        else:
            hidden.append(word)
    if shown:
        span = (0.0, 1.0)
        zero = 0.5 if measure == "auc" else None
        figure = drawn(chosen, "subgroups", (centre, by, measure), lambda: forest(shown, MEASURES[measure], span, zero))
        chart(figure, f"subgroups-{centre}", f"{MEASURES[measure]} by {by} at {centre}", save=True)
    if hidden:
        st.caption(f"Not shown, fewer than {FEWEST} cases of a class: {escape.markdown(', '.join(hidden))}.")
    _say_tests(chosen, [row for row in rows if row.metric == f"{measure}_between_subgroups" and row.subgroup == by])
    offer_csv(frame(rows), f"subgroups-{centre}-numbers")


def _say_tests(chosen: Chosen, tests: list[Row]) -> None:
    """Whether the groups differ by more than chance, model by model."""
    if tests:
        said = [f"{escape.markdown(chosen.names[row.model])} p = {row.p:.3f} ({row.p_holm:.3f})" for row in tests]
        st.caption(
            f"Do the groups differ? {'; '.join(said)}. Cochran's Q; in brackets after Holm over all of these tests."
        )


def _mark(chosen: Chosen, row: Row) -> Mark:
    hover = f"n = {row.n}<br>{escape.figure(row.method)}"
    return Mark(chosen.names[row.model], row.estimate, row.low, row.high, chosen.looks[row.model], hover)
