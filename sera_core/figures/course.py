"""Figures of the last chapters: promises kept, grey levels by scanner, answers by scanner."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from sera_core.evaluate.calibration import Bins
from sera_core.figures import palette


def promised(now: Bins, before: Bins) -> go.Figure:
    """A reliability curve with its intervals, the one before in grey, and the diagonal."""
    figure = go.Figure(
        go.Scatter(x=[0, 100], y=[0, 100], mode="lines", line={"color": palette.UNSURE, "dash": "dot"}, name="kept")
    )
    for bins, name, colour, mark in (
        (before, "as given", palette.UNSURE, "circle-open"),
        (now, "as mended", palette.ACCENT, "circle"),
    ):
        figure.add_trace(
            go.Scatter(
                x=bins.predicted * 100,
                y=bins.observed * 100,
                error_y={
                    "type": "data",
                    "array": (bins.high - bins.observed) * 100,
                    "arrayminus": (bins.observed - bins.low) * 100,
                    "width": 0,
                    "thickness": 1.5 if bins is now else 0,
                },
                mode="lines+markers",
                name=name,
                customdata=bins.count,
                line={"color": colour, "width": 2 if bins is now else 1},
                marker={"size": 9, "symbol": mark},
                hovertemplate="given %{x:.0f} %, malignant %{y:.0f} %, n = %{customdata}<extra>" + name + "</extra>",
            )
        )
    figure.update_xaxes(title="probability given (%)", range=[-2, 102], fixedrange=True)
    figure.update_yaxes(title="malignant in truth (%)", range=[-2, 102], fixedrange=True)
    return _framed(figure, 380)


def grey_levels(inside: Mapping[str, Sequence[float]]) -> go.Figure:
    """Violins of the grey levels (0 ... 1) inside a nodule, one a scanner."""
    figure = go.Figure()
    for name, look in palette.series(list(inside)).items():
        figure.add_trace(
            go.Violin(y=list(inside[name]), name=name, line_color=look.colour, points=False, meanline_visible=True)
        )
    figure.update_xaxes(title="scanner of centre", fixedrange=True)
    figure.update_yaxes(title="grey level inside the nodule", range=[0, 1], fixedrange=True)
    return _framed(figure, 280).update_layout(showlegend=False)


def answers(
    centres: Sequence[str],
    values: Mapping[str, Sequence[float]],
    title: str = "probability (0 to 1)",
    reach: tuple[float, float] = (0.0, 1.0),
) -> go.Figure:
    """One line a model over the centres."""
    figure = go.Figure()
    for name, look in palette.series(list(values)).items():
        figure.add_trace(
            go.Scatter(
                x=list(centres),
                y=list(values[name]),
                mode="lines+markers",
                name=name,
                line={"color": look.colour, "dash": look.dash, "width": 2},
                marker={"symbol": look.mark, "size": 9},
                hovertemplate="%{x}: %{y:.2f}<extra>" + name + "</extra>",
            )
        )
    figure.update_xaxes(title="scanner of centre", fixedrange=True)
    figure.update_yaxes(title=title, range=list(reach), fixedrange=True)
    return _framed(figure, 320)


def _framed(figure: go.Figure, height: int) -> go.Figure:
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.02, "x": 0}
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    return figure.update_layout(height=height, margin=margin, legend=legend, dragmode=False)
