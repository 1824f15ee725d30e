"""A network's layers: where its numbers stand; and a table of features, as heat and in two dimensions."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from sera_core.contracts import Verdict
from sera_core.figures import palette
from sera_core.lessons.layers import Layer


def shares(layers: Sequence[Layer]) -> go.Figure:
    """Each layer's share of all parameters and of all multiplications."""
    figure = go.Figure()
    for name, colour, values in (
        ("parameters", palette.ACCENT, [layer.parameters for layer in layers]),
        ("multiplications", palette.MALIGNANT, [layer.multiplications for layer in layers]),
    ):
        total = max(sum(values), 1)
        figure.add_bar(
            x=[layer.name for layer in layers],
            y=[100 * value / total for value in values],
            name=name,
            marker={"color": colour, "pattern": {"shape": "" if name == "parameters" else "/"}},
            hovertemplate="%{x}<br>%{y:.1f}% of the " + name + "<extra></extra>",
        )
    figure.update_xaxes(title="layer, from the image to the scores", showticklabels=len(layers) <= 24, fixedrange=True)
    figure.update_yaxes(title="share of the whole (%)", fixedrange=True)
    figure.update_layout(
        height=300,
        barmode="group",
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        dragmode=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
    )
    return figure


def table(features: NDArray[np.float32], labels: NDArray[np.int64], first: int) -> go.Figure:
    """A feature table ``[N, F]``, a row a case, each column in its own standard deviations; columns from ``first``."""
    spread = np.maximum(features.std(axis=0), 1e-9)
    values = ((features - features.mean(axis=0)) / spread).round(2)
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=[str(first + k) for k in range(features.shape[1])],
            customdata=np.repeat(np.arange(1, len(labels) + 1)[:, None], features.shape[1], axis=1),
            zmin=-3,
            zmax=3,
            colorscale=palette.DIVERGING_SCALE,
            colorbar={"thickness": 10, "title": {"text": "SD", "side": "top"}},
            hovertemplate="case %{customdata}<br>feature %{x}: %{z:.2f} SD from its mean<extra></extra>",
        )
    )
    edge = float(np.argmax(labels == 1)) - 0.5 if (labels == 1).any() else None
    if edge is not None:
        figure.add_hline(y=edge, line={"color": palette.UNSURE, "width": 2})
    figure.update_xaxes(title="feature", fixedrange=True)
    figure.update_yaxes(title="case (benign, then malignant)", autorange="reversed", fixedrange=True)
    return figure.update_layout(height=420, margin={"l": 0, "r": 0, "t": 8, "b": 0}, dragmode=False)


def plane(points: NDArray[np.float64], labels: NDArray[np.int64], axis_shares: tuple[float, float]) -> go.Figure:
    """Cases as points; the axes say how much of the spread they hold."""
    figure = go.Figure()
    for label, verdict in ((0, Verdict.BENIGN), (1, Verdict.MALIGNANT)):
        chosen = labels == label
        figure.add_scatter(
            x=points[chosen, 0],
            y=points[chosen, 1],
            mode="markers",
            name=f"{verdict.value} (n = {int(chosen.sum())})",
            marker={"color": palette.VERDICT[verdict], "symbol": palette.MARKER[verdict], "size": 8, "opacity": 0.75},
            text=[f"case {k + 1}" for k in np.flatnonzero(chosen)],
            hovertemplate="%{text}<br>%{x:.2f}, %{y:.2f}<extra>" + verdict.value + "</extra>",
        )
    figure.update_xaxes(title=f"first component ({axis_shares[0]:.0%} of the variance)", fixedrange=True)
    figure.update_yaxes(title=f"second component ({axis_shares[1]:.0%})", fixedrange=True)
    figure.update_layout(
        height=420,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        dragmode=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
    )
    return figure
