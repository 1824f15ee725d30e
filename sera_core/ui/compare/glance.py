"""The AUC of every model at every centre."""

from __future__ import annotations

from functools import partial

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.evaluate.cells.unanswered import flow_table, flows
from sera_core.evaluate.compare import glance, pooled, unanswered
from sera_core.evaluate.results import Glance, frame
from sera_core.evaluate.roc import auc
from sera_core.figures.glance import auc_forest
from sera_core.figures.layout import interval
from sera_core.ui.cell import fold, say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, drawn, heading, remember
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.pooled import show_pooled
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded

BY = {"centre": "By centre", "model": "By model"}


@st.fragment
def show_glance(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.GLANCE,
        "How well each model ranks malignant above benign nodules, where it was tuned and where it was not. "
        "An AUC of 0.5 is a coin; the bar is the 95 % interval, by whole patients.",
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
        for place, kind in enumerate(chosen.kinds):
            heading(chosen, kind)
            if place and not in_sight(Place.GLANCE, st.container()):  # the first figure is not to wait for the second
                continue
            alt = (
                f"AUC with its interval of {len(chosen.predictions.models)} models at {len(chosen.kinds[kind])} centres"
            )
            draw = partial(auc_forest, found, kind, chosen.looks, chosen.names, chosen.headings, by == "model")
            figure = drawn(chosen, f"auc {kind}", by, draw)
            chart(figure, f"auc-{kind}", alt, save=True)
        _say(chosen, found)
        fold("As a table", "auc-table", lambda: _tables(chosen, found))
        offer_csv(frame([*found.rows, *found.ceilings]), "auc")
        show_pooled(chosen)
        fold("What became of every case", "flow", lambda: _flow(chosen))
        say_meaning(
            "Of a malignant and a benign nodule of that centre, the model gives the malignant one the higher "
            "probability this often. Internal results flatter: compare models where they are external.",
            "It says nothing about the cut-off, about the share of cancers found, or about centres that are not here. "
            f"Overlapping intervals do not show that two models are equal: cell {Place.DIFFERENCE} tests that.",
        )
        show_code(glance, auc, pooled)


def _say(chosen: Chosen, found: Glance) -> None:
    legend = (
        "Open marks: internal, where the model was tuned. Filled marks: external. In brackets: cases with label 1 / 0."
    )
    if found.ceilings:
        legend += " Dotted line: the ceiling, the best anybody could reach from the simulated descriptors."
    if chosen.predictions.readers:
        legend += " Grey: readers and guidelines; R1 is reader 1."
    st.caption(legend)
    repeated = [centre for centre in chosen.predictions.centres if chosen.predictions.at(centre).repeated]
    if repeated:
        where = ", ".join(repeated)
        st.caption(
            f"At {escape.markdown(where)} some patients have several images: the bars there are Obuchowski's, and "
            "tests take patients, not images, as independent."
        )
    if partly := _partly(chosen, found):
        st.caption(
            f"Not all cases were answered: {partly}. Each AUC is that of the cases the model answered; tests between "
            "models are on the cases that both did."
        )
    winners = {centre: best for centre, best in found.best.items() if best}
    if winners:
        said = ", ".join(
            f"**{escape.markdown(chosen.names[model])}** at {escape.markdown(centre)}"
            for centre, model in winners.items()
        )
        st.markdown(f"Really better than the second (paired test, p < 0.05 after Holm): {said}. Only these are bold.")
    else:
        st.markdown("At no centre is the best model really better than the second (paired test, p < 0.05 after Holm).")


def _partly(chosen: Chosen, found: Glance) -> str:
    """Models that left out cases, with how many of a centre's they answered."""
    short = [row for row in found.rows if row.model in chosen.looks and row.n < sum(found.counts[row.centre])]
    return ", ".join(
        escape.markdown(f"{chosen.names[row.model]} {row.n} of {sum(found.counts[row.centre])} at {row.centre}")
        for row in short
        if (row.model, row.centre) in found.roles
    )


def _flow(chosen: Chosen) -> None:
    """Answered, refused and missing cases, and the figures with these put back in."""
    st.table(flow_table(flows(chosen.predictions)).map(escape.markdown), hide_index=True, alt="Flow of cases")
    st.caption("Counts: label 1 / label 0. Refused: a row without a probability. Not asked: no row.")
    rows = remember(chosen, unanswered, chosen.cutoffs)
    if rows:
        lines: dict[tuple[str, str], dict[str, str]] = {}
        for row in rows:
            measure, how = row.metric.split("_", 1)
            line = lines.setdefault((row.centre, row.model), {"centre": row.centre, "model": chosen.names[row.model]})
            line[f"{measure}, {how.replace('_', ' ')}"] = interval(row.estimate, row.low, row.high, 2)
        st.dataframe(pd.DataFrame(list(lines.values())), hide_index=True, alt="Figures with missing answers put in")
        offer_csv(frame(rows), "unanswered")


def _tables(chosen: Chosen, found: Glance) -> None:
    for kind, centres in chosen.kinds.items():
        heading(chosen, kind)
        st.table(_table(chosen, found, centres))


def _table(chosen: Chosen, found: Glance, centres: tuple[str, ...]) -> pd.DataFrame:
    columns = {}
    for centre in centres:
        cells = {}
        for row in found.rows:
            if row.centre == centre:
                said = interval(row.estimate, row.low, row.high)
                role = found.roles.get((row.model, centre))
                said = f"**{said}**" if found.best.get(centre) == row.model else said
                cells[escape.markdown(chosen.names[row.model])] = f"{said} {'(int.)' if role == 'internal' else ''}"
        columns[escape.markdown(chosen.counts[centre])] = cells
    return pd.DataFrame(columns).fillna("")
