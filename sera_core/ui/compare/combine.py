"""What combining networks brings, the paper beside ours."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from sera_core.evaluate.combinations import LETTERS, by_number, marginal_gain, subset
from sera_core.evaluate.published import lee
from sera_core.figures.networks import accuracy_by_number, marginal_gains
from sera_core.study.shipped import read_study, study_names
from sera_core.ui.cell import say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import guarded

OURS = "lee2019-sim"
VIEWS = {"number": "How many", "subset": "Which ones", "gain": "What each adds", "features": "Features"}
FIGURES = {"accuracy_pct": "accuracy", "sensitivity_pct": "sensitivity", "specificity_pct": "specificity"}


@dataclass(frozen=True, eq=False)
class Tables:
    """The three tables of one source, and what its letters stand for."""

    title: str
    key: str
    features: pd.DataFrame
    concatenation: pd.DataFrame
    ensemble: pd.DataFrame
    letters: Mapping[str, str]

    @property
    def combined(self) -> pd.DataFrame:
        """Concatenations and ensembles in one table."""
        return pd.concat([self.concatenation, self.ensemble.assign(classifier="ensemble")], ignore_index=True)


@st.fragment
def show_combinations() -> None:
    """Draw the cell."""
    cell = open_place(
        Place.COMBINE,
        "Lee 2019 joined the features of up to six networks, or let classifiers vote. The paper stands beside the "
        "same experiment on simulated nodules; their numbers are never mixed.",
    )
    if not in_sight(Place.COMBINE, cell.result):
        return
    with cell.controls:
        view = st.segmented_control(
            "Show",
            list(VIEWS),
            format_func=VIEWS.__getitem__,
            default="number",
            required=True,
            key="combined",
            bind="query-params",
            label_visibility="collapsed",
        )
    with cell.result, guarded():
        sources = _sources()
        if len(sources) == 1:
            st.caption(f"Our own tables ({OURS}) are not part of this copy yet, so the paper stands alone.")
        {"number": _number, "subset": _subset, "gain": _gain, "features": _features}[view or "number"](sources)
        say_meaning(
            "The step from one network to two or three brings most of the gain; after that the range of the "
            "combinations narrows and its top hardly rises.",
            "The best of 114 rows on 150 nodules is partly luck: with so few, one accuracy has a 95 % interval of "
            "about ± 5 points. The paper's patients and the simulated ones are different: compare shapes, not heights.",
        )
        show_code(by_number, marginal_gain, subset)


@st.cache_resource(ttl=600, max_entries=1, show_spinner=False)
def _sources() -> list[Tables]:
    paper = Tables("Lee 2019 (paper)", "paper", lee("features"), lee("concatenation"), lee("ensemble"), LETTERS)
    if OURS not in study_names():
        return [paper]
    found = read_study(OURS).tables
    if not {"features", "concatenation", "ensemble", "networks"} <= set(found):
        return [paper]
    letters = dict(zip(found["networks"]["letter"], found["networks"]["title"], strict=True))
    ours = Tables("Ours (simulated)", "ours", found["features"], found["concatenation"], found["ensemble"], letters)
    return [paper, ours]


def _number(sources: list[Tables]) -> None:
    rows = [by_number(source.combined, source.letters) for source in sources]
    low, high = min(part["lowest"].min() for part in rows), max(part["highest"].max() for part in rows)
    grid = st.grid(2, min_column_width=300, gap="medium")
    for source, part in zip(sources, rows, strict=True):
        with grid.cell():
            st.markdown(f"**{source.title}**")
            figure = accuracy_by_number(part, (low - 1, high + 1))
            chart(figure, f"number-{source.key}", f"Accuracy against the number of networks, {source.title}", save=True)
            offer_csv(part, f"number-{source.key}-numbers")
    st.caption(
        "Marks: the mean of all combinations. Bars: from the worst to the best of them; no confidence intervals."
    )


def _subset(sources: list[Tables]) -> None:
    for source in sources:
        st.markdown(f"**{source.title}**")
        chosen = st.pills(
            f"Networks of {source.title}",
            list(source.letters),
            selection_mode="multi",
            default=list(source.letters)[:3],
            format_func=source.letters.__getitem__,
            key=f"networks-{source.key}",
            bind="query-params",
            label_visibility="collapsed",
        )
        rows = subset(source.combined, set(chosen), source.letters) if chosen else pd.DataFrame()
        if rows.empty:
            st.caption("No such row: tick one network or more. A single one was not joined to anything, only voted.")
            continue
        shown = rows[["networks", "classifier", *FIGURES]].rename(columns=FIGURES | {"classifier": "by"})
        st.dataframe(shown, hide_index=True, alt=f"Figures of the ticked networks, {source.title}")
    for source in sources:
        offer_csv(source.combined, f"combinations-{source.key}")


def _gain(sources: list[Tables]) -> None:
    grid = st.grid(2, min_column_width=300, gap="medium")
    for source in sources:
        rows = marginal_gain(source.combined, source.letters)
        with grid.cell():
            st.markdown(f"**{source.title}**")
            figure = marginal_gains(rows, source.letters)
            chart(figure, f"gain-{source.key}", f"What each network adds, {source.title}", save=True)
            offer_csv(rows, f"gain-{source.key}-numbers")
    st.caption("Marks: the mean change when the network joins. Bars: from the worst to the best case.")


def _features(sources: list[Tables]) -> None:
    for source in sources:
        st.markdown(f"**{source.title}**")
        table = source.features.drop(columns="note", errors="ignore")
        names = {column: column.removesuffix("_pct").replace("_", " ") for column in table}
        st.dataframe(table.rename(columns=names), hide_index=True, alt=f"Features and classifiers, {source.title}")
        offer_csv(source.features, f"features-{source.key}")
    st.caption("Per cent; frozen: without fine-tuning. An empty cell is illegible in the paper.")
