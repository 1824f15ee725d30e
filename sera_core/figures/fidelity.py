"""Whether a heatmap shows what mattered to the model."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from sera_core.contracts import Fidelity
from sera_core.figures import palette


def fidelity(value: Fidelity) -> go.Figure:
    """Fall of the log-odds when a place is blurred, against the heat of the map there."""
    places = go.Scatter(
        x=np.asarray(value.heats),
        y=np.asarray(value.falls),
        mode="markers",
        marker={"size": 9, "color": palette.ACCENT},
        hovertemplate="heat %{x:.2f}<br>log-odds fall by %{y:.2f}<extra></extra>",
        name=f"random places (n = {len(value.falls)})",
    )
    figure = go.Figure(places)
    figure.update_xaxes(title="heat of the map there (0 to 1)", rangemode="tozero")
    figure.update_yaxes(title="fall of the log-odds when blurred", zeroline=True)
    figure.update_layout(height=240, margin={"l": 0, "r": 10, "t": 10, "b": 0}, showlegend=False, dragmode=False)
    return figure
