"""Is a model no worse than another model or a reader by more than a margin that was fixed beforehand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import permutations

from sera_core.contracts import BadInput
from sera_core.evaluate.cells.differences import paired_row, right_calls, with_holm
from sera_core.evaluate.delong import paired
from sera_core.evaluate.noninferior import ALPHA, area_p, checked_margin, share_p
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.results import Cutoff, Row

MEASURES = ("auc", "sensitivity", "specificity")


def noninferiority(
    predictions: Predictions, cutoffs: Mapping[str, Cutoff], margins: Mapping[str, float]
) -> tuple[Row, ...]:
    """``auc_noninferiority`` and so on of every model against every other model and reader at every centre.

    Parameters
    ----------
    predictions : Predictions
    cutoffs : mapping of model or reader to Cutoff
    margins : mapping of "auc", "sensitivity" or "specificity" to its margin

    Returns
    -------
    tuple of Row
        ``estimate`` is model minus versus with its two-sided interval; ``p`` is one-sided, of being worse by the margin
        or more; Holm over the pairs of a centre and measure. ``method`` says whether it is shown (p after Holm below
        0.025).
    """
    if unknown := set(margins) - set(MEASURES):
        raise BadInput("margin", f"There is no margin of {sorted(unknown)[0]}: give one of {', '.join(MEASURES)}.")
    rows: list[Row] = []
    for metric, margin in margins.items():
        checked_margin(margin)
        for view in map(predictions.at, predictions.centres):
            pairs = [pair for pair in permutations(view.raters, 2) if pair[0] in view.models]
            tests = [_test(view, metric, margin, pair, cutoffs) for pair in pairs]
            rows += [replace(row, method=f"{row.method}; {_said(row)}") for row in with_holm(tests)]
    return tuple(rows)


def _said(row: Row) -> str:
    return "shown" if row.p_holm < ALPHA else "not shown"


def _test(view: CentreView, metric: str, margin: float, pair: tuple[str, str], cutoffs: Mapping[str, Cutoff]) -> Row:
    first, second = pair
    name, told = f"{metric}_noninferiority", f"margin {margin:g}, one-sided"
    if metric == "auc":
        both, row = view.pair(*pair), paired_row(view, first, second)
        p = area_p(paired(*both), margin) if both else float("nan")
        return replace(row, metric=name, p=p, method=f"{row.method}, {told}")
    label = int(metric == "sensitivity")
    one, other = (right_calls(view, who, cutoffs[who].value) for who in pair)
    used = (view.label == label) & (one == one) & (other == other)  # NaN where there was no answer
    clusters = view.clusters(view.patient[used])
    a, b = one[used] == 1, other[used] == 1
    found = mcnemar(a, b, patients=clusters)
    method = f"{'by patient' if view.repeated else 'Tango; interval: Newcombe'}, {told}"
    numbers = (found.difference, found.low, found.high, found.n, method, view.centre, first)
    return Row(name, *numbers, versus=second, p=share_p(a, b, margin, clusters))
