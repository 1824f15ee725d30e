"""Confusion matrices, one line a model: malignant found and missed, benign alarmed and cleared."""

from __future__ import annotations

from collections.abc import Sequence

import plotly.graph_objects as go

from sera_core import escape
from sera_core.evaluate.results import Confusion
from sera_core.figures import palette
from sera_core.figures.layout import CAMERA, beside, laid_out, lined, wrapped, write_on

COLUMNS = ("found", "missed", "alarm", "cleared")
TERM = ("true positive", "false negative", "false positive", "true negative")
ROW = 40  # pixels


def confusion_grid(confusions: Sequence[Confusion], names: Sequence[str]) -> go.Figure:
    """One line a matrix: counts, and below them the share of the malignant (or benign) cases.

    Parameters
    ----------
    confusions : sequence of Confusion
        Models at one centre, or one model at several.
    names : sequence of str
        What each line is called.
    """
    figure = go.Figure()
    for column, colour in enumerate((palette.MALIGNANT, palette.MALIGNANT, palette.BENIGN, palette.BENIGN)):
        figure.add_trace(_column(confusions, names, column, colour))
    write_on(figure)
    labels = [lined(name) for name in names]
    figure.update_xaxes(tickvals=list(range(4)), ticktext=list(COLUMNS), side="top", range=[-0.5, 3.5], showgrid=False)
    figure.update_yaxes(
        tickvals=list(range(len(labels))), ticktext=labels, range=[len(labels) - 0.5, -0.5], showgrid=False
    )
    figure.update_xaxes(zeroline=False)
    figure.update_yaxes(zeroline=False)
    laid_out(figure, CAMERA + 34 + ROW * len(labels))
    return figure.update_layout(margin_t=CAMERA + 30, margin_l=beside(line for name in names for line in wrapped(name)))


def _column(confusions: Sequence[Confusion], names: Sequence[str], column: int, colour: str) -> go.Heatmap:
    shares = [_share(one, column) for one in confusions]
    cells = [
        f"<b>{_counts(one)[column]}</b><br>{'–' if share is None else f'{share:.0%}'}"
        for one, share in zip(confusions, shares, strict=True)
    ]
    hover = [
        f"<b>{escape.figure(name)}</b><br>{TERM[column]}: {_counts(one)[column]}<br>cut-off {one.cutoff:.3f}"
        for one, name in zip(confusions, names, strict=True)
    ]
    return go.Heatmap(
        x=[column],
        y=list(range(len(confusions))),
        z=[[share or 0.0] for share in shares],
        text=[[cell] for cell in cells],
        customdata=[[one] for one in hover],
        hovertemplate="%{customdata}<extra></extra>",
        zmin=0,
        zmax=1,
        colorscale=[[0, palette.rgba(colour, 0.04)], [1, palette.rgba(colour, 0.45)]],
        showscale=False,
        xgap=3,
        ygap=3,
    )


def _counts(one: Confusion) -> tuple[int, int, int, int]:
    return one.true_positive, one.false_negative, one.false_positive, one.true_negative


def _share(one: Confusion, column: int) -> float | None:
    """Part of its class, None where the class is empty."""
    counts = _counts(one)
    whole = sum(counts[:2]) if column < 2 else sum(counts[2:])
    return counts[column] / whole if whole else None
