"""How many cases a model needs: AUC on patients left out, by the number of patients that taught it."""

from __future__ import annotations

import pandas as pd
import plotly.graph_objects as go

from sera_core.figures import palette


def taught(curves: pd.DataFrame) -> go.Figure:
    """Learning curves, one line a model, with the range of the repeats.

    Parameters
    ----------
    curves : DataFrame
        ``model, patients, repeats, auc, low, high`` (:func:`sera_core.study.learning.curve`).
    """
    figure = go.Figure()
    looks = palette.series(list(dict.fromkeys(curves["model"])))
    for name, rows in curves.groupby("model", sort=False):
        look = looks[str(name)]
        figure.add_scatter(
            x=rows["patients"],
            y=rows["auc"],
            error_y={"array": rows["high"] - rows["auc"], "arrayminus": rows["auc"] - rows["low"], "thickness": 1},
            name=str(name),
            mode="lines+markers",
            line={"color": look.colour, "dash": look.dash, "width": 2},
            marker={"symbol": look.mark, "size": 8},
            customdata=rows[["low", "high", "repeats", "tested"]],
            hovertemplate=(
                "%{x} patients: AUC %{y:.3f} (%{customdata[0]:.3f} to %{customdata[1]:.3f} in %{customdata[2]} repeats,"
                " %{customdata[3]} patients tested)<extra>" + str(name) + "</extra>"
            ),
        )
    ticks = sorted(set(curves["patients"]))
    figure.update_xaxes(
        title="patients that taught it", type="log", tickvals=ticks, ticktext=list(map(str, ticks)), fixedrange=True
    )
    figure.update_yaxes(title="AUC, patients left out", fixedrange=True)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
    return figure.update_layout(height=400, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=legend, dragmode=False)
