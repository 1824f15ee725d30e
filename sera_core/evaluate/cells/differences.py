"""Is the difference real: between models, between centres, and between model and reader from centre to centre.

Where patients of a centre have several images, every test takes patients, not images, as independent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from itertools import combinations

import numpy as np

from sera_core.contracts import BadInput, is_positive
from sera_core.evaluate.delong import AucDifference, interaction, paired, unpaired
from sera_core.evaluate.paired import holm, mcnemar
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.results import Cutoff, Row

NOT_TESTED = "not tested: too few cases of a class, or nothing varies"


def auc_differences(predictions: Predictions) -> tuple[Row, ...]:
    """``auc_difference`` of every two raters at every centre: paired DeLong, Holm over the pairs of a centre."""
    rows: list[Row] = []
    for view in map(predictions.at, predictions.centres):
        rows += _with_holm([_paired_row(view, a, b) for a, b in combinations(view.raters, 2)])
    return tuple(rows)


def mcnemar_tests(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``sensitivity_difference`` among the diseased and ``specificity_difference`` among the healthy.

    McNemar's exact test at the cut-offs; Holm over the pairs of a centre, for the diseased and the healthy apart.
    """
    rows: list[Row] = []
    for view in map(predictions.at, predictions.centres):
        right = {name: _right(view, name, cutoffs[name].value) for name in view.raters}
        for metric, label in (("sensitivity_difference", 1), ("specificity_difference", 0)):
            rows += _with_holm(
                [_mcnemar_row(view, metric, label, (a, right[a]), (b, right[b])) for a, b in combinations(right, 2)]
            )
    return tuple(rows)


def between_centres(predictions: Predictions) -> tuple[Row, ...]:
    """``auc_difference`` of one rater between every two centres: unpaired DeLong, Holm over the pairs of a rater.

    A real and a simulated centre are not compared.
    """
    rows: list[Row] = []
    views = [predictions.at(centre) for centre in predictions.centres]
    for name in (*predictions.models, *predictions.readers):
        places = [view for view in views if name in view.placements]
        family = []
        for here, there in _same_domain(places):
            a, b = here.placements[name], there.placements[name]
            found = unpaired(a, b)
            size = sum(len(part.positive) + len(part.negative) for part in (a, b))
            variance = _variance(here, there)
            method = f"{variance}, unpaired, Welch ({found.freedom:.0f} degrees of freedom)"
            family.append(_row("auc_difference", found, size, method, f"{here.centre} - {there.centre}", name))
        rows += _with_holm(family)
    return tuple(rows)


def interactions(predictions: Predictions, reader: str) -> tuple[Row, ...]:
    """``interaction`` of every model with a reader between every two centres.

    The model's lead over the reader (paired difference of AUCs) at one centre minus its lead at the other, tested
    with Welch's degrees of freedom: Altman DG, Bland JM. BMJ 2003;326:219. Holm over the pairs of a model.
    """
    if reader not in predictions.readers:
        raise BadInput("no_reader", f"The table has no reader {reader!r}: choose of {', '.join(predictions.readers)}.")
    rows: list[Row] = []
    views = [predictions.at(centre) for centre in predictions.centres]
    for model in predictions.models:
        leads = [(view, *lead) for view in views if (lead := _lead(view, model, reader)) is not None]
        family = []
        for (here, one, m, cases), (there, other, n, more) in combinations(leads, 2):
            if here.domain == there.domain:
                found = interaction(one, m, other, n)
                place = f"{here.centre} - {there.centre}"
                method = f"difference of paired differences, {_variance(here, there)}, Welch"
                family.append(_row("interaction", found, cases + more, method, place, model, reader))
        rows += _with_holm(family)
    return tuple(rows)


def _paired_row(view: CentreView, first: str, second: str) -> Row:
    both = view.pair(first, second)
    found = paired(*both) if both else AucDifference(np.nan, np.nan, np.nan, np.nan)
    size = len(both[0].positive) + len(both[0].negative) if both else 0
    return _row("auc_difference", found, size, f"{_variance(view)}, paired", view.centre, first, second)


def _right(view: CentreView, name: str, cutoff: float) -> np.ndarray:
    """1 where the call was right, 0 where wrong, NaN where there was none."""
    score = view.score(name)
    return np.where(np.isnan(score), np.nan, is_positive(score, cutoff) == (view.label == 1))


def _mcnemar_row(
    view: CentreView, metric: str, label: int, first: tuple[str, np.ndarray], second: tuple[str, np.ndarray]
) -> Row:
    (a, one), (b, other) = first, second
    used = (view.label == label) & ~np.isnan(one) & ~np.isnan(other)
    found = mcnemar(one[used] == 1, other[used] == 1, patients=view.clusters(view.patient[used]))
    against = f"{found.only_first} against {found.only_second}"
    if view.repeated:
        method = f"McNemar, exact, whole patients ({against}); interval: by patient"
    else:
        method = f"McNemar, exact ({against}); interval: Newcombe"
    return Row(metric, found.difference, found.low, found.high, found.n, method, view.centre, a, versus=b, p=found.p)


def _same_domain(views: Iterable[CentreView]) -> list[tuple[CentreView, CentreView]]:
    return [(a, b) for a, b in combinations(views, 2) if a.domain == b.domain]


def _lead(view: CentreView, model: str, reader: str) -> tuple[AucDifference, int, int] | None:
    """Model minus reader, with how many independent cases and how many cases stand behind it."""
    both = view.pair(model, reader) if {model, reader} <= set(view.raters) else None
    if both is None:
        return None
    return paired(*both), sum(both[0].independent), len(both[0].positive) + len(both[0].negative)


def _variance(*views: CentreView) -> str:
    return "Obuchowski" if any(view.repeated for view in views) else "DeLong"


def _row(metric: str, found: AucDifference, n: int, method: str, centre: str, model: str, versus: str = "") -> Row:
    if np.isnan(found.p):
        method = NOT_TESTED
    return Row(metric, found.difference, found.low, found.high, n, method, centre, model, versus=versus, p=found.p)


def _with_holm(family: list[Row]) -> list[Row]:
    adjusted = holm([row.p for row in family])
    return [replace(row, p_holm=float(p)) for row, p in zip(family, adjusted, strict=True)]
