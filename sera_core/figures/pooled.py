"""External centres, their mean, and where the next hospital is expected, as a forest plot."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from sera_core import escape
from sera_core.evaluate.results import Row
from sera_core.figures.forest import Block, Mark, forest
from sera_core.figures.palette import Series

WORDS = {"auc": "AUC", "sensitivity": "sensitivity", "specificity": "specificity"}


def pooled_forest(
    centres: Sequence[Row], pooled: Sequence[Row], looks: Mapping[str, Series], names: Mapping[str, str]
) -> go.Figure:
    """A block for each model and measure that was pooled: every centre, the mean (bold), the next centre (open).

    Parameters
    ----------
    centres : sequence of Row
        ``auc``, ``sensitivity`` and ``specificity`` at the external centres of one kind.
    pooled : sequence of Row
        Of :func:`~sera_core.evaluate.compare.pooled`, of the same kind.
    looks, names : mapping of model
    """
    blocks = []
    for mean in (row for row in pooled if row.metric.endswith("_pooled")):
        metric, look = mean.metric.removesuffix("_pooled"), looks[mean.model]
        there = [row for row in centres if row.metric == metric and row.model == mean.model]
        ahead = next(row for row in pooled if row.metric == f"{metric}_next_centre" and row.model == mean.model)
        marks = [Mark(row.centre, row.estimate, row.low, row.high, look, _hover(row)) for row in there]
        marks.append(Mark("mean", mean.estimate, mean.low, mean.high, look, _hover(mean), bold=True))
        marks.append(Mark("next hospital", ahead.estimate, ahead.low, ahead.high, look, _hover(ahead), hollow=True))
        blocks.append(Block(f"{names[mean.model]} · {WORDS[metric]}", tuple(marks)))
    return forest(blocks, "with 95 % intervals", (0.0, 1.0))


def _hover(row: Row) -> str:
    return f"n = {row.n}<br>{escape.figure(row.method)}"
