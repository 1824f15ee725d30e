"""What every chart of a comparison shares: quiet axes, room for the camera, names that fit a phone."""

from __future__ import annotations

import math
from collections.abc import Iterable

import plotly.graph_objects as go

from sera_core import escape

LONGEST = 24  # letters of a name on an axis; the whole name is under the cursor
LINE = 18  # letters of one line of a name in two
CAMERA = 34  # pixels above the plot, where the camera sits
LEGEND_ROW = 19  # pixels


def short(name: str, longest: int = LONGEST) -> str:
    """A name that fits beside an axis: its middle is left out when it is long.

    >>> short("efficientnet-lite0-finetuned-thyroid", 16)
    'efficie…-thyroid'
    """
    if len(name) <= longest:
        return name
    tail = longest // 2
    return f"{name[: longest - tail - 1]}…{name[-tail:]}"


def wrapped(name: str) -> list[str]:
    """A name in one line or two, parted at a space, hyphen or underscore; only what is longer still is shortened.

    >>> wrapped("lite0-transfer-thyroid")
    ['lite0-transfer-', 'thyroid']
    """
    if len(name) <= LINE:
        return [name]
    gaps = [place for place, letter in enumerate(name[:LINE], 1) if letter in " -_"]
    cut = gaps[-1] if gaps else LINE
    return [name[:cut].rstrip(" "), short(name[cut:], LINE)]


def lined(name: str) -> str:
    """A name for an axis, :func:`wrapped`."""
    return "<br>".join(map(escape.figure, wrapped(name)))


def interval(estimate: float, low: float, high: float, digits: int = 3) -> str:
    """An estimate with its interval, as far as they are known: ``0.812 (0.792 to 0.833)``."""
    if math.isnan(estimate):
        return "not known"
    middle = f"{estimate:.{digits}f}"
    return middle if math.isnan(low) or math.isnan(high) else f"{middle} ({low:.{digits}f} to {high:.{digits}f})"


def beside(labels: Iterable[str]) -> int:
    """Pixels that an axis needs left of the plot for these labels, whichever font the page comes to load.

    The figure's own measure is taken before the page's font is there, and then cuts a letter off the longest label.
    """
    return int(14 + 5.3 * max(map(len, labels), default=0))


def laid_out(figure: go.Figure, height: int, legend: int = 0) -> go.Figure:
    """Fix the axes and the height; ``legend`` is how many rows of legend stand below the plot."""
    figure.update_layout(
        height=height + legend * LEGEND_ROW,
        margin={"l": 0, "r": 8, "t": CAMERA, "b": 0},
        showlegend=legend > 0,
        legend={"orientation": "v", "yref": "container", "y": 0, "yanchor": "bottom", "x": 0, "font_size": 11}
        | {"itemclick": "toggle", "itemdoubleclick": "toggleothers", "tracegroupgap": 0},
        dragmode=False,
        hoverlabel={"align": "left"},
    )
    if legend:
        figure.update_layout(margin_b=legend * LEGEND_ROW + 50, legend_maxheight=legend * LEGEND_ROW + 20)
        figure.update_xaxes(automargin=False)
    figure.update_xaxes(fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    return figure


def write_on(figure: go.Figure) -> go.Figure:
    """Write the words of a figure's tinted cells, in the colour of the page's text.

    Plotly's own words on cells are black or white as if no tint let the page shine through: dark on a dark page.
    """
    for cells in figure.data:
        words = [word for line in cells.text for word in line]
        x, y = list(cells.x) * len(cells.y), [row for row in cells.y for _ in cells.x]
        figure.add_scatter(x=x, y=y, text=words, mode="text", textfont_size=11, hoverinfo="skip", showlegend=False)
    return figure
