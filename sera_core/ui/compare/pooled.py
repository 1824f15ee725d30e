"""What to expect at the next hospital: the external centres in one number, below the AUC of each."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from sera_core import escape
from sera_core.evaluate.compare import confusions, glance, pooled
from sera_core.evaluate.results import Row, frame
from sera_core.figures.layout import interval
from sera_core.figures.pooled import WORDS, pooled_forest
from sera_core.ui.cell import fold
from sera_core.ui.chart import chart, offer_csv
from sera_core.ui.compare.chosen import Chosen, heading, pick_model, remember

TITLE = "Pooled over the external centres, and what to expect at the next hospital"
FEW = (
    "Three external centres of one kind are needed for an AUC, four for sensitivity and specificity: how far hospitals "
    "differ cannot be told from fewer."
)


def show_pooled(chosen: Chosen) -> None:
    """A fold with the forest plot of one model and its numbers."""
    fold(TITLE, "pooled", lambda: _draw(chosen))


def _draw(chosen: Chosen) -> None:
    rows = remember(chosen, pooled, chosen.cutoffs)
    if not rows:
        st.caption(FEW)
        return
    model = pick_model(chosen, "Model", "pooled-model", dict.fromkeys(row.model for row in rows))
    for kind, centres in chosen.kinds.items():
        mine = [row for row in rows if row.model == model and row.centre == f"external, {kind}"]
        if mine:
            heading(chosen, kind)
            figure = pooled_forest(_at_centres(chosen, model, centres), mine, chosen.looks, chosen.names)
            chart(figure, f"pooled-{kind}", f"{model} at each external centre, their mean and the next one", save=True)
            st.table(pooled_table(mine).map(escape.markdown), hide_index=True, alt="Pooled numbers of the model")
            methods = dict.fromkeys(row.method for row in mine if row.metric.endswith("_pooled"))
            st.caption(f"{'; '.join(methods)}.")
    st.caption(
        "Bold: mean of the centres' true values. Open: where the true value at another such hospital lies with 95 % "
        f"(from few centres a rough guess). {FEW}"
    )
    offer_csv(frame(rows), "pooled")


def _at_centres(chosen: Chosen, model: str, centres: tuple[str, ...]) -> list[Row]:
    matrices = remember(chosen, confusions, chosen.cutoffs)
    every = [*remember(chosen, glance).rows, *(row for matrix in matrices for row in matrix.rows)]
    outside = {c for c in centres if chosen.predictions.roles.get((model, c)) == "external"}
    return [row for row in every if row.model == model and row.centre in outside and row.metric in WORDS]


def pooled_table(rows: list[Row]) -> pd.DataFrame:
    """A line a measure: mean, the next hospital, and how far the centres differ."""
    found = {row.metric: row for row in rows}
    lines = []
    for metric, word in WORDS.items():
        if f"{metric}_pooled" in found:
            mean, ahead = found[f"{metric}_pooled"], found[f"{metric}_next_centre"]
            lines.append(
                {
                    "measure": word,
                    "mean (95 %)": interval(mean.estimate, mean.low, mean.high),
                    "next hospital, 95 %": f"{ahead.low:.3f} to {ahead.high:.3f}",
                    "τ² (logit)": f"{found[f'{metric}_tau2'].estimate:.3f}",
                    "I²": f"{100 * found[f'{metric}_i2'].estimate:.0f} %",
                    "n": str(mean.n),
                }
            )
    return pd.DataFrame(lines)
