"""Grey pixels as something a browser can show."""

from __future__ import annotations

import base64
import io

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sera_core.contracts import Grey
from sera_core.figures import palette

SMALL_SIDE, SMALL_QUALITY = 512, 70  # of a picture that is only looked at in passing
MAX_SIDE = 1024  # pixels sent to the browser along the longer side
SHARP = 320  # pixels of the longer side from which a browser's smoothing no longer blurs the cells
Edges = tuple[float, float, float, float]  # left, top, right, bottom in pixels of the picture


def png_uri(pixels: Grey) -> str:
    """Grey levels ``[H, W]``, 0 ... 1, as a ``data:image/png`` address, made smaller where the picture is large."""
    return address(_grey(pixels, MAX_SIDE))


def jpeg_uri(pixels: Grey) -> str:
    """Grey levels 0 ... 1 as a small ``data:image/jpeg`` address: a tenth of the bytes, for a glance and no more."""
    return _uri(_grey(pixels, SMALL_SIDE), "jpeg", quality=SMALL_QUALITY)


def _grey(pixels: Grey, max_side: int) -> Image.Image:
    picture = Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8))
    picture.thumbnail((max_side, max_side))
    return picture


def address(picture: Image.Image) -> str:
    """A picture of any kind as a ``data:image/png`` address."""
    return _uri(picture, "png", compress_level=1)  # little larger, in a fifth of the time


def _uri(picture: Image.Image, kind: str, **how: int) -> str:
    buffer = io.BytesIO()
    picture.save(buffer, format=kind, **how)
    return f"data:image/{kind};base64," + base64.b64encode(buffer.getvalue()).decode()


def still(
    pixels: Grey,
    box: Edges | None = None,
    point: tuple[float, float] | None = None,
    colour: str = palette.ACCENT,
) -> NDArray[np.uint8]:
    """Grey levels 0 ... 1 as a picture without a chart around it, which costs a browser ten times as much.

    Parameters
    ----------
    pixels : float32 [H, W]
    box : (left, top, right, bottom), optional
        To outline.
    point : (x, y), optional
        To ring.
    colour : str
        Of both.

    Returns
    -------
    uint8 [h, w, 3]
        A small picture has every pixel repeated, so that it stays sharp.
    """
    times = -(-SHARP // max(pixels.shape))
    levels = (np.clip(pixels, 0, 1) * 255).round().astype(np.uint8).repeat(times, 0).repeat(times, 1)
    picture = Image.fromarray(levels).convert("RGB")
    pen, width = ImageDraw.Draw(picture), max(2, max(picture.size) // 150)
    if box is not None:
        left, top, right, bottom = (round(edge * times) for edge in box)
        pen.rectangle((left, top, max(right - 1, left), max(bottom - 1, top)), None, colour, width)
    if point is not None:
        pen.circle([(place + 0.5) * times for place in point], 6 * width, None, colour, width)
    return np.asarray(picture)


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
