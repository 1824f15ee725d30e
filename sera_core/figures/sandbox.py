"""What a setting changes in a picture, and a nodule's way from benign to malignant."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import ImageColor

from sera_core.contracts import Grey
from sera_core.figures import palette

FULL = 0.25  # a change of so much grey is drawn in full colour
DASHES = ("solid", "dot", "dash", "dashdot", "longdash")


def difference(before: Grey, after: Grey) -> NDArray[np.uint8]:
    """The picture after a change, faint, with what became darker in blue and what became brighter in vermilion.

    Parameters
    ----------
    before, after : float32 [H, W]
        Grey levels 0 ... 1.

    Returns
    -------
    uint8 [H, W, 3]
    """
    change = after - before
    share = np.clip(np.abs(change) / FULL, 0, 1)[..., None]
    darker, brighter = (np.asarray(ImageColor.getrgb(one)) for one in (palette.BENIGN, palette.MALIGNANT))
    colour = np.where(change[..., None] < 0, darker, brighter)
    faint = after[..., None] * 255 * 0.6
    return np.asarray(np.clip(faint + share * (colour - faint), 0, 255).round(), np.uint8)


def way(
    titles: Sequence[str], truth: Sequence[float], models: Mapping[str, Sequence[float | None]], home: str, here: int
) -> go.Figure:
    """Probability against step, a line a model, beside the truth.

    Parameters
    ----------
    titles : sequence of str
        What each step changed.
    truth : sequence of float
        Probability (0 ... 1) that the simulator itself would give.
    models : mapping of title to sequence
        Each model's probability (0 ... 1) at every step; None where it gave no answer.
    home : str
        The model of simulated frames: drawn in full, the others faintly.
    here : int
        The step that is shown.
    """
    steps = [f"{k + 1}" for k in range(len(titles))]
    figure = go.Figure(_line("the simulator's truth", steps, titles, truth, palette.MALIGNANT, "dash", 2))
    for k, (name, values) in enumerate(models.items()):
        own = name == home
        colour = palette.ACCENT if own else palette.rgba(palette.UNSURE, 0.7)
        figure.add_trace(
            _line(name, steps, titles, values, colour, DASHES[k % 5] if not own else "solid", 3 if own else 1)
        )
    figure.add_vline(x=here, line={"color": palette.UNSURE, "width": 1, "dash": "dot"})
    figure.update_xaxes(title="step", type="category", fixedrange=True, range=[-0.3, len(steps) - 0.7])
    figure.update_yaxes(title="probability (%)", range=[-3, 103], fixedrange=True)
    figure.update_layout(
        height=330,
        margin={"l": 0, "r": 8, "t": 8, "b": 0},
        dragmode=False,
        legend={"orientation": "h", "yanchor": "top", "y": -0.3, "x": 0},
    )
    return figure


def _line(
    name: str,
    steps: Sequence[str],
    titles: Sequence[str],
    values: Sequence[float | None],
    colour: str,
    dash: str,
    width: int,
) -> go.Scatter:
    return go.Scatter(
        x=list(steps),
        y=[None if value is None else value * 100 for value in values],
        mode="lines+markers",
        name=name,
        text=list(titles),
        line={"color": colour, "dash": dash, "width": width},
        marker={"size": 6 if width < 3 else 9},
        hovertemplate="%{text}<br>%{y:.1f}%<extra>" + name + "</extra>",
    )
