"""A Venn diagram of errors: which of two or three raters miss the same cases."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import combinations
from math import cos, pi, sin

import plotly.graph_objects as go

from sera_core import escape
from sera_core.evaluate.results import Errors
from sera_core.figures import palette
from sera_core.figures.layout import CAMERA, laid_out, short
from sera_core.figures.palette import Series

Place = tuple[float, float]
MOST = 3  # circles: four cannot show every overlap
RADIUS = 1.0
# Circles stand around the middle; their names outside of them.
ANGLES: Mapping[int, tuple[float, ...]] = {2: (pi, 0.0), 3: (pi / 2, 7 * pi / 6, 11 * pi / 6)}
APART: Mapping[int, float] = {2: 0.6, 3: 0.66}
NAMED: Mapping[int, tuple[Place, ...]] = {
    2: ((-0.9, 1.3), (0.9, 1.3)),
    3: ((0.0, 1.92), (-1.15, -1.62), (1.15, -1.62)),
}
HEIGHT: Mapping[int, tuple[float, float]] = {2: (-1.35, 1.55), 3: (-1.8, 2.1)}
PIXELS = 88  # a unit


def error_venn(errors: Errors, looks: Mapping[str, Series], names: Mapping[str, str]) -> go.Figure:
    """Circles of equal size, and in each part of them how many cases exactly these raters get wrong.

    Areas do not stand for counts: three circles whose areas and overlaps all do exist only by luck.

    Parameters
    ----------
    errors : Errors
        Of two or three raters.
    looks, names : mapping of rater

    Raises
    ------
    ValueError
        For another number of raters.
    """
    count = len(errors.raters)
    if count not in ANGLES:
        raise ValueError(f"A Venn diagram is drawn of two or three raters, not of {count}.")
    figure = go.Figure()
    for rater, angle in zip(errors.raters, ANGLES[count], strict=True):
        _circle(figure, _at(angle, APART[count]), looks[rater])
    parts = [who for size in range(1, count + 1) for who in combinations(errors.raters, size)]
    figure.add_trace(_numbers(errors, parts, names))
    figure.add_trace(_labels(errors, names))
    low, high = HEIGHT[count]
    figure.update_xaxes(visible=False, range=[-2.1, 2.1])
    figure.update_yaxes(visible=False, range=[low, high], scaleanchor="x")
    return laid_out(figure, CAMERA + int((high - low) * PIXELS))


def _at(angle: float, distance: float) -> Place:
    return distance * cos(angle), distance * sin(angle)


def _circle(figure: go.Figure, middle: Place, look: Series) -> None:
    (x, y), line = middle, {"color": look.colour, "width": 2, "dash": look.dash}
    figure.add_shape(
        type="circle",
        x0=x - RADIUS,
        x1=x + RADIUS,
        y0=y - RADIUS,
        y1=y + RADIUS,
        line=line,
        fillcolor=palette.rgba(look.colour, 0.14),
        layer="below",
    )


def _numbers(errors: Errors, parts: list[tuple[str, ...]], names: Mapping[str, str]) -> go.Scatter:
    places = [_part(errors.raters, who) for who in parts]
    counts = [errors.venn.get(who, 0) for who in parts]
    everyone = [len(who) == len(errors.raters) for who in parts]
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="text",
        text=[f"<b>{count}</b>" if every else str(count) for count, every in zip(counts, everyone, strict=True)],
        textfont={"size": [20 if every else 15 for every in everyone]},
        hovertemplate=[_said(who, count, errors, names) for who, count in zip(parts, counts, strict=True)],
        cliponaxis=False,
    )


def _part(raters: tuple[str, ...], who: tuple[str, ...]) -> Place:
    """The middle of the part of the plane that only these circles cover."""
    if len(who) == len(raters):
        return 0.0, 0.0
    directions = [_at(ANGLES[len(raters)][raters.index(rater)], 1.0) for rater in who]
    x, y = (sum(axis) / len(who) for axis in zip(*directions, strict=True))
    far = 1.05 if len(who) == 1 else 1.5
    return far * x, far * y


def _labels(errors: Errors, names: Mapping[str, str]) -> go.Scatter:
    places = NAMED[len(errors.raters)]
    misses = errors.wrong.sum(axis=0)
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        mode="text",
        text=[
            f"{escape.figure(short(names[rater], 18))} ({missed})"
            for rater, missed in zip(errors.raters, misses, strict=True)
        ],
        textfont={"size": 12},
        hovertemplate=[
            f"<b>{escape.figure(names[rater])}</b><br>wrong on {missed} of {len(errors.wrong)} cases<extra></extra>"
            for rater, missed in zip(errors.raters, misses, strict=True)
        ],
        cliponaxis=False,
    )


def _said(who: tuple[str, ...], count: int, errors: Errors, names: Mapping[str, str]) -> str:
    missed_by = (
        "all of them" if len(who) == len(errors.raters) else "<br>".join(escape.figure(names[rater]) for rater in who)
    )
    return f"<b>{count} cases</b> missed by exactly<br>{missed_by}<extra></extra>"
