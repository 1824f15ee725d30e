"""What is measured on the way to a picture as grey levels, and these before and after normalisation."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from sera_core.figures import palette


def shown(values: NDArray, low: float | None = None, high: float | None = None) -> NDArray[np.float32]:
    """Values between two levels as grey 0 ... 1; by default from the lowest to the highest."""
    bottom = float(values.min()) if low is None else low
    top = float(values.max()) if high is None else high
    return np.clip((values - bottom) / max(top - bottom, 1e-12), 0, 1).astype(np.float32)


def levels(before: NDArray, after: NDArray) -> go.Figure:
    """Histograms of the grey levels: as they came, and normalised."""
    figure = make_subplots(1, 2, subplot_titles=("before", "after"), horizontal_spacing=0.12)
    for column, values, colour in ((1, before, palette.UNSURE), (2, after, palette.ACCENT)):
        counts, edges = np.histogram(values, 48)
        middle = (edges[:-1] + edges[1:]) / 2
        trace = go.Bar(x=middle, y=counts, marker_color=colour, hovertemplate="%{x:.2f}: %{y} pixels<extra></extra>")
        figure.add_trace(trace, 1, column)
    figure.update_xaxes(title="grey level", fixedrange=True)
    figure.update_yaxes(title="pixels", fixedrange=True, col=1)
    figure.update_yaxes(fixedrange=True, showticklabels=False, col=2)
    margin = {"l": 8, "r": 8, "t": 28, "b": 8}
    return figure.update_layout(height=250, margin=margin, showlegend=False, dragmode=False, bargap=0)
