"""Activations and kernels as pictures: below zero blue, above vermilion, zero white; one scale for all of a figure."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import ImageColor

from sera_core.figures import palette
from sera_core.figures.image import image_axes
from sera_core.lessons.window import Window

Array = NDArray[np.float32]


def activation(values: Array, height: int, limit: float | None = None) -> go.Figure:
    """One map ``[h, w]``, with its scale.

    Parameters
    ----------
    values : [h, w]
    height : int
        Of the figure, in screen pixels.
    limit : float, optional
        Value of the strongest colours; the largest magnitude if not given.
    """
    rows, columns = values.shape
    limit = limit or max(float(np.abs(values).max()), 1e-6)
    trace = go.Heatmap(
        z=values.astype(np.float32).round(4),
        zmin=-limit,
        zmax=limit,
        colorscale=palette.DIVERGING_SCALE,
        colorbar={"thickness": 10, "len": 0.9},
        hovertemplate="row %{y}, column %{x}<br>%{z:.3f}<extra></extra>",
    )
    return image_axes(go.Figure(trace), rows, columns).update_layout(height=height)


def tinted(values: Array) -> NDArray[np.uint8]:
    """A map ``[h, w]`` as a picture ``[h, w, 3]`` in the colours of :func:`activation`."""
    stops = np.array([ImageColor.getrgb(colour) for colour in palette.DIVERGING], float)  # [K, 3]
    limit = max(float(np.abs(values).max()), 1e-6)
    place = np.linspace(-limit, limit, len(stops))
    return np.stack([np.interp(values, place, channel) for channel in stops.T], axis=-1).round().astype(np.uint8)


def mosaic(maps: Array, columns: int, height: int) -> go.Figure:
    """Maps ``[N, h, w]`` side by side, numbered from 1; the scale spans 99.5 % of the values."""
    canvas, _ = tiled(maps, columns)
    numbers = 1 + np.arange(len(maps), dtype=np.float32)
    label, _ = tiled(np.broadcast_to(numbers[:, None, None], maps.shape), columns)
    limit = limit_of(maps)
    trace = go.Heatmap(
        z=canvas.round(4),
        customdata=label,
        zmin=-limit,
        zmax=limit,
        colorscale=palette.DIVERGING_SCALE,
        hoverongaps=False,
        colorbar={"thickness": 10, "len": 0.9},
        hovertemplate="number %{customdata}<br>%{z:.3f}<extra></extra>",
    )
    return image_axes(go.Figure(trace), *canvas.shape).update_layout(height=height)


def tiled(maps: Array, columns: int) -> tuple[Array, int]:
    """Maps ``[N, h, w]`` on one canvas, so many a line, and the cells between two of them; these are no numbers."""
    count, rows, wide = maps.shape
    lines = -(-count // columns)
    gap = max(rows // 12, 1)
    canvas = np.full((lines * (rows + gap) - gap, columns * (wide + gap) - gap), np.nan, np.float32)
    for k, one in enumerate(maps):
        top, left = k // columns * (rows + gap), k % columns * (wide + gap)
        canvas[top : top + rows, left : left + wide] = one
    return canvas, gap


def limit_of(maps: Array) -> float:
    """Value of the strongest colours: 99.5 % of the values are smaller."""
    return max(float(np.quantile(np.abs(maps), 0.995)), 1e-6)


def chain(parts: Mapping[str, Array]) -> go.Figure:
    """Small matrices in a row, each under its name, on one scale; each cell has an edge: zero is as white as paper."""
    rows = max(part.shape[0] for part in parts.values())
    canvas = np.full((rows, sum(part.shape[1] for part in parts.values()) + len(parts) - 1), np.nan, np.float32)
    limit = max(max(float(np.abs(part).max()) for part in parts.values()), 1e-6)
    figure = go.Figure()
    left = 0
    for name, part in parts.items():
        top = (rows - part.shape[0]) // 2
        canvas[top : top + part.shape[0], left : left + part.shape[1]] = part
        for row, column in np.ndindex(part.shape):
            edge = {"x0": left + column - 0.5, "y0": top + row - 0.5, "x1": left + column + 0.5, "y1": top + row + 0.5}
            figure.add_shape(type="rect", line={"color": palette.UNSURE, "width": 1}, **edge)
        figure.add_annotation(
            x=left + (part.shape[1] - 1) / 2, y=-0.5, text=name, showarrow=False, yanchor="bottom", font={"size": 13}
        )
        left += part.shape[1] + 1
    figure.add_heatmap(
        z=canvas,
        zmin=-limit,
        zmax=limit,
        colorscale=palette.DIVERGING_SCALE,
        showscale=False,
        text=np.where(np.isnan(canvas), "", np.char.mod("%.3g", np.nan_to_num(canvas))),
        texttemplate="%{text}",
        hoverongaps=False,
        hovertemplate="%{z:.2f}<extra></extra>",
    )
    return image_axes(figure, *canvas.shape).update_layout(height=150, margin={"l": 8, "r": 24, "t": 24})


def strip(length: int, window: Window) -> go.Figure:
    """One side of the padded grid from above: its cells, and where the window stops; what is never seen is marked."""
    seen = window.seen(length)
    total = len(seen)
    inside = np.pad(np.ones(length, bool), window.padding)
    kinds = np.where(seen, np.where(inside, "cell", "padding"), "never seen")
    shades = {"cell": palette.UNSURE, "padding": palette.rgba(palette.UNSURE, 0.25), "never seen": palette.MALIGNANT}
    fill = [shades[kind] for kind in kinds]
    figure = go.Figure(
        go.Bar(
            x=list(range(total)),
            y=[0.7] * total,
            marker={"color": fill},
            width=0.86,
            customdata=kinds,
            hovertemplate="%{customdata} %{x}<extra></extra>",
        )
    )
    places = window.places(length)
    for place in range(places):
        start = place * window.stride
        height = 1.0 + 0.34 * (place % 6)
        figure.add_scatter(
            x=[start + k * window.dilation for k in range(window.size)],
            y=[height] * window.size,
            mode="lines+markers",
            line={"color": palette.ACCENT, "width": 2},
            marker={"size": 7, "symbol": "square"},
            hovertemplate=f"place {place + 1} of {places}<extra></extra>",
        )
    figure.update_xaxes(visible=False, fixedrange=True, range=[-0.6, total - 0.4])
    figure.update_yaxes(visible=False, fixedrange=True, range=[0, 1.4 + 0.34 * min(places, 6)])
    figure.update_layout(
        height=70 + 14 * min(places, 6), margin={"l": 0, "r": 0, "t": 0, "b": 0}, showlegend=False, dragmode=False
    )
    return figure
