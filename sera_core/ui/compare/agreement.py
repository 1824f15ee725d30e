"""Who agrees with whom, and which cases everybody misses."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from sera_core.contracts import READER
from sera_core.evaluate.agreement import cohen, fleiss
from sera_core.evaluate.compare import errors, kappas
from sera_core.evaluate.results import Errors, Row, frame
from sera_core.figures.agreement import error_sets, kappa_matrix
from sera_core.figures.layout import interval
from sera_core.figures.venn import MOST, error_venn
from sera_core.ui.cell import say_meaning, show_code
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.case import show_case
from sera_core.ui.compare.chosen import Chosen, drawn, pick_centre, remember, say_centre
from sera_core.ui.compare.contents import Place, open_place
from sera_core.ui.compare.sight import in_sight
from sera_core.ui.states import empty, guarded

MISSED = {"all": "all of them", "any": "any of them"}
MOST_CASES = 200


@st.fragment
def show_agreement(chosen: Chosen) -> None:
    """Draw the cell."""
    cell = open_place(
        Place.AGREEMENT,
        "Kappa is the agreement beyond chance of two raters, each at its own cut-off: 0 is chance, 1 is always. "
        "Below, the cases that many get wrong; choose one to see it.",
    )
    if not in_sight(Place.AGREEMENT, cell.result):
        return
    with cell.controls:
        centre = pick_centre(chosen, "agreeing")
    with cell.result, guarded():
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
        empty("Nobody to agree with", f"Choose a second model in cell {Place.SOURCE}.", ":material/group:")
        return
    raters = [name for name in chosen.names if any(name in (row.model, row.versus) for row in pairs)]
    draw = partial(kappa_matrix, pairs, raters, chosen.names)
    alt = f"Cohen's kappa of every two of {len(raters)} raters at {centre}"
    chart(drawn(chosen, "kappa", centre, draw), f"kappa-{centre}", alt, save=True)
    for row in rows:
        if row.metric == "fleiss_kappa":
            kappa = interval(row.estimate, row.low, row.high, 2)
            st.markdown(f"All {len(raters)} together: Fleiss' kappa **{kappa}** (n = {row.n}).")
    offer_csv(frame(rows), f"kappa-{centre}-numbers")


def _errors(chosen: Chosen, centre: str) -> None:
    present = chosen.predictions.at(centre).raters
    raters = st.multiselect(
        "Whose errors",
        present,
        _first_raters(present),
        key="raters",
        format_func=chosen.names.__getitem__,
        bind="query-params",
        help=f"Up to {MOST} are drawn as circles, more as bars.",
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
        _overlaps(chosen, found)
    _cases(chosen, found, everybody)


def _first_raters(present: Sequence[str]) -> list[str]:
    """Two models and, where there is one, a reader: what a Venn diagram can show."""
    models, readers = ([name for name in present if name.startswith(READER) == reads] for reads in (False, True))
    return [*models[:2], *readers[:1]] if readers else models[:MOST]


def _overlaps(chosen: Chosen, found: Errors) -> None:
    circles = 1 < len(found.raters) <= MOST
    draw = (
        partial(error_venn, found, chosen.looks, chosen.names) if circles else partial(error_sets, found, chosen.names)
    )
    alt = "How many cases exactly these raters get wrong"
    chart(drawn(chosen, "errors", (found.centre, found.raters), draw), f"errors-{found.centre}", alt, save=True)
    if circles:
        st.caption("Cases that each gets wrong, in brackets all of them. The size of a circle stands for nothing.")
    offer_csv(_set_table(chosen, found), f"errors-{found.centre}-sets")


def _set_table(chosen: Chosen, found: Errors) -> pd.DataFrame:
    sets = sorted(found.venn.items(), key=lambda item: (-len(item[0]), -item[1]))
    return pd.DataFrame(
        [
            {chosen.names[rater]: "wrong" if rater in who else "right" for rater in found.raters} | {"cases": count}
            for who, count in sets
        ]
    )


def _cases(chosen: Chosen, found: Errors, everybody: int) -> None:
    somebody = int((found.cases["wrong"] > 0).sum())
    if not somebody:
        st.caption("No case is wrong for any of them.")
        return
    counts = {"all": everybody, "any": somebody}
    which = st.segmented_control(
        "Cases that are wrong for",
        list(MISSED),
        format_func=MISSED.__getitem__,
        default="all" if everybody else "any",
        required=True,
        key="missed",
        bind="query-params",
    )
    missed = found.cases.head(min(counts[which], MOST_CASES))  # the most missed come first
    if missed.empty:
        st.caption("No case is wrong for all of them.")
        return
    left, right = st.columns([3, 2], gap="medium")
    with left:
        more = f" The first {MOST_CASES} of them; the file below has all." if counts[which] > MOST_CASES else ""
        st.caption(f"Tick a row to open its case.{more}")
        event = st.dataframe(
            _table(chosen, found, missed, which == "any"),
            hide_index=True,
            height=360,
            on_select="rerun",
            selection_mode="single-row",
            key=f"missed-{found.centre}-{which}-{'-'.join(found.raters)}",
            alt="Cases that most raters get wrong",
        )
        offer_csv(found.cases, f"errors-{found.centre}-cases")
    with right, guarded():
        rows = event.selection.rows
        if rows:
            show_case(chosen, found, int(rows[0]))
        else:
            empty("No case chosen", "Tick a row of the table to open its case here.", ":material/image_search:")


def _table(chosen: Chosen, found: Errors, missed: pd.DataFrame, who: bool) -> pd.DataFrame:
    one, zero = chosen.classes_at(found.centre)
    columns = {
        "case": missed["case_id"].tolist(),
        "truth": [one if label else zero for label in missed["label"]],
    }
    if "size_mm" in found.cases and found.cases["size_mm"].notna().any():
        columns["size (mm)"] = missed["size_mm"].round(1).tolist()
    if who:
        wrong = found.wrong[: len(missed)]
        columns["wrong"] = [f"{count} of {len(found.raters)}" for count in missed["wrong"]]
        columns["who"] = [", ".join(chosen.names[found.raters[k]] for k in np.flatnonzero(line)) for line in wrong]
    return pd.DataFrame(columns)
