"""A training in sight: loss and accuracy by epoch, and how far each group of weights has moved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from plotly.subplots import make_subplots

from sera_core.figures import palette
from sera_core.lessons.learning import GROUPS, Epoch


def curves(epochs: Sequence[Epoch], last: int) -> go.Figure:
    """Loss and accuracy on the nodules learnt from and on those left out.

    Parameters
    ----------
    epochs : sequence of Epoch
        So far.
    last : int
        Number of the last epoch there will be.
    """
    figure = make_subplots(2, 1, shared_xaxes=True, vertical_spacing=0.08)
    number = [epoch.number for epoch in epochs]
    kinds = (
        ("learnt from", palette.ACCENT, "solid", [e.loss for e in epochs], [e.accuracy for e in epochs]),
        ("left out", palette.UNSURE, "dash", [e.left_out_loss for e in epochs], [e.left_out_accuracy for e in epochs]),
    )
    for name, colour, dash, loss, accuracy in kinds:
        for row, values, what in ((1, loss, "loss %{y:.3f}"), (2, [a * 100 for a in accuracy], "accuracy %{y:.0f} %")):
            trace = go.Scatter(
                x=number,
                y=values,
                mode="lines+markers",
                name=name,
                line={"color": colour, "width": 2.5, "dash": dash},
                marker={"size": 6},
                showlegend=row == 1,
                hovertemplate=f"epoch %{{x}}, {name}<br>{what}<extra></extra>",
            )
            figure.add_trace(trace, row, 1)
    figure.update_xaxes(range=[-0.3, last + 0.3], fixedrange=True)
    figure.update_xaxes(title="epoch", tickformat="d", dtick=1 if last < 12 else 2, row=2)
    figure.update_yaxes(title="loss", fixedrange=True, rangemode="tozero", row=1)
    figure.update_yaxes(title="accuracy (%)", fixedrange=True, range=[0, 104], row=2)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
    return figure.update_layout(height=400, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=legend, dragmode=False)


def overlaid(runs: Mapping[str, Sequence[Epoch]]) -> go.Figure:
    """Left-out accuracy by epoch, one line a run."""
    figure = go.Figure()
    for name, look in palette.series(list(runs)).items():
        figure.add_trace(
            go.Scatter(
                x=[epoch.number for epoch in runs[name]],
                y=[epoch.left_out_accuracy * 100 for epoch in runs[name]],
                mode="lines+markers",
                name=name,
                line={"color": look.colour, "dash": look.dash, "width": 2},
                marker={"symbol": look.mark, "size": 6},
                hovertemplate="epoch %{x}: %{y:.0f} %<extra>" + name + "</extra>",
            )
        )
    figure.update_xaxes(title="epoch", fixedrange=True)
    figure.update_yaxes(title="left-out accuracy (%)", range=[0, 104], fixedrange=True)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0}
    return figure.update_layout(height=280, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=legend, dragmode=False)


def drawn(values: Mapping[str, Sequence[float]], bands: Mapping[str, tuple[float, float, float]]) -> go.Figure:
    """One dot a draw, and mean and interval (mean, low, high; all 0 ... 1) of each kind of run."""
    figure = go.Figure()
    for name, ends in values.items():
        mean, low, high = (100 * value for value in bands[name])
        figure.add_trace(
            go.Scatter(
                x=[100 * end for end in ends],
                y=[name] * len(ends),
                mode="markers",
                marker={"size": 8, "symbol": "circle-open", "color": palette.UNSURE},
                hovertemplate="%{x:.0f} %<extra>a draw</extra>",
            )
        )
        figure.add_trace(
            go.Scatter(
                x=[mean],
                y=[name],
                error_x={"type": "data", "array": [high - mean], "arrayminus": [mean - low], "thickness": 2.5},
                mode="markers",
                marker={"size": 11, "color": palette.ACCENT},
                hovertemplate=f"{name}: {mean:.1f} % ({low:.1f} to {high:.1f})<extra></extra>",
            )
        )
    figure.update_xaxes(title="left-out accuracy (%), chance is 50", range=[40, 100], fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, automargin=True)
    margin = {"l": 8, "r": 8, "t": 8, "b": 8}
    return figure.update_layout(height=70 + 38 * len(values), margin=margin, showlegend=False, dragmode=False)


def moved(epoch: Epoch, moving: Sequence[str]) -> go.Figure:
    """How far each group is from where it started, over its own length; frozen groups stay."""
    share = [epoch.moved[name] * 100 for name in GROUPS]
    figure = go.Figure(
        go.Bar(
            x=share,
            y=[name if name in moving else f"{name} (frozen)" for name in GROUPS],
            orientation="h",
            text=[_told(value) for value in share],
            textposition="outside",
            cliponaxis=False,
            marker_color=[palette.ACCENT if name in moving else palette.UNSURE for name in GROUPS],
            hovertemplate="%{y}<br>moved by %{x:.3g} % of its length<extra></extra>",
        )
    )
    figure.update_xaxes(title="moved (% of its length)", range=[0, max(*share, 0.01) * 1.25], fixedrange=True)
    figure.update_yaxes(autorange="reversed", fixedrange=True, automargin=True)
    return figure.update_layout(height=270, margin={"l": 8, "r": 8, "t": 8, "b": 8}, dragmode=False)


def _told(percent: float) -> str:
    if percent >= 1000:
        return " over 1,000 %"
    return f" {percent:.3g} %" if percent else " 0"
