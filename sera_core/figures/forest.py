"""Estimates with their intervals, one row each, in blocks: AUCs, differences, subgroups."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import plotly.graph_objects as go

from sera_core import escape
from sera_core.figures import palette
from sera_core.figures.layout import CAMERA, beside, interval, laid_out, short
from sera_core.figures.palette import Series

ROW, HEAD = 22, 30  # pixels
FOOT = 46


@dataclass(frozen=True)
class Mark:
    """One row: NaN where a number is not known.

    Attributes
    ----------
    label : str
    estimate, low, high : float
    look : Series
    hover : str
        What the cursor shows below the numbers.
    hollow : bool
        An open mark, for what is of another kind than the rest.
    bold : bool
    """

    label: str
    estimate: float
    low: float
    high: float
    look: Series
    hover: str = ""
    hollow: bool = False
    bold: bool = False


@dataclass(frozen=True)
class Block:
    """Rows below one heading.

    Attributes
    ----------
    title : str
    marks : tuple of Mark
    line : float or None
        Where to draw a dotted line through the block (a ceiling).
    line_name : str
    """

    title: str
    marks: tuple[Mark, ...]
    line: float | None = None
    line_name: str = ""


def forest(
    blocks: Sequence[Block], axis: str, span: tuple[float, float] | None = None, zero: float | None = None
) -> go.Figure:
    """Draw the blocks from top to bottom.

    Parameters
    ----------
    blocks : sequence of Block
    axis : str
        Title of the horizontal axis.
    span : (low, high), optional
        Ends of the axis that are never exceeded; the axis itself fits the intervals.
    zero : float, optional
        Where there is no effect: a line through all blocks.
    """
    figure, y = go.Figure(), 0.0
    placed: list[tuple[float, Mark]] = []
    ceilings: list[tuple[float, Block]] = []
    for block in blocks:
        _heading(figure, block.title, y)
        rows = [y - (HEAD + ROW * i) / ROW for i in range(len(block.marks))]
        placed += zip(rows, block.marks, strict=True)
        if rows and block.line is not None:
            _line(figure, block.line, rows[0] + 0.8, rows[-1] - 0.5, "dot")
            ceilings.append((rows[0] + 0.8, block))
        if rows and zero is not None:
            _line(figure, zero, rows[0] + 0.5, rows[-1] - 0.5, "solid")
        y = (rows[-1] if rows else y) - 1.3
    for colour in dict.fromkeys(mark.look.colour for _, mark in placed):
        figure.add_trace(_trace([(place, mark) for place, mark in placed if mark.look.colour == colour], colour))
    if ceilings:
        figure.add_trace(_ceilings(ceilings))
    labels = [escape.figure(short(mark.label)) for _, mark in placed]
    labels = [f"<b>{label}</b>" if mark.bold else label for label, (_, mark) in zip(labels, placed, strict=True)]
    places = [place for place, _ in placed]
    figure.update_xaxes(title=escape.figure(axis), range=_range(blocks, span, zero), zeroline=False)
    figure.update_yaxes(tickvals=places, ticktext=labels, range=[y + 0.6, 0.9], showgrid=False, zeroline=False)
    laid_out(figure, int(CAMERA + FOOT + (0.9 - y) * ROW))
    return figure.update_layout(margin_l=beside(short(mark.label) for _, mark in placed))


def _trace(placed: Sequence[tuple[float, Mark]], colour: str) -> go.Scatter:
    """All rows of one colour at once: a browser draws few traces of many marks far sooner than many of one."""
    marks = [mark for _, mark in placed]
    bars = [(mark.high - mark.estimate, mark.estimate - mark.low) for mark in marks]
    return go.Scatter(
        x=[mark.estimate for mark in marks],
        y=[place for place, _ in placed],
        mode="markers",
        error_x={"array": [bar[0] for bar in bars], "arrayminus": [bar[1] for bar in bars]}
        | {"color": colour, "thickness": 2, "width": 0},
        marker={"color": colour, "line": {"width": 1.5, "color": colour}, "opacity": 1}
        | {"symbol": [mark.look.mark + ("-open" if mark.hollow else "") for mark in marks]}
        | {"size": [11 if mark.bold else 9 for mark in marks]},
        hovertext=[_told(mark) for mark in marks],
        hovertemplate="%{hovertext}<extra></extra>",
        showlegend=False,
        cliponaxis=False,
    )


def _told(mark: Mark) -> str:
    numbers = interval(mark.estimate, mark.low, mark.high)
    return f"<b>{escape.figure(mark.label)}</b><br>{numbers}" + (f"<br>{mark.hover}" if mark.hover else "")


def _heading(figure: go.Figure, title: str, y: float) -> None:
    figure.add_annotation(
        xref="paper", x=0, y=y, text=f"<b>{escape.figure(title)}</b>", showarrow=False, xanchor="left", font_size=12
    )


def _line(figure: go.Figure, x: float, top: float, bottom: float, dash: str) -> None:
    style = {"color": palette.UNSURE, "width": 1.2, "dash": dash}
    figure.add_shape(type="line", x0=x, x1=x, y0=bottom, y1=top, line=style, layer="below")


def _ceilings(tops: Sequence[tuple[float, Block]]) -> go.Scatter:
    return go.Scatter(
        x=[block.line for _, block in tops],
        y=[top for top, _ in tops],
        mode="markers",
        marker={"symbol": "triangle-down", "size": 8, "color": palette.UNSURE, "opacity": 1},
        hovertext=[escape.figure(block.line_name) for _, block in tops],
        hovertemplate="%{hovertext} %{x:.3f}<extra></extra>",
        showlegend=False,
    )


def _range(blocks: Sequence[Block], span: tuple[float, float] | None, zero: float | None) -> tuple[float, float]:
    ends = [v for block in blocks for m in block.marks for v in (m.estimate, m.low, m.high) if not math.isnan(v)]
    ends += [block.line for block in blocks if block.line is not None] + ([zero] if zero is not None else [])
    if not ends:
        return span or (0.0, 1.0)
    low, high = min(ends), max(ends)
    room = max(0.04 * (high - low), 0.01)
    if span is None:
        return low - room, high + room
    return max(low - room, span[0] - room / 2), min(high + room, span[1] + room / 2)
