"""Texture by hand: grey levels and their co-occurrence, wavelet bands and what they restore."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.subplots import make_subplots

from sera_core.contracts import Grey
from sera_core.figures import palette

MOST_CELLS = 64  # a matrix is drawn in blocks beyond this
MOST_NUMBERS = 16  # cells of a panel that carry their numbers
DIVERGING = [[k / (len(palette.DIVERGING) - 1), colour] for k, colour in enumerate(palette.DIVERGING)]
Panels = Mapping[str, NDArray]


def framed(pixels: Grey, top: int, left: int, side: int) -> go.Figure:
    """A grey picture with the little window that is read out."""
    figure = go.Figure(_grey(pixels))
    edge = {"x0": left - 0.5, "x1": left + side - 0.5, "y0": top - 0.5, "y1": top + side - 0.5}
    figure.add_shape(type="rect", line={"color": palette.ACCENT, "width": 3}, **edge)
    return _pictures(figure, 300)


def levels(window: NDArray[np.int64], bits: int) -> go.Figure:
    """The discrete levels of a little window, as numbers on their grey."""
    cells = _grey(window / (2**bits - 1))
    hover = "row %{y}, column %{x}<br>level %{text}<extra></extra>"
    cells.update(text=window, texttemplate="%{text}", textfont_size=12, hovertemplate=hover)
    return _pictures(go.Figure(cells), 300)


def matrices(counts: Panels, quantised: NDArray[np.int64], ringed: tuple[int, int, int] | None = None) -> go.Figure:
    """The image in discrete levels, its four matrices and their sum, in the order of the talk's figure.

    Small ones carry their numbers.

    Parameters
    ----------
    counts : mapping of name to int64 [L, L]
    quantised : int64 [H, W]
    ringed : (matrix, row, column), optional
        A cell that is marked.
    """
    titles = ["discrete levels", *counts]
    figure = make_subplots(2, 3, subplot_titles=titles, horizontal_spacing=0.04, vertical_spacing=0.12)
    picture = _grey(quantised / max(int(quantised.max()), 1))
    if quantised.size <= MOST_NUMBERS:
        picture.update(text=quantised, texttemplate="%{text}")
    figure.add_trace(picture, 1, 1)
    for k, values in enumerate(counts.values(), 1):
        drawn, block = _in_blocks(values)
        place = np.arange(len(drawn)) * block
        trace = go.Heatmap(
            x=place,
            y=place,
            z=np.log1p(drawn),
            customdata=drawn,
            colorscale=palette.heat_scale(),
            showscale=False,
            hovertemplate="level %{y} beside level %{x}<br>%{customdata} times<extra></extra>",
        )
        if drawn.size <= MOST_NUMBERS:
            trace.update(text=drawn, texttemplate="%{text}")
        figure.add_trace(trace, k // 3 + 1, k % 3 + 1)
    _pictures(figure, 360, top=24)
    if ringed is not None:
        k, row, column = ringed
        edge = {"x0": column - 0.5, "x1": column + 0.5, "y0": row - 0.5, "y1": row + 0.5}
        line = {"color": palette.ACCENT, "width": 4}
        figure.add_shape(type="rect", line=line, row=(k + 1) // 3 + 1, col=(k + 1) % 3 + 1, **edge)
    return figure


def along(distances: Sequence[int], table: Mapping[str, Sequence[float]], here: int) -> go.Figure:
    """Four properties over the offset; the present one is marked."""
    figure = make_subplots(2, 2, subplot_titles=list(table), horizontal_spacing=0.14, vertical_spacing=0.2)
    for k, (name, values) in enumerate(table.items()):
        where = {"row": k // 2 + 1, "col": k % 2 + 1}
        hover = f"offset %{{x}} px<br>{name} %{{y:.4g}}<extra></extra>"
        line = {"color": palette.UNSURE, "width": 2}
        figure.add_trace(go.Scatter(x=distances, y=values, mode="lines", line=line, hovertemplate=hover), **where)
        now = {"size": 11, "color": palette.ACCENT}
        at = [values[list(distances).index(here)]]
        figure.add_trace(go.Scatter(x=[here], y=at, mode="markers", marker=now, hovertemplate=hover), **where)
    figure.update_xaxes(fixedrange=True)
    figure.update_xaxes(title="offset (px)", row=2)
    figure.update_yaxes(fixedrange=True, nticks=6)
    figure.update_layout(height=380, margin={"l": 8, "r": 8, "t": 28, "b": 8}, showlegend=False, dragmode=False)
    return figure


def bands(values: Panels, removed: Sequence[str], at: tuple[int, int]) -> go.Figure:
    """The four bands: the smooth one in grey, the others diverging around zero; the read-out cell is marked."""
    names = [f"{name} (removed)" if name in removed else name for name in values]
    figure = make_subplots(2, 2, subplot_titles=names, horizontal_spacing=0.03, vertical_spacing=0.08)
    reach = max(float(np.abs(band).max()) for name, band in values.items() if name != "LL") or 1.0
    for k, (name, band) in enumerate(values.items()):
        where = {"row": k // 2 + 1, "col": k % 2 + 1}
        trace = _grey(band, 0, 2) if name == "LL" else _around_zero(band, reach)
        figure.add_trace(trace.update(opacity=0.25 if name in removed else 1.0), **where)
        _edge(figure, band.shape, where)
        mark = {"size": 12, "symbol": "square-open", "color": palette.ACCENT, "line": {"width": 3}}
        figure.add_trace(go.Scatter(x=[at[1]], y=[at[0]], mode="markers", marker=mark, hoverinfo="skip"), **where)
    return _pictures(figure, 560, top=24)


def restored(image: NDArray, back: NDArray) -> go.Figure:
    """The image, what the kept bands restore of it, and the difference."""
    figure = make_subplots(1, 3, subplot_titles=["image", "restored", "difference"], horizontal_spacing=0.03)
    figure.add_trace(_grey(image), 1, 1)
    figure.add_trace(_grey(back), 1, 2)
    figure.add_trace(_around_zero(image - back, max(float(np.abs(image - back).max()), 0.05)), 1, 3)
    _edge(figure, image.shape, {"row": 1, "col": 3})
    return _pictures(figure, 250, top=24)


def _grey(values: NDArray, low: float = 0, high: float = 1) -> go.Heatmap:
    hover = "row %{y}, column %{x}<br>%{z:.3f}<extra></extra>"
    shown = np.asarray(values, float).round(4)
    return go.Heatmap(z=shown, zmin=low, zmax=high, colorscale="gray", showscale=False, hovertemplate=hover)


def _around_zero(values: NDArray, reach: float) -> go.Heatmap:
    hover = "row %{y}, column %{x}<br>%{z:+.3f}<extra></extra>"
    shown = np.asarray(values, float).round(4)
    return go.Heatmap(z=shown, zmin=-reach, zmax=reach, colorscale=DIVERGING, showscale=False, hovertemplate=hover)


def _edge(figure: go.Figure, shape: tuple[int, ...], where: dict[str, int]) -> None:
    """A line around a picture of which much is zero, since zero is as white as paper."""
    ends = {"x0": -0.5, "x1": shape[1] - 0.5, "y0": -0.5, "y1": shape[0] - 0.5}
    figure.add_shape(type="rect", line={"color": palette.UNSURE, "width": 1}, **ends, **where)


def _in_blocks(counts: NDArray[np.int64]) -> tuple[NDArray[np.int64], int]:
    """A matrix small enough to draw, and how many levels a cell of it holds."""
    block = max(len(counts) // MOST_CELLS, 1)
    cells = len(counts) // block
    return counts.reshape(cells, block, cells, block).sum(axis=(1, 3)), block


def _pictures(figure: go.Figure, height: int, top: int = 4) -> go.Figure:
    """Row 0 on top, square cells, no axes."""
    figure.update_xaxes(visible=False, fixedrange=True, constrain="domain")
    figure.update_yaxes(visible=False, fixedrange=True, autorange="reversed", constrain="domain")
    for axis in figure.select_yaxes():
        axis.scaleanchor = axis.anchor or "x"  # a figure without subplots names no anchor
    margin = {"l": 4, "r": 4, "t": top, "b": 4}
    figure.update_layout(height=height, margin=margin, showlegend=False, dragmode=False)
    figure.update_annotations(font_size=12)
    return figure
