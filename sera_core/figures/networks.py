"""Combined networks: accuracy against their number, what each adds, and what a published row implies."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from sera_core import escape
from sera_core.figures import palette
from sera_core.figures.forest import Block, Mark, forest
from sera_core.figures.layout import CAMERA, beside, laid_out, short
from sera_core.figures.palette import Series

LOOK: Mapping[str, Series] = {
    "SVM": Series(palette.HUES[0], "solid", "circle"),
    "RF": Series(palette.HUES[1], "dash", "diamond"),
    "ensemble": Series(palette.HUES[2], "dot", "square"),
}
ROW = 30  # pixels


def accuracy_by_number(rows: pd.DataFrame, span: tuple[float, float]) -> go.Figure:
    """Mean accuracy of all combinations of so many networks, and the range from the worst to the best.

    Parameters
    ----------
    rows : DataFrame
        ``number, classifier, combinations, mean, lowest, highest`` (per cent).
    span : (low, high)
        Ends of the accuracy axis, so that two figures can be laid side by side.
    """
    figure = go.Figure()
    kinds = list(rows["classifier"].unique())
    for place, kind in enumerate(kinds):
        part, look = rows[rows["classifier"] == kind], LOOK[kind]
        figure.add_trace(
            go.Scatter(
                x=part["number"] + 0.09 * (place - (len(kinds) - 1) / 2),
                y=part["mean"],
                error_y={"array": part["highest"] - part["mean"], "arrayminus": part["mean"] - part["lowest"]}
                | {"thickness": 1, "width": 3},
                mode="lines+markers",
                line={"color": look.colour, "dash": look.dash, "width": 1.8},
                marker={"symbol": look.mark, "size": 8, "opacity": 1},
                name=kind,
                customdata=part[["number", "combinations", "lowest", "highest"]],
                hovertemplate=f"<b>{kind}</b>, %{{customdata[0]}} networks<br>mean %{{y:.1f}} %, from "
                "%{customdata[2]:.1f} to %{customdata[3]:.1f}<br>%{customdata[1]} combinations<extra></extra>",
            )
        )
    figure.update_xaxes(title="number of networks", dtick=1)
    figure.update_yaxes(title="accuracy (%)", range=list(span))
    return laid_out(figure, 290, legend=len(kinds))


def marginal_gains(rows: pd.DataFrame, names: Mapping[str, str]) -> go.Figure:
    """Mean change of accuracy when a network joins, from the worst to the best case, one block a classifier."""
    blocks = []
    for kind in rows["classifier"].unique():
        part = rows[(rows["classifier"] == kind) & rows["gain"].notna()]
        marks = tuple(
            Mark(names[row.network], row.gain, row.lowest, row.highest, LOOK[kind], f"{row.pairs} pairs")
            for row in part.itertuples()
        )
        if marks:
            blocks.append(Block(str(kind), marks))
    return forest(blocks, "change of accuracy (percentage points)", zero=0.0)


def implied_accuracy(rows: pd.DataFrame) -> go.Figure:
    """Printed accuracy of each row beside what its sensitivity and specificity imply under either count of nodules.

    Parameters
    ----------
    rows : DataFrame
        ``name, accuracy, implied_stated, implied_turned, fits_stated, fits_turned`` (per cent).
    """
    labels = [escape.figure(short(name, 26)) for name in rows["name"]]
    y = list(range(len(rows)))
    figure = go.Figure()
    for column, name, colour, mark in (
        ("implied_stated", "implied by 50 malignant, 100 benign", palette.HUES[0], "circle-open"),
        ("implied_turned", "implied by 100 malignant, 50 benign", palette.HUES[1], "diamond-open"),
        ("accuracy", "printed", palette.UNSURE, "line-ns"),
    ):
        figure.add_trace(
            go.Scatter(
                x=rows[column],
                y=y,
                mode="markers",
                name=name,
                marker={"symbol": mark, "size": 15 if mark == "line-ns" else 11, "color": colour, "opacity": 1}
                | {"line": {"width": 2.5, "color": colour}},
                hovertemplate=f"{name}: %{{x:.1f}} %<extra></extra>",
            )
        )
    figure.update_xaxes(title="accuracy (%)", zeroline=False)
    figure.update_yaxes(tickvals=y, ticktext=labels, range=[len(rows) - 0.4, -0.6], zeroline=False)
    laid_out(figure, CAMERA + 40 + ROW * len(rows), legend=3)
    return figure.update_layout(margin_l=beside(short(name, 26) for name in rows["name"]))
