"""Cell 2: the AUC of every model at every centre."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from sera_core.contracts import Domain, Role
from sera_core.evaluate.compare import glance
from sera_core.evaluate.results import Glance, Row, frame
from sera_core.evaluate.roc import auc
from sera_core.figures.forest import Block, Mark, forest
from sera_core.figures.frame import interval
from sera_core.figures.palette import READER
from sera_core.ui.cell import open_cell, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, heading, remember
from sera_core.ui.states import guarded

BY = {"centre": "By centre", "model": "By model"}
ROLES: tuple[Role, ...] = ("internal", "external")


@st.fragment
def show_glance(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_cell(
        2,
        "At a glance",
        "How well each model ranks malignant above benign nodules, where it was tuned and where it was not. "
        "An AUC of 0.5 is a coin; the bar is DeLong's 95 % interval.",
    )
    with cell.controls:
        by = st.segmented_control(
            "Rows",
            list(BY),
            format_func=BY.__getitem__,
            default="centre",
            required=True,
            key="rows",
            bind="query-params",
            label_visibility="collapsed",
        )
    with cell.result, guarded():
        found = remember(chosen, glance)
        for kind in chosen.kinds:
            heading(chosen, kind)
            alt = (
                f"AUC with its interval of {len(chosen.predictions.models)} models at {len(chosen.kinds[kind])} centres"
            )
            figure = drawn(chosen, f"auc {kind}", by, partial(_forest, chosen, found, kind, by))
            chart(figure, f"auc-{kind}", alt, save=True)
        _say(chosen, found)
        with st.expander("As a table", icon=":material/table:"):
            st.table(_table(chosen, found))
        offer_csv(frame([*found.rows, *found.ceilings]), "auc")
        say_meaning(
            "Of a malignant and a benign nodule of that centre, the model gives the malignant one the higher "
            "probability this often. Internal results flatter: compare models where they are external.",
            "It says nothing about the cut-off, about the share of cancers found, or about centres that are not here. "
            "Overlapping intervals do not show that two models are equal: cell 5 tests that.",
        )
        show_code(glance, auc)


def _forest(chosen: Chosen, found: Glance, kind: Domain, by: str) -> go.Figure:
    blocks = _by_model(chosen, found, kind) if by == "model" else _by_centre(chosen, found, kind)
    return forest(list(blocks), "AUC", (0.0, 1.0), zero=0.5)


def _by_centre(chosen: Chosen, found: Glance, kind: Domain) -> Iterator[Block]:
    readers = {(row.model, row.centre): row for row in found.rows if row.model in chosen.predictions.readers}
    for role in ROLES:
        for centre in chosen.kinds[kind]:
            rows = [r for r in found.rows if r.centre == centre and found.roles.get((r.model, centre)) == role]
            if not rows:
                continue
            for name in chosen.predictions.readers:  # beside the models that stand first at this centre
                if (name, centre) in readers:
                    rows.append(readers.pop((name, centre)))
            yield _block(chosen, found, f"{role} · {chosen.counted(centre)}", rows)


def _by_model(chosen: Chosen, found: Glance, kind: Domain) -> Iterator[Block]:
    for model in chosen.predictions.models:
        rows = [r for r in found.rows if r.model == model and r.centre in chosen.kinds[kind]]
        rows.sort(key=lambda row: ROLES.index(found.roles[model, row.centre]))
        labels = [f"{row.centre} ({found.roles[model, row.centre][:3]}.)" for row in rows]
        if rows:
            marks = [_mark(chosen, found, row, label) for row, label in zip(rows, labels, strict=True)]
            yield Block(chosen.names[model], tuple(marks))


def _block(chosen: Chosen, found: Glance, title: str, rows: list[Row]) -> Block:
    ordered = sorted(rows, key=lambda row: -row.estimate if row.estimate == row.estimate else 1.0)
    marks = tuple(_mark(chosen, found, row, chosen.names[row.model]) for row in ordered)
    ceiling = next((row.estimate for row in found.ceilings if row.centre == rows[0].centre), None)
    return Block(title, marks, ceiling, "ceiling: the best anybody could reach from the descriptors, AUC")


def _mark(chosen: Chosen, found: Glance, row: Row, label: str) -> Mark:
    role = found.roles.get((row.model, row.centre))
    hover = f"{row.centre}, {role or 'reader'}<br>n = {row.n}<br>{row.method}"
    best = found.best.get(row.centre) == row.model
    look = chosen.looks.get(row.model, READER)
    return Mark(label, row.estimate, row.low, row.high, look, hover, role == "internal", best)


def _say(chosen: Chosen, found: Glance) -> None:
    st.caption("Open marks: internal, where the model was tuned. Filled marks: external. Dotted line: the ceiling.")
    winners = {centre: best for centre, best in found.best.items() if best}
    if winners:
        said = ", ".join(f"**{chosen.names[model]}** at {centre}" for centre, model in winners.items())
        st.markdown(f"Really better than the second (paired DeLong, p < 0.05): {said}. Only these are bold.")
    else:
        st.markdown("At no centre is the best model really better than the second (paired DeLong, p < 0.05).")


def _table(chosen: Chosen, found: Glance) -> pd.DataFrame:
    columns = {}
    for centre in chosen.predictions.centres:
        cells = {}
        for row in found.rows:
            if row.centre == centre:
                said = interval(row.estimate, row.low, row.high)
                role = found.roles.get((row.model, centre))
                said = f"**{said}**" if found.best.get(centre) == row.model else said
                cells[chosen.names[row.model]] = f"{said} {'(int.)' if role == 'internal' else ''}"
        columns[chosen.counted(centre)] = cells
    return pd.DataFrame(columns).fillna("")
