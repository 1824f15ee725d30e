"""Who agrees with whom: kappa as a matrix, and which raters miss the same cases."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

from sera_core import escape
from sera_core.evaluate.results import Errors, Row
from sera_core.figures import palette
from sera_core.figures.layout import CAMERA, beside, interval, laid_out, lined, short, wrapped, write_on

CELL, DOT = 34, 20  # pixels
MOST_SETS = 14  # columns of the error figure


def kappa_matrix(rows: Sequence[Row], raters: Sequence[str], names: Mapping[str, str]) -> go.Figure:
    """Cohen's kappa of every pair of raters at one centre.

    Parameters
    ----------
    rows : sequence of Row
        ``cohen_kappa``, one a pair, in either order.
    raters : sequence of str
        In the order of the axes.
    names : mapping of rater to what people call it
    """
    place = {rater: i for i, rater in enumerate(raters)}
    value = np.full((len(raters), len(raters)), np.nan)
    hover = np.full(value.shape, "", dtype=object)
    for row in rows:
        if row.model in place and row.versus in place:
            i, j = sorted((place[row.model], place[row.versus]), reverse=True)  # below the diagonal
            value[i, j] = row.estimate
            pair = f"<b>{escape.figure(names[row.model])}</b> and <b>{escape.figure(names[row.versus])}</b>"
            hover[i, j] = f"{pair}<br>kappa {interval(row.estimate, row.low, row.high, 2)}<br>n = {row.n}"
    labels = [lined(names[rater]) for rater in raters]
    text = [["" if math.isnan(v) else f"{v:.2f}" for v in line] for line in value] if len(raters) <= 12 else None
    figure = go.Figure(
        go.Heatmap(
            z=value[1:, :-1],
            x=list(range(len(raters) - 1)),
            y=list(range(1, len(raters))),
            text=[line[:-1] for line in text[1:]] if text else None,
            customdata=hover[1:, :-1],
            hovertemplate="%{customdata}<extra></extra>",
            hoverongaps=False,
            zmin=0,
            zmax=1,
            colorscale=[[0, palette.rgba(palette.ACCENT, 0.04)], [1, palette.rgba(palette.ACCENT, 0.6)]],
            showscale=False,
            xgap=2,
            ygap=2,
        )
    )
    if text:
        write_on(figure)
    figure.update_xaxes(tickvals=list(range(len(raters) - 1)), ticktext=labels[:-1], tickangle=-60, showgrid=False)
    figure.update_yaxes(
        tickvals=list(range(1, len(raters))), ticktext=labels[1:], range=[len(raters) - 0.5, 0.5], showgrid=False
    )
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
    laid_out(figure, CAMERA + 120 + CELL * len(raters))
    return figure.update_layout(margin_l=beside(line for rater in raters for line in wrapped(names[rater])))


def error_sets(errors: Errors, names: Mapping[str, str]) -> go.Figure:
    """How many cases exactly these raters miss, largest first: a Venn diagram that also holds for many raters.

    Bars above, and below each bar a dot for every rater that is wrong on those cases (Lex A, et al. IEEE TVCG
    2014;20:1983-1992).
    """
    sets = [(raters, count) for raters, count in errors.venn.items() if raters and count]
    sets = sorted(sets, key=lambda item: -item[1])[:MOST_SETS]
    figure = go.Figure()
    columns = list(range(len(sets)))
    figure.add_trace(
        go.Bar(
            x=columns,
            y=[count for _, count in sets],
            text=[str(count) for _, count in sets],
            textposition="outside",
            cliponaxis=False,
            marker_color=[palette.MALIGNANT if len(who) == len(errors.raters) else palette.UNSURE for who, _ in sets],
            hovertemplate=[_who(who, count, errors, names) for who, count in sets],
        )
    )
    for i, (who, _) in enumerate(sets):
        rows = [errors.raters.index(rater) for rater in who]
        figure.add_trace(_dots(i, rows, palette.ACCENT, yaxis="y2"))
    rest = [(i, r) for i, (who, _) in enumerate(sets) for r, rater in enumerate(errors.raters) if rater not in who]
    figure.add_trace(_faint(rest))
    below = DOT * len(errors.raters)
    height = CAMERA + 170 + below
    split = below / (height - CAMERA)
    labels = [escape.figure(short(names[rater], 26)) for rater in errors.raters]
    laid_out(figure, height)
    figure.update_layout(
        xaxis={"visible": False, "range": [-0.6, max(len(sets), 4) - 0.4], "anchor": "y2"},
        yaxis={"title": "cases", "domain": [split + 0.03, 1], "zeroline": False, "fixedrange": True},
        yaxis2={"domain": [0, split], "tickvals": list(range(len(labels))), "ticktext": labels, "fixedrange": True}
        | {"range": [len(labels) - 0.4, -0.6], "showgrid": False, "zeroline": False, "automargin": True},
    )
    return figure


def _who(who: tuple[str, ...], count: int, errors: Errors, names: Mapping[str, str]) -> str:
    everyone = len(who) == len(errors.raters)
    said = "all of them" if everyone else "<br>".join(escape.figure(names[rater]) for rater in who[:8])
    more = "" if everyone or len(who) <= 8 else f"<br>and {len(who) - 8} more"
    return f"<b>{count} cases</b> missed by exactly<br>{said}{more}<extra></extra>"


def _dots(column: int, rows: list[int], colour: str, yaxis: str) -> go.Scatter:
    return go.Scatter(
        x=[column] * len(rows),
        y=rows,
        yaxis=yaxis,
        mode="lines+markers",
        marker={"size": 9, "color": colour, "opacity": 1},
        line={"width": 2, "color": colour},
        hoverinfo="skip",
    )


def _faint(places: list[tuple[int, int]]) -> go.Scatter:
    return go.Scatter(
        x=[x for x, _ in places],
        y=[y for _, y in places],
        yaxis="y2",
        mode="markers",
        marker={"size": 6, "color": palette.rgba(palette.UNSURE, 0.25), "opacity": 1},
        hoverinfo="skip",
    )
