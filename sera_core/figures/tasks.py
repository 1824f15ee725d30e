"""Boxes on a frame: the true ones and those that were given."""

from __future__ import annotations

from collections.abc import Mapping

import plotly.graph_objects as go

from sera_core.contracts import Box, Grey
from sera_core.figures import palette
from sera_core.figures.image import picture

Polygon = tuple[tuple[float, float], ...]  # corners (x, y) in pixels
DARK = "rgb(40, 40, 40)"  # behind words and lines of any colour of LOOK
# where the name of a box stands, so that those of boxes on one nodule do not lie on each other
NAMED = {"truth": ("left", "bottom"), "yours": ("left", "top"), "proposed": ("right", "top")}
LOOK = {"truth": ("white", "dot"), "yours": (palette.ACCENT, "solid"), "proposed": (palette.MALIGNANT, "dash")}


def outlines(pixels: Grey, box: Box, given: Mapping[str, Polygon]) -> go.Figure:
    """A frame around a box, with the borders of each kind of :data:`LOOK`."""
    figure = picture(pixels)
    for kind, corners in given.items():
        colour, dash = LOOK[kind]
        x, y = zip(*corners, corners[0], strict=True)
        line = {"color": colour, "width": 2.5, "dash": dash}
        figure.add_trace(go.Scatter(x=[v - 0.5 for v in x], y=[v - 0.5 for v in y], mode="lines", name=kind, line=line))
    height, width = pixels.shape
    left, right = max(box.x - box.width / 2, 0), min(box.x + 1.5 * box.width, width)
    top, bottom = max(box.y - box.height / 2, 0), min(box.y + 1.5 * box.height, height)
    figure.update_xaxes(range=[left - 0.5, right - 0.5])
    figure.update_yaxes(range=[bottom - 0.5, top - 0.5])
    legend = {"orientation": "h", "bgcolor": DARK, "font": {"color": "white"}}  # a white line must show in it
    return figure.update_layout(showlegend=len(given) > 1, legend=legend)


def boxes(pixels: Grey, given: Mapping[str, list[Box]]) -> go.Figure:
    """A frame with boxes of each kind of :data:`LOOK`, named at a corner."""
    figure = picture(pixels)
    for kind, found in given.items():
        colour, dash = LOOK[kind]
        for number, box in enumerate(found, 1):
            left, top = box.x - 0.5, box.y - 0.5
            line = {"color": colour, "width": 2.5, "dash": dash}
            figure.add_shape(type="rect", x0=left, y0=top, x1=left + box.width, y1=top + box.height, line=line)
            text = f"{kind} {number}" if len(found) > 1 else kind
            across, down = NAMED[kind]
            at = {"x": left if across == "left" else left + box.width, "xanchor": across}
            at |= {"y": top if down == "bottom" else top + box.height, "yanchor": down}
            figure.add_annotation(text=text, showarrow=False, font={"color": "white", "size": 12}, bgcolor=DARK, **at)
    return figure
