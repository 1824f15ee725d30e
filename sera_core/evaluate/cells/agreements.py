"""Who agrees with whom at the cut-offs, and which cases everybody misses."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import is_positive
from sera_core.evaluate.agreement import Kappa, cohen, fleiss, sets
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.results import Cutoff, Errors, Row

ALIKE = "not defined: all calls are the same"


def kappas(predictions: Predictions, cutoffs: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    """``cohen_kappa`` of every two raters, and ``fleiss_kappa`` of all (model ``all``), at every centre.

    Fleiss' kappa is that of the cases which every rater of the centre answered.
    """
    rows = []
    for view in map(predictions.at, predictions.centres):
        calls = {name: is_positive(view.score(name), cutoffs[name].value) for name in view.raters}
        given = {name: ~np.isnan(view.score(name)) for name in view.raters}
        whose = ", by patient" if view.repeated else ""
        for a, b in combinations(view.raters, 2):
            both = given[a] & given[b]
            found = cohen(calls[a][both], calls[b][both], patients=view.clusters(view.patient[both]))
            rows.append(_row("cohen_kappa", found, f"Fleiss, Cohen and Everitt{whose}", view.centre, a, b))
        if len(view.raters) > 2:
            every = np.all(list(given.values()), axis=0)
            together = np.stack(list(calls.values()), axis=1)[every]
            found = fleiss(together, patients=view.clusters(view.patient[every]))
            rows.append(_row("fleiss_kappa", found, f"Gwet, {len(calls)} raters{whose}", view.centre, "all"))
    return tuple(rows)


def errors(
    predictions: Predictions, centre: str, cutoffs: Mapping[str, Cutoff], raters: Iterable[str] | None = None
) -> Errors:
    """Which rater is wrong about which case at one centre; cases that a rater did not answer are left out.

    Parameters
    ----------
    raters : iterable of str, optional
        Models and readers to look at; all by default.
    """
    view = predictions.at(centre)
    chosen = tuple(name for name in view.raters if raters is None or name in set(raters))
    wrong, answered = _wrong(view, chosen, cutoffs)
    missed = wrong.sum(axis=1)
    order = np.flatnonzero(answered)[np.argsort(-missed[answered], kind="stable")]
    venn = {tuple(chosen[k] for k in group): count for group, count in sets(wrong[answered]).items()}
    cases = view.cases.iloc[order].reset_index(drop=True).assign(wrong=missed[order])
    return Errors(centre, chosen, wrong[order], cases, venn)


def _wrong(
    view: CentreView, raters: tuple[str, ...], cutoffs: Mapping[str, Cutoff]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    if not raters:
        return np.zeros((len(view.label), 0), bool), np.ones(len(view.label), bool)
    scores = np.stack([view.score(name) for name in raters], axis=1)
    limits = np.array([cutoffs[name].value for name in raters])
    unknown = np.isnan(scores).sum(axis=1)
    return is_positive(scores, limits) != (view.label == 1)[:, None], unknown == 0


def _row(metric: str, found: Kappa, method: str, centre: str, model: str, versus: str = "") -> Row:
    method = ALIKE if np.isnan(found.value) else method
    return Row(metric, found.value, found.low, found.high, found.n, method, centre, model, versus=versus)
