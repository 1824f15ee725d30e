"""Is the difference real: between models, between centres, and between model and reader from centre to centre.

Where patients of a centre have several images, every test takes patients, not images, as independent, and a patient
who was seen at two centres is one. Of a part of a table, the family of a test is still that of the whole table, so that
Holm's p does not depend on what is looked at.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, permutations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, is_positive
from sera_core.evaluate.delong import AucDifference, Whose, covariance_of, interaction, paired, unpaired
from sera_core.evaluate.paired import holm, mcnemar
from sera_core.evaluate.placements import Placements
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.results import Cutoff, Row

Raters = tuple[str, ...]

NOT_TESTED = "not tested: too few cases of a class, or nothing varies"


def auc_differences(predictions: Predictions) -> tuple[Row, ...]:
    """``auc_difference`` of every two raters at every centre: paired DeLong, Holm over the pairs of a centre."""
    rows: list[Row] = []
    for view in _whole_views(predictions):
        rows += with_holm([paired_row(view, a, b) for a, b in combinations(view.raters, 2)])
    return _part(rows, predictions)


def mcnemar_tests(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``sensitivity_difference`` among the diseased and ``specificity_difference`` among the healthy.

    McNemar's exact test at the cut-offs; Holm over the pairs of a centre, for the diseased and the healthy apart.
    """
    rows: list[Row] = []
    for view in _whole_views(predictions):
        right = {name: right_calls(view, name, cutoffs[name].value) for name in view.raters}
        for metric, label in (("sensitivity_difference", 1), ("specificity_difference", 0)):
            rows += with_holm(
                [_mcnemar_row(view, metric, label, (a, right[a]), (b, right[b])) for a, b in combinations(right, 2)]
            )
    return _part(rows, predictions)


def between_centres(predictions: Predictions) -> tuple[Row, ...]:
    """``auc_difference`` of one rater between every two centres: unpaired DeLong, Holm over the pairs of a rater.

    A real and a simulated centre are not compared.
    """
    rows: list[Row] = []
    views = _whole_views(predictions)
    for name in (*predictions.models, *predictions.readers):
        places = [view for view in views if name in view.placements]
        family = []
        for here, there in _same_domain(places):
            a, b = here.placements[name], there.placements[name]
            whose, shared = _shared((here, (name,)), (there, (name,)))
            found = unpaired(a, b, covariance=covariance_of((a, None), (b, None), whose) if whose else 0.0)
            size = sum(len(part.positive) + len(part.negative) for part in (a, b))
            method = f"{_variance(here, there)}, unpaired{shared}, Welch ({found.freedom:.0f} degrees of freedom)"
            family.append(_row("auc_difference", found, size, method, f"{here.centre} - {there.centre}", name))
        rows += with_holm(family)
    return _part(rows, predictions)


def interactions(predictions: Predictions, reader: str) -> tuple[Row, ...]:
    """``interaction`` of every model with a reader between every two centres.

    The model's lead over the reader (paired difference of AUCs) at one centre minus its lead at the other, tested
    with Welch's degrees of freedom: Altman DG, Bland JM. BMJ 2003;326:219. Holm over the pairs of a model.
    """
    if reader not in predictions.readers:
        raise BadInput("no_reader", f"The table has no reader {reader!r}: choose of {', '.join(predictions.readers)}.")
    rows: list[Row] = []
    views = _whole_views(predictions)
    for model in predictions.models:
        leads = [lead for view in views if (lead := _lead(view, model, reader)) is not None]
        family = []
        for here, there in combinations(leads, 2):
            if here.view.domain == there.view.domain:
                whose, shared = _shared((here.view, (model, reader)), (there.view, (model, reader)))
                together = covariance_of(here.both, there.both, whose) if whose else 0.0
                found = interaction(here.found, here.independent, there.found, there.independent, covariance=together)
                place = f"{here.view.centre} - {there.view.centre}"
                method = f"difference of paired differences{shared}, {_variance(here.view, there.view)}, Welch"
                family.append(_row("interaction", found, here.cases + there.cases, method, place, model, reader))
        rows += with_holm(family)
    return _part(rows, predictions)


def _whole_views(predictions: Predictions) -> list[CentreView]:
    whole = predictions.whole or predictions
    return [whole.at(centre) for centre in whole.centres]


def _part(rows: Iterable[Row], predictions: Predictions) -> tuple[Row, ...]:
    """The rows about the models, readers and centres of this part of a table."""
    places = set(predictions.centres) | {f"{a} - {b}" for a, b in permutations(predictions.centres, 2)}
    names = {"", *predictions.models, *predictions.readers}
    return tuple(row for row in rows if row.centre in places and row.model in names and row.versus in names)


def _shared(here: tuple[CentreView, Raters], there: tuple[CentreView, Raters]) -> tuple[Whose | None, str]:
    """Patients behind the areas of two centres, in one numbering, and how many are common; None where none is."""
    sides = [_patients(*side) for side in (here, there)]
    common = np.intersect1d(np.concatenate(sides[0]), np.concatenate(sides[1]))
    if not len(common):
        return None, ""
    numbers = np.unique(np.concatenate([part for side in sides for part in side]), return_inverse=True)[1]
    ends = np.cumsum([len(part) for side in sides for part in side])[:-1]
    a, b, c, d = np.split(numbers, ends)
    return ((a, b), (c, d)), f" ({len(common)} patients at both)"


def _patients(view: CentreView, raters: Raters) -> tuple[NDArray, NDArray]:
    """Numbers of the patients of the positives and of the negatives that all these raters answered."""
    given = ~np.isnan([view.score(name) for name in raters]).any(axis=0)
    return view.person[given & (view.label == 1)], view.person[given & (view.label == 0)]


def paired_row(view: CentreView, first: str, second: str) -> Row:
    """Paired DeLong test of two raters at one centre."""
    both = view.pair(first, second)
    found = paired(*both) if both else AucDifference(np.nan, np.nan, np.nan, np.nan)
    size = len(both[0].positive) + len(both[0].negative) if both else 0
    return _row("auc_difference", found, size, f"{_variance(view)}, paired", view.centre, first, second)


def right_calls(view: CentreView, name: str, cutoff: float) -> np.ndarray:
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


@dataclass(frozen=True, eq=False)
class _Lead:
    """A model against a reader at one centre, with the cases, and the independent ones, behind it."""

    view: CentreView
    both: tuple[Placements, Placements]
    found: AucDifference

    @property
    def independent(self) -> int:
        return sum(self.both[0].independent)

    @property
    def cases(self) -> int:
        return len(self.both[0].positive) + len(self.both[0].negative)


def _lead(view: CentreView, model: str, reader: str) -> _Lead | None:
    both = view.pair(model, reader) if {model, reader} <= set(view.raters) else None
    return None if both is None else _Lead(view, both, paired(*both))


def _variance(*views: CentreView) -> str:
    return "Obuchowski" if any(view.repeated for view in views) else "DeLong"


def _row(metric: str, found: AucDifference, n: int, method: str, centre: str, model: str, versus: str = "") -> Row:
    if np.isnan(found.p):
        method = NOT_TESTED
    return Row(metric, found.difference, found.low, found.high, n, method, centre, model, versus=versus, p=found.p)


def with_holm(family: list[Row]) -> list[Row]:
    """The tests of one family with Holm's p, and its size in their method."""
    adjusted = holm([row.p for row in family])
    size = np.count_nonzero(~np.isnan(adjusted))
    return [
        row if np.isnan(p) else replace(row, p_holm=float(p), method=f"{row.method}; Holm over {size}")
        for row, p in zip(family, adjusted, strict=True)
    ]
