"""One predictions table in, every comparison out: the door that page, command line and report go through.

Each function answers one cell of the comparison page and returns frozen results (:mod:`sera_core.evaluate.results`).
Models, and readers by their column name ``reader_...``, are compared in the same way. Numbers are made for one centre
at a time, so that real and simulated cases never meet in one of them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import READER, Domain
from sera_core.evaluate.cells.agreements import errors, kappas
from sera_core.evaluate.cells.calibrations import calibrations
from sera_core.evaluate.cells.differences import auc_differences, between_centres, interactions, mcnemar_tests
from sera_core.evaluate.cells.fixed import at_fixed, cutoff_changes
from sera_core.evaluate.cells.glance import glance, partial_areas, roc_lines
from sera_core.evaluate.cells.margins import noninferiority
from sera_core.evaluate.cells.operating import confusions, optimisms
from sera_core.evaluate.cells.pooled import pooled
from sera_core.evaluate.cells.reading import readings
from sera_core.evaluate.cells.subgroups import subgroups
from sera_core.evaluate.cells.unanswered import unanswered
from sera_core.evaluate.cells.usefulness import avoided_fnas, curve_points, decision_curves, prevalence_curves
from sera_core.evaluate.cutoff import cutoff_interval, youden
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Comparison, Cutoff, Optimism, Row
from sera_core.guidelines import USUAL_THRESHOLDS

__all__ = [
    "at_fixed",
    "auc_differences",
    "avoided_fnas",
    "between_centres",
    "calibrations",
    "compare",
    "confusions",
    "cutoff_changes",
    "cutoffs",
    "decision_curves",
    "errors",
    "glance",
    "interactions",
    "kappas",
    "mcnemar_tests",
    "noninferiority",
    "optimisms",
    "partial_areas",
    "pooled",
    "prevalence_curves",
    "readings",
    "roc_lines",
    "subgroups",
    "unanswered",
]

MOST_RESAMPLED, RESAMPLED = 5_000, 200  # cases, draws: the bootstrap of a cut-off would take seconds for more
STEPS = 6  # of a whole comparison
SAME = 1e-9  # two cut-offs that differ by rounding only
HALF = Cutoff(0.5, np.nan, np.nan, "0.5, because there are no internal cases of both classes to choose on")


def cutoffs(predictions: Predictions, known: Mapping[str, Cutoff] | None = None) -> dict[str, Cutoff]:
    """The operating point of every model and reader of the whole table, whichever part of it is looked at.

    Parameters
    ----------
    predictions : Predictions
    known : mapping of model to Cutoff, optional
        Cut-offs that were frozen before (a study's ``models.csv``, or named by the user); they come before those that
        the table itself gives.

    Returns
    -------
    dict
        Guidelines go by :data:`~sera_core.guidelines.USUAL_THRESHOLDS`; every other name by Youden's index on the
        model's internal cases (for a reader: those of any model), or 0.5 where there are none. Score >= value is
        positive.
    """
    predictions = predictions.whole or predictions
    known = {**predictions.given, **(known or {})}
    found = {}
    for name in (*predictions.models, *predictions.readers):
        usual = next((value for end, value in USUAL_THRESHOLDS.items() if name.endswith(end)), None)
        if name in known:
            found[name] = _placed(predictions, name, known[name])
        elif name.startswith(READER) and usual is not None:
            found[name] = Cutoff(usual, np.nan, np.nan, f"usual threshold of the guideline: {usual:g} or more")
        else:
            found[name] = _youden_inside(predictions, name)
    return found


def compare(
    predictions: Predictions,
    known: Mapping[str, Cutoff] | None = None,
    step: Callable[[int, int, str], None] = lambda done, total, what: None,
) -> Comparison:
    """Everything about one table at its cut-offs (see :func:`cutoffs`).

    Parameters
    ----------
    predictions : Predictions
    known : mapping of model to Cutoff, optional
    step : callable
        Takes how many parts are done, of how many, and which comes next.

    Examples
    --------
    >>> from sera_core.evaluate.table import read_predictions, template
    >>> found = compare(read_predictions(template().to_csv(index=False).encode()))
    >>> found.rows[0].metric, len(found.rows) > 100
    ('auc', True)
    """
    step(0, STEPS, "cut-offs and AUCs")
    frozen = cutoffs(predictions, known)
    first, parts, fixed = glance(predictions), partial_areas(predictions), at_fixed(predictions)
    step(1, STEPS, "confusion matrices")
    matrices, tuned = confusions(predictions, frozen), optimisms(predictions, frozen)
    step(2, STEPS, "calibration")
    trust = calibrations(predictions)
    step(3, STEPS, "differences")
    pairs = _pairs(predictions, frozen)
    step(4, STEPS, "usefulness and agreement")
    points, needles = curve_points(predictions, frozen), avoided_fnas(predictions, frozen)
    agreement = kappas(predictions, frozen)
    step(5, STEPS, "subgroups, pooling and missing answers")
    groups, over = subgroups(predictions, frozen), pooled(predictions, frozen)
    rows = (
        *first.rows,
        *first.ceilings,
        *parts,
        *fixed,
        *(row for matrix in matrices for row in matrix.rows),
        *(row for optimism in tuned for row in _optimism_rows(predictions, optimism)),
        *pairs,
        *(row for one in trust for row in one.rows),
        *points,
        *needles,
        *agreement,
        *groups,
        *over,
        *unanswered(predictions, frozen),
    )
    step(STEPS, STEPS, "done")
    return Comparison(frozen, first, matrices, tuned, pairs, trust, needles, agreement, groups, over, rows)


def _pairs(predictions: Predictions, frozen: Mapping[str, Cutoff]) -> tuple[Row, ...]:
    return (
        *auc_differences(predictions),
        *mcnemar_tests(predictions, frozen),
        *between_centres(predictions),
        *(row for reader in predictions.readers for row in interactions(predictions, reader)),
        *readings(predictions),
    )


def _optimism_rows(predictions: Predictions, found: Optimism) -> list[Row]:
    """``optimism_accuracy`` and so on: how much better the cut-off tuned on the spot would look."""
    n = len(predictions.at(found.centre).of(found.model)[0])
    method = f"cut-off {found.tuned_cutoff:.3f} tuned on these cases against the frozen {found.frozen_cutoff:.3f}"
    if found.chosen_here:
        method = f"cut-off {found.frozen_cutoff:.3f} chosen on these cases, against one chosen without each patient"
    return [
        Row(f"optimism_{name}", gain, np.nan, np.nan, n, method, found.centre, found.model)
        for name, gain in found.gain.items()
    ]


def _placed(predictions: Predictions, name: str, cutoff: Cutoff) -> Cutoff:
    """A known cut-off, with the internal centres where it is Youden's own: it was chosen there, whoever says so."""
    inside = [c for c in predictions.centres if predictions.roles.get((name, c)) == "internal"]
    views = [view for view in map(predictions.at, inside) if name in view.placements]
    here = tuple(view.centre for view in views if abs(youden(*view.of(name)[:2]) - cutoff.value) < SAME)
    return replace(cutoff, chosen_at=here) if here and not cutoff.chosen_at else cutoff


def _youden_inside(predictions: Predictions, name: str) -> Cutoff:
    """Youden's cut-off on internal cases, real ones where there are any: the kinds are never pooled."""
    inside: dict[Domain, list[str]] = {"real": [], "simulated": []}
    for (model, centre), role in predictions.roles.items():
        kind = inside[predictions.domains[centre]]
        if role == "internal" and (name == model or name in predictions.readers) and centre not in kind:
            kind.append(centre)
    centres = inside["real"] or inside["simulated"]
    views = [predictions.at(centre) for centre in centres]
    if not views:
        return HALF
    label, score = np.concatenate([v.label for v in views]), np.concatenate([v.score(name) for v in views])
    given = np.isfinite(score)
    if len(np.unique(label[given])) < 2:
        return HALF
    patient = np.concatenate([v.person for v in views])[given]
    return _tuned(label[given], score[given], patient, tuple(centres))


def _tuned(label: NDArray, score: NDArray, patient: NDArray, centres: tuple[str, ...]) -> Cutoff:
    """Youden's cut-off with its interval, which is left out for very many cases."""
    method = f"Youden's index on internal cases ({', '.join(centres)}); "
    value = youden(label, score)
    if len(label) > MOST_RESAMPLED:
        return Cutoff(value, np.nan, np.nan, f"{method}no interval for more than {MOST_RESAMPLED:,} cases", centres)
    low, high = cutoff_interval(label, score, patient, draws=RESAMPLED)
    return Cutoff(value, low, high, f"{method}bootstrap of patients", centres)
