"""A guess beside the truth: on a line, and on a picture."""

from __future__ import annotations

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from sera_core.contracts import Grey
from sera_core.figures import palette
from sera_core.figures.image import Edges, still

RING_PX = 9


def on_a_line(guess: float, truth: float, low: float, high: float, unit: str) -> go.Figure:
    """Guess and truth as two marks on a line from ``low`` to ``high``."""
    dotted = {"color": palette.UNSURE, "width": 2, "dash": "dot"}
    figure = go.Figure(go.Scatter(x=[guess, truth], y=[0, 0], mode="lines", line=dotted, hoverinfo="skip"))
    for value, name, colour, mark, side in (
        (guess, "your guess", palette.UNSURE, "circle", "bottom"),
        (truth, "truth", palette.ACCENT, "diamond", "top"),
    ):
        figure.add_trace(
            go.Scatter(
                x=[value],
                y=[0],
                mode="markers+text",
                text=[f"{name} {value:.3g}"],
                textposition=f"{side} {_towards_the_middle((value - low) / (high - low))}",
                name=name,
                marker={"color": colour, "size": 14, "symbol": mark},
                hovertemplate=f"%{{x:.3g}}<extra>{name}</extra>",
            )
        )
    room = (high - low) * 0.06
    figure.update_xaxes(title=unit, range=[min(low, truth) - room, max(high, truth) + room], fixedrange=True)
    figure.update_yaxes(visible=False, range=[-1, 1], fixedrange=True)
    return figure.update_layout(height=130, margin={"l": 8, "r": 8, "t": 4, "b": 4}, showlegend=False, dragmode=False)


def _towards_the_middle(share: float) -> str:
    """Which way a name goes from its mark, so that it is not cut off at the end of the line."""
    return "right" if share < 0.15 else "left" if share > 0.85 else "center"


def on_a_picture(pixels: Grey, box: Edges, guess: tuple[float, float], truth: tuple[float, float]) -> NDArray[np.uint8]:
    """Guess ringed in white and truth in vermilion on the picture, the nodule outlined.

    Parameters
    ----------
    pixels : float32 [H, W]
    box : (left, top, right, bottom)
    guess, truth : (x, y)
        In pixels.

    Returns
    -------
    uint8 [h, w, 3]
    """
    picture = Image.fromarray(still(pixels, box, colour="white"))
    times = picture.width / pixels.shape[1]
    pen = ImageDraw.Draw(picture)
    for place, colour in ((guess, "white"), (truth, palette.MALIGNANT)):
        pen.circle([one * times for one in place], RING_PX, None, colour, 3)
    return np.asarray(picture)
