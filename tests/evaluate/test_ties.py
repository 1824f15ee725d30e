"""Cases that stand exactly on a cut-off: every number counts them on the same side, that of the ROC curve."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from sera_core.classifiers.store import load
from sera_core.contracts import Verdict, is_positive
from sera_core.evaluate.compare import (
    avoided_fnas,
    confusions,
    cutoffs,
    decision_curves,
    errors,
    kappas,
    mcnemar_tests,
    prevalence_curves,
    roc_lines,
    subgroups,
)
from sera_core.evaluate.table import Predictions, read_predictions

CUT = 0.5


@pytest.fixture(scope="module")
def table() -> Predictions:
    """Probabilities in tenths at one external centre, so that the cut-off is 0.5 and many cases lie on it."""
    random = np.random.default_rng(0)
    label = random.permutation(np.arange(60) % 2)
    cases = {"case_id": [f"c{k}" for k in range(60)], "patient_id": [f"p{k}" for k in range(60)], "label": label}
    tenths = [np.clip(np.round(0.5 + 0.1 * label + random.normal(0, 0.2, 60), 1), 0, 1) for _ in "ab"]
    reader = np.clip(np.round(3.5 + label + random.normal(0, 1, 60)), 2, 5)
    rows = [
        pd.DataFrame({**cases, "centre": "away", "role": "external", "model": model, "probability": p, "size_mm": 5.0})
        for model, p in zip("ab", tenths, strict=True)
    ]
    long = pd.concat(rows).assign(reader_1_ktirads2021=np.tile(reader, 2))
    return read_predictions(long.to_csv(index=False).encode())


def brute(table: Predictions, name: str, cut: float) -> tuple[int, int, int, int]:
    """Counts by hand, one case at a time: on the cut-off is positive."""
    view = table.at("away")
    found = {"tp": 0, "fn": 0, "fp": 0, "tn": 0}
    for label, score in zip(view.label, view.score(name), strict=True):
        called = not score < cut
        found[("tp" if called else "fn") if label else ("fp" if called else "tn")] += 1
    return found["tp"], found["fn"], found["fp"], found["tn"]


def test_the_table_has_ties(table: Predictions) -> None:
    frozen = cutoffs(table)
    assert {name: cut.value for name, cut in frozen.items()} == {"a": 0.5, "b": 0.5, "reader_1_ktirads2021": 4.0}
    for name, cut in frozen.items():
        assert (table.at("away").score(name) == cut.value).sum() >= 5


def test_counts_curve_and_errors_put_a_tie_on_the_same_side(table: Predictions) -> None:
    frozen = cutoffs(table)
    lines = {line.model: line for line in roc_lines(table, "away", frozen)}
    missed = errors(table, "away", frozen)
    for matrix in confusions(table, frozen):
        tp, fn, fp, tn = brute(table, matrix.model, frozen[matrix.model].value)
        counted = matrix.true_positive, matrix.false_negative, matrix.false_positive, matrix.true_negative
        assert counted == (tp, fn, fp, tn)
        line = lines[matrix.model]
        assert line.point == pytest.approx((fp / (fp + tn), tp / (tp + fn)))
        at = np.flatnonzero(line.threshold == frozen[matrix.model].value)
        if len(at):  # a corner of the drawn curve
            assert (line.false_positive[at[0]], line.sensitivity[at[0]]) == pytest.approx(line.point)
        assert missed.wrong[:, missed.raters.index(matrix.model)].sum() == fn + fp
        group = {
            row.metric: row for row in subgroups(table, frozen) if row.model == matrix.model and "< 10" in row.subgroup
        }
        assert group["sensitivity"].estimate == pytest.approx(tp / (tp + fn))
        assert group["specificity"].estimate == pytest.approx(tn / (tn + fp))


@pytest.mark.parametrize("cut", [0.1, 0.3, 0.5, 0.6, 0.7])
def test_net_benefit_at_a_cut_off_follows_from_the_same_counts(table: Predictions, cut: float) -> None:
    for curve in decision_curves(table, "away"):
        tp, _, fp, _ = brute(table, curve.model, cut)
        at = int(np.argmin(np.abs(curve.threshold - cut)))
        assert curve.model_benefit[at] == pytest.approx((tp - fp * cut / (1 - cut)) / 60)


def test_kappa_and_mcnemar_count_the_same_calls(table: Predictions) -> None:
    frozen, view = cutoffs(table), table.at("away")
    a, b = (is_positive(view.score(name), CUT) for name in "ab")
    agreed = float((a == b).mean())
    chance = float(a.mean() * b.mean() + (1 - a.mean()) * (1 - b.mean()))
    kappa = next(row for row in kappas(table, frozen) if (row.model, row.versus) == ("a", "b"))
    assert kappa.estimate == pytest.approx((agreed - chance) / (1 - chance))
    both = [row for row in mcnemar_tests(table, frozen) if (row.model, row.versus) == ("a", "b")]
    for row, label in zip(both, (1, 0), strict=True):
        right = [(called == label)[view.label == label].mean() for called in (a, b)]
        assert row.estimate == pytest.approx(right[0] - right[1])


def test_predictive_values_and_needles_go_by_the_same_calls(table: Predictions) -> None:
    frozen = cutoffs(table)
    for curve in prevalence_curves(table, "away", frozen):
        tp, fn, fp, tn = brute(table, curve.model, frozen[curve.model].value)
        hits, alarms = 0.4 * tp / (tp + fn), 0.6 * fp / (fp + tn)
        assert curve.ppv[np.isclose(curve.prevalence, 0.4)] == pytest.approx(hits / (hits + alarms))
    tp, fn, _, _ = brute(table, "reader_1_ktirads2021", 4)
    assert all(f"sensitivity of {tp / (tp + fn):.3f}" in row.method for row in avoided_fnas(table, frozen))


def test_a_verdict_at_the_very_cut_off_is_on_the_side_of_the_curve() -> None:
    from dataclasses import replace

    model = load("lite0-simulated")
    narrow = replace(model.card.cutoff, low=0.5, high=0.5, value=0.5)
    unsure = replace(model, card=replace(model.card, cutoff=narrow))
    assert unsure.verdict(0.5) is Verdict.INDETERMINATE  # the bounds themselves belong to the uncertain band
    assert unsure.verdict(np.nextafter(0.5, 1)) is Verdict.MALIGNANT
    assert unsure.verdict(np.nextafter(0.5, 0)) is Verdict.BENIGN


def test_no_score_is_never_positive() -> None:
    assert is_positive([0.5, np.nan, 0.4], 0.5).tolist() == [True, False, False]
