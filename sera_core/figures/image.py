"""Grey pixels as something a browser can show."""

from __future__ import annotations

import base64
import io

import numpy as np
import plotly.graph_objects as go
from PIL import Image

from sera_core.contracts import Grey

MAX_SIDE = 1024  # pixels sent to the browser along the longer side


def png_uri(pixels: Grey, max_side: int = MAX_SIDE) -> str:
    """Grey levels 0 ... 1 as a ``data:image/png`` address, made smaller where the picture is large.

    Parameters
    ----------
    pixels : float32 [H, W]
    max_side : int
        Longer side of the picture that is sent, in pixels.
    """
    picture = Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8))
    picture.thumbnail((max_side, max_side))
    return address(picture)


def address(picture: Image.Image) -> str:
    """A picture of any kind as a ``data:image/png`` address."""
    buffer = io.BytesIO()
    picture.save(buffer, format="PNG")
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def image_axes(figure: go.Figure, height: int, width: int) -> go.Figure:
    """Square pixels, row 0 on top, no ticks, no margins: a picture, not a chart."""
    hidden = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_xaxes(range=[-0.5, width - 0.5], **hidden)
    figure.update_yaxes(range=[height - 0.5, -0.5], scaleanchor="x", **hidden)
    figure.update_layout(margin={"l": 0, "r": 0, "t": 0, "b": 0}, height=340, showlegend=False, dragmode=False)
    return figure


def picture(pixels: Grey) -> go.Figure:
    """The grey picture alone."""
    height, width = pixels.shape
    figure = go.Figure(go.Image(source=png_uri(pixels), hoverinfo="skip"))
    return image_axes(figure, height, width)
