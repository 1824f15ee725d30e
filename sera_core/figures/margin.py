"""A separation of two classes: over the plane with its points, and as a surface above it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import ArrayLike
from PIL import Image

from sera_core.contracts import Verdict
from sera_core.figures import palette
from sera_core.figures.image import address
from sera_core.lessons.field import Field
from sera_core.lessons.margin import Margin

STRENGTH = 0.28  # of the tint, far from the border
CLASSES = ((-1.0, "benign", Verdict.BENIGN), (1.0, "malignant", Verdict.MALIGNANT))


def tint(field: Field) -> str:
    """The sides of the border as a transparent picture (``data:image/png``): blue benign, vermilion malignant."""
    colours = [tuple(int(c[k : k + 2], 16) for k in (1, 3, 5)) for c in (palette.BENIGN, palette.MALIGNANT)]
    values = field.values[::-1]  # row 0 of a picture is its top
    pixels = np.zeros((*values.shape, 4), np.uint8)
    pixels[..., :3] = np.where(values[..., None] > 0, colours[1], colours[0])
    pixels[..., 3] = (255 * STRENGTH * np.tanh(np.abs(values))).astype(np.uint8)
    return address(Image.fromarray(pixels, "RGBA"))


def plane(
    fitted: Margin, field: Field, titles: tuple[str, str], star: ArrayLike | None = None, star_name: str = ""
) -> go.Figure:
    """Points, border, edges of the margin, and the sides tinted; support vectors grow with their multiplier.

    Parameters
    ----------
    fitted : Margin
    field : Field
        Its decision values over the plane.
    titles : (str, str)
        Of the axes.
    star : [2], optional
        One more case, drawn as a star.
    star_name : str
        What the star is.
    """
    figure = go.Figure(
        go.Heatmap(
            x=field.x,
            y=field.y,
            z=np.tanh(field.values),
            zmin=-1,
            zmax=1,
            colorscale=palette.DIVERGING_SCALE,
            opacity=0.35,
            showscale=False,
            hoverinfo="skip",
            zsmooth="best",
        )
    )
    figure.add_traces([_lines(field, 0.0, "border", "solid"), _lines(field, -1.0, "edges of the margin", "dash")])
    figure.add_trace(_lines(field, 1.0, "", "dash"))
    figure.add_traces([_points(fitted, *kind) for kind in CLASSES])
    if star is not None:
        figure.add_trace(_star(np.asarray(star, float), star_name))
    span = [float(field.x[0]), float(field.x[-1])], [float(field.y[0]), float(field.y[-1])]
    figure.update_xaxes(title=titles[0], range=span[0], fixedrange=True, zeroline=False)
    figure.update_yaxes(title=titles[1], range=span[1], fixedrange=True, zeroline=False)
    legend = {"orientation": "h", "yanchor": "bottom", "y": 1.01, "x": 0, "itemsizing": "constant"}
    figure.update_layout(height=460, margin={"l": 8, "r": 8, "t": 8, "b": 8}, legend=legend, dragmode=False)
    return figure


def surface(fitted: Margin, field: Field, titles: tuple[str, str]) -> go.Figure:
    """The decision as a height above the plane; the border is where the surface passes through the flat sheet at 0."""
    high = float(np.abs(field.values).max())
    figure = go.Figure(
        go.Surface(
            x=field.x,
            y=field.y,
            z=field.values,
            colorscale=palette.DIVERGING_SCALE,
            cmin=-high,
            cmax=high,
            opacity=0.95,
            showscale=False,
            contours_z={"show": True, "start": 0, "end": 0, "size": 1, "color": palette.UNSURE, "width": 6},
            hovertemplate="%{x:.1f}, %{y:.1f}<br>decision %{z:.2f}<extra></extra>",
        )
    )
    flat = np.zeros((2, 2))
    ends = [field.x[0], field.x[-1]], [field.y[0], field.y[-1]]
    grey = [[0, palette.UNSURE], [1, palette.UNSURE]]
    figure.add_trace(
        go.Surface(x=ends[0], y=ends[1], z=flat, colorscale=grey, opacity=0.3, showscale=False, hoverinfo="skip")
    )
    heights = fitted.decide(fitted.points)
    for label, name, verdict in CLASSES:
        chosen = fitted.labels == label
        marker = {"size": 4, "color": palette.VERDICT[verdict], "symbol": palette.MARKER[verdict]}
        marker["line"] = {"color": "white", "width": 1}
        x, y = fitted.points[chosen].T
        figure.add_trace(go.Scatter3d(x=x, y=y, z=heights[chosen], mode="markers", name=name, marker=marker))
    eye = {"x": -1.3, "y": -1.5, "z": 0.9}
    axes = {"xaxis_title": titles[0], "yaxis_title": titles[1], "zaxis_title": "decision"}
    figure.update_layout(
        scene={**axes, "camera": {"eye": eye}, "aspectratio": {"x": 1, "y": 1, "z": 0.6}, "dragmode": "turntable"},
        height=420,
        margin={"l": 0, "r": 0, "t": 0, "b": 0},
        showlegend=False,
    )
    return figure


def _lines(field: Field, level: float, name: str, dash: str) -> go.Contour:
    return go.Contour(
        x=field.x,
        y=field.y,
        z=field.values,
        contours={"start": level, "end": level, "size": 1, "coloring": "none"},
        line={"color": palette.UNSURE, "width": 3 if level == 0 else 1.5, "dash": dash},
        name=name,
        showlegend=bool(name),
        showscale=False,
        hoverinfo="skip",
    )


def _points(fitted: Margin, label: float, name: str, verdict: Verdict) -> go.Scatter:
    chosen = fitted.labels == label
    pull = fitted.pull[chosen]
    grown = pull / max(float(fitted.pull.max()), 1e-12)
    held = fitted.supports[chosen]
    return go.Scatter(
        x=fitted.points[chosen, 0],
        y=fitted.points[chosen, 1],
        mode="markers",
        name=f"{name} (n = {int(chosen.sum())}, {int(held.sum())} support vectors)",
        customdata=np.column_stack([pull, fitted.slack[chosen]]),
        hovertemplate=name + "<br>%{x:.2f}, %{y:.2f}<br>multiplier %{customdata[0]:.3g}"
        "<br>slack %{customdata[1]:.2f}<extra></extra>",
        marker={
            "size": 7 + 8 * grown,
            "color": palette.VERDICT[verdict],
            "symbol": palette.MARKER[verdict],
            "line": {"color": _rings(held), "width": 1.5},
        },
    )


def _rings(held: Sequence[bool] | np.ndarray) -> list[str]:
    return ["#1B2423" if ring else "white" for ring in held]


def _star(place: np.ndarray, name: str) -> go.Scatter:
    return go.Scatter(
        x=place[:1],
        y=place[1:],
        mode="markers",
        name=name,
        marker={"size": 20, "symbol": "star", "color": palette.ACCENT, "line": {"color": "white", "width": 2}},
        hovertemplate=f"{name}<br>%{{x:.2f}}, %{{y:.2f}}<extra></extra>",
    )
