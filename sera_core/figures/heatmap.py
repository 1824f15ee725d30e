"""Where the model looked, over the crop that it saw."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go

from sera_core.contracts import Box, Fidelity, Heatmap
from sera_core.figures import palette
from sera_core.figures.image import picture

HOVER = "row %{y}, column %{x}<br>heat %{z:.2f}<extra></extra>"


def overlay(heatmap: Heatmap, box: Box, opacity: float = 0.5) -> go.Figure:
    """The heat over the grey crop, with the region of interest outlined.

    Parameters
    ----------
    heatmap : Heatmap
    box : Box
        The region of interest on the whole image.
    opacity : float
        0 (only the image) ... 1.
    """
    figure = picture(heatmap.crop)
    scale = palette.heat_scale(opacity, fade=True)
    figure.add_trace(_map(heatmap, scale))
    outline(figure, heatmap, box)
    return figure


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


def _map(heatmap: Heatmap, scale: list[list[float | str]]) -> go.Heatmap:
    values = heatmap.values.astype(np.float32).round(3)
    return go.Heatmap(z=values, zmin=0, zmax=1, colorscale=scale, showscale=False, zsmooth="best", hovertemplate=HOVER)


def outline(figure: go.Figure, heatmap: Heatmap, box: Box) -> go.Figure:
    """Draw the region of interest in the coordinates of the crop."""
    height, width = heatmap.crop.shape
    across, down = width / heatmap.crop_box.width, height / heatmap.crop_box.height
    left, top = (box.x - heatmap.crop_box.x) * across - 0.5, (box.y - heatmap.crop_box.y) * down - 0.5
    figure.add_shape(
        type="rect",
        x0=left,
        y0=top,
        x1=left + box.width * across,
        y1=top + box.height * down,
        line={"color": "white", "width": 1.5, "dash": "dot"},
    )
    return figure
