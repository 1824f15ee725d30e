"""Whole rows of calibration and of tuned cut-offs: every word and number of a small table, with one and two images."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.evaluate.calibration import Bins, brier, line, reliability
from sera_core.evaluate.cells.calibrations import calibrations
from sera_core.evaluate.cells.operating import optimisms
from sera_core.evaluate.compare import compare
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.optimism import expected
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.recalibration import local_draws, recalibrated
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.smooth import smooth
from tests.evaluate.rows import CUTOFFS, alone, same, table
from tests.predicted import made_up, read

NAN, CASES = float("nan"), 106
IMAGES = pytest.mark.parametrize("images", [1, 2])


def large(images: int) -> Predictions:
    """One centre; beta left out four cases, gamma seven, which is too many to recalibrate it."""
    rows = made_up(("alpha", "beta", "gamma"), CASES)
    rows = rows[rows["centre"] == "home"]
    number = rows["case_id"].str.split("/").str[1].astype(int)
    rows["patient_id"] = "p" + (number // images).astype(str).str.zfill(3)
    left = rows["model"].map({"alpha": 0, "beta": 4, "gamma": 7})
    return read(rows[number < CASES - left])


def equal(found: Bins, wanted: Bins) -> None:
    for name in ("predicted", "observed", "low", "high", "count"):
        np.testing.assert_allclose(getattr(found, name), getattr(wanted, name), err_msg=name)


@IMAGES
def test_calibration_of_every_model(images: int) -> None:
    found = large(images)
    mean, wald = ("Student's t", "Wald") if images == 1 else ("by patient, t", "jackknife of patients, t")
    for told, model, n in zip(calibrations(found), ("alpha", "beta", "gamma"), (106, 102, 99), strict=True):
        label, p, patient = alone(found, "home", model)
        assert (told.centre, told.model, len(label)) == ("home", model, n)
        bins = Bins(told.predicted, told.observed, told.low, told.high, told.count)
        equal(bins, reliability(label, p, patients=patient))
        by_count, curve = reliability(label, p, patients=patient, equal="count"), smooth(label, p, patient)
        assert curve is not None
        assert told.drawn("smooth") is told.smooth
        assert told.drawn("count") is told.by_count
        equal(told.by_count, by_count)
        equal(told.drawn("width"), bins)
        assert told.smooth is not None
        equal(told.smooth, curve.curve)
        score, fitted = brier(label, p, patient), line(label, p, patient)
        wanted = [Row("brier", score.score, score.low, score.high, n, mean, "home", model)]
        for part in ("reliability", "resolution", "uncertainty", "within"):
            method = "Murphy, ten bins of equal width"
            wanted.append(Row(f"brier_{part}", getattr(score, part), NAN, NAN, n, method, "home", model))
        for part in ("slope", "intercept"):
            ends = [getattr(fitted, f"{part}{end}") for end in ("", "_low", "_high")]
            wanted.append(Row(f"calibration_{part}", *ends, n, f"logistic regression, {wald}", "home", model))
        if n >= 100:
            again = recalibrated(label, p, local_draws(np.arange(n) if patient is None else patient, 50))
            assert again is not None
            method = "median and middle 95 % of 50 draws of 50 local cases, tested on the rest"
            for part in ("brier", "slope", "intercept"):
                for when, values in zip(("before", "after"), getattr(again, part), strict=True):
                    low, middle, high = np.percentile(values, [2.5, 50, 97.5])
                    wanted.append(Row(f"{part}_{when}", middle, low, high, n - 50, method, "home", model))
        method = "distance of the smooth curve (natural spline, four knots) from the diagonal"
        for part in ("ici", "e50", "e90"):
            wanted.append(Row(part, getattr(curve, part), NAN, NAN, n, method, "home", model))
        same(told.rows, wanted)


def test_separated_classes_have_a_brier_score_and_no_line() -> None:
    rows = made_up(("alpha",), 30)
    rows = rows[rows["centre"] == "away"].assign(probability=lambda t: 0.2 + 0.5 * t["label"])
    (told,) = calibrations(read(rows))
    assert (told.smooth, told.drawn("smooth").count.sum()) == (None, 30)
    parts = {row.metric: row for row in told.rows}
    method = "not defined: a class is missing or the classes are separated"
    same([parts["calibration_slope"]], [Row("calibration_slope", NAN, NAN, NAN, 30, method, "away", "alpha")])
    assert parts["calibration_intercept"].method == "logistic regression, Wald"


def looks(label: np.ndarray, score: np.ndarray, cut: float) -> dict[str, float]:
    right = (score >= cut) == (label == 1)
    hit, calm = float(right[label == 1].mean()), float(right[label == 0].mean())
    return {"sensitivity": hit, "specificity": calm, "accuracy": float(right.mean()), "youden": hit + calm - 1}


@IMAGES
def test_a_tuned_cut_off_against_the_frozen_one(images: int) -> None:
    """At the external centre; and where alpha's was chosen at home, against what is to be expected of it there."""
    found = table(images)
    frozen = CUTOFFS | {"alpha": Cutoff(0.45, 0.4, 0.5, "chosen", ("home",))}
    told = {(one.centre, one.model): one for one in optimisms(found, frozen)}
    assert list(told) == [("home", "alpha"), ("away", "alpha"), ("away", "beta")]
    for model in ("alpha", "beta"):
        label, score, _ = alone(found, "away", model)
        one, cut = told["away", model], frozen[model].value
        tuned = youden(label, score)
        assert (one.frozen_cutoff, one.tuned_cutoff, one.chosen_here) == (cut, tuned, False)
        before, after = looks(label, score, cut), looks(label, score, tuned)
        assert (one.frozen, one.tuned) == (pytest.approx(before), pytest.approx(after))
        assert one.gain == pytest.approx({key: after[key] - before[key] for key in before})
    label, score, _ = alone(found, "home", "alpha")
    one = told["home", "alpha"]
    whose = found.at("home").person  # the parts are drawn by these numbers
    new = expected(label, score, whose, np.ones(len(label), bool))
    accuracy = (new.sensitivity * label.sum() + new.specificity * (1 - label).sum()) / len(label)
    wanted = {"sensitivity": new.sensitivity, "specificity": new.specificity, "accuracy": accuracy}
    wanted["youden"] = new.sensitivity + new.specificity - 1
    assert (one.frozen_cutoff, one.tuned_cutoff, one.chosen_here) == (0.45, 0.45, True)
    assert (one.frozen, one.tuned) == (pytest.approx(wanted), pytest.approx(looks(label, score, 0.45)))
    assert one.gain == pytest.approx({key: one.tuned[key] - wanted[key] for key in wanted})


def test_how_much_a_cut_off_flatters_is_asked_of_five_thousand_cases_and_of_no_more() -> None:
    rows = made_up(("alpha",), 5001)
    rows = rows[rows["centre"] == "home"]
    frozen = {"alpha": Cutoff(0.5, NAN, NAN, "chosen", ("home",))}
    assert optimisms(read(rows), frozen) == ()
    assert len(optimisms(read(rows[:5000]), frozen)) == 1


def test_a_comparison_holds_its_cells_and_tells_how_far_it_is() -> None:
    found, steps = table(), []
    chosen = CUTOFFS | {"alpha": Cutoff(0.45, 0.4, 0.5, "chosen", ("home",))}
    whole = compare(found, chosen, lambda *told: steps.append(told))
    assert steps == [
        (0, 6, "cut-offs and AUCs"),
        (1, 6, "confusion matrices"),
        (2, 6, "calibration"),
        (3, 6, "differences"),
        (4, 6, "usefulness and agreement"),
        (5, 6, "subgroups, pooling and missing answers"),
        (6, 6, "done"),
    ]
    assert whole.cutoffs == chosen
    parts = [
        whole.glance.rows,
        whole.glance.ceilings,
        *(matrix.rows for matrix in whole.confusions),
        whole.differences,
        *(one.rows for one in whole.calibrations),
        whole.usefulness,
        whole.agreement,
        whole.subgroups,
        whole.pooled,
    ]
    assert all(part for part in parts[:-1])
    places = {id(row) for row in whole.rows}
    assert all(id(row) in places for part in parts for row in part)
    assert {row.metric for row in whole.usefulness} == {"fna_avoided_per_100"}
    wanted = []
    for one in whole.optimisms:
        n = len(alone(found, one.centre, one.model)[0])
        method = f"cut-off {one.tuned_cutoff:.3f} tuned on these cases against the frozen {one.frozen_cutoff:.3f}"
        if one.centre == "home":
            method = "cut-off 0.450 chosen on these cases, against one chosen without each patient"
        for name in ("sensitivity", "specificity", "accuracy", "youden"):
            wanted.append(Row(f"optimism_{name}", one.gain[name], NAN, NAN, n, method, one.centre, one.model))
    same([row for row in whole.rows if row.metric.startswith("optimism")], wanted)
