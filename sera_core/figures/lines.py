"""Plain curves of the lessons, told apart by colour, dash and name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go
from numpy.typing import ArrayLike

from sera_core.figures import palette

CLASSES = {"malignant": palette.MALIGNANT, "benign": palette.BENIGN}  # their colours are no one else's


def curves(
    x: ArrayLike,
    lines: Mapping[str, ArrayLike],
    x_title: str,
    y_title: str,
    log: bool = False,
    mark: tuple[float, Sequence[float]] | None = None,
    markers: bool = False,
) -> go.Figure:
    """Lines over a common axis.

    Parameters
    ----------
    x : [N]
    lines : mapping of name to [N]
    x_title, y_title : str
    log : bool
        Whether the values are shown by their order of magnitude.
    mark : (x, values), optional
        A place to mark on every line.
    markers : bool
        Whether every value gets a mark of its own.
    """
    figure = go.Figure()
    for k, (name, values) in enumerate(lines.items()):
        colour = CLASSES.get(name, palette.HUES[k % len(palette.HUES)])
        figure.add_scatter(
            x=x,
            y=values,
            name=name,
            mode="lines+markers" if markers else "lines",
            line={"color": colour, "dash": palette.DASHES[k % len(palette.DASHES)], "width": 2},
            hovertemplate="%{x:.3g}: %{y:.3g}<extra>" + name + "</extra>",
        )
        if mark is not None:
            figure.add_scatter(
                x=[mark[0]],
                y=[mark[1][k]],
                mode="markers",
                marker={"color": colour, "size": 11},
                showlegend=False,
                hovertemplate="%{x:.3g}: %{y:.3g}<extra>" + name + "</extra>",
            )
    figure.update_xaxes(title=x_title, fixedrange=True)
    figure.update_yaxes(title=y_title, fixedrange=True, type="log" if log else "linear", exponentformat="power")
    figure.update_layout(
        height=320,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        dragmode=False,
        legend={"orientation": "h", "yanchor": "bottom", "y": 1.0, "x": 0},
    )
    return figure


def bars(names: Sequence[str], values: Sequence[float], title: str) -> go.Figure:
    """Horizontal bars around zero: vermilion for malignant, blue against it."""
    figure = go.Figure(
        go.Bar(
            x=list(values)[::-1],
            y=list(names)[::-1],
            orientation="h",
            marker={"color": [palette.MALIGNANT if value > 0 else palette.BENIGN for value in values][::-1]},
            hovertemplate="%{y}: %{x:.3g}<extra></extra>",
        )
    )
    figure.update_xaxes(title=title, fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    figure.update_layout(height=60 + 24 * len(names), margin={"l": 0, "r": 8, "t": 4, "b": 0}, dragmode=False)
    return figure
