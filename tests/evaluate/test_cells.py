"""Each cell of the comparison against the pure functions it stands on, where patients have several images."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from sera_core.contracts import BadInput
from sera_core.evaluate.band import band
from sera_core.evaluate.calibration import brier, line, reliability
from sera_core.evaluate.cells.calibrations import LOCAL, calibrations
from sera_core.evaluate.cells.differences import interactions
from sera_core.evaluate.cells.glance import glance, partial_areas, roc_lines
from sera_core.evaluate.cells.operating import confusions
from sera_core.evaluate.cells.pooled import pooled
from sera_core.evaluate.cells.subgroups import subgroups
from sera_core.evaluate.cells.unanswered import unanswered
from sera_core.evaluate.compare import compare, cutoffs
from sera_core.evaluate.fixed import sensitivities_at
from sera_core.evaluate.optimism import _youden
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.pooling import pool_pairs
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.recalibration import local_draws, recalibrated
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.roc import auc, curve
from sera_core.evaluate.table import read_predictions
from sera_core.evaluate.tally import SHARES, Tally
from tests.predicted import made_up, read

CASES = 130


@pytest.fixture(scope="module")
def found() -> Predictions:
    """Three images a patient; beta leaves the last eighteen cases of each centre unanswered."""
    rows = made_up(models=("alpha", "beta"), cases=CASES, readers=True)
    number = rows["case_id"].str.split("/").str[1].astype(int)
    rows["patient_id"] = rows["centre"] + "-" + (number // 3).astype(str)
    return read(rows[(rows["model"] == "alpha") | (number < CASES - 18)])


def of(table: Predictions, centre: str, model: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    label, score, patient = table.at(centre).of(model)
    return label, score, np.unique(patient, return_inverse=True)[1]


def interval(row: Row) -> tuple[float, float, float]:
    return row.estimate, row.low, row.high


def test_every_row_says_what_it_is_of_and_how_it_was_found(found: Predictions) -> None:
    whole = compare(found, cutoffs(found))
    for row in whole.rows:
        assert row.metric, row
        assert row.method, row
        assert row.centre, row
        assert row.model, row
        assert row.n > 0, row
        if np.isfinite(row.low) and np.isfinite(row.estimate):
            assert row.low - 1e-12 <= row.estimate <= row.high + 1e-12, row
    assert {row.model for row in whole.rows} >= {"alpha", "beta", "reader_1_acr2017"}


@pytest.mark.parametrize("centre", ["home", "away"])
@pytest.mark.parametrize("model", ["alpha", "beta"])
def test_counts_and_partial_areas_are_those_of_whole_patients(found: Predictions, centre: str, model: str) -> None:
    label, score, patient = of(found, centre, model)
    assert len(label) == (CASES if model == "alpha" else CASES - 18)
    (matrix,) = (m for m in confusions(found, cutoffs(found)) if (m.centre, m.model) == (centre, model))
    wanted = Tally.of(label, score >= cutoffs(found)[model].value, patient).intervals()
    told = {row.metric: (row.low, row.high) for row in matrix.rows if np.isfinite(row.low)}
    assert told.keys() >= {"sensitivity", "specificity", "ppv", "npv", "accuracy"}
    for metric, bounds in told.items():
        np.testing.assert_allclose(bounds, wanted[metric], rtol=1e-12, err_msg=metric)
    (row,) = (r for r in partial_areas(found) if (r.centre, r.model) == (centre, model))
    direct = partial_auc(label, score, 0.8, 1.0, patients=patient)
    np.testing.assert_allclose(interval(row), (direct.value, direct.low, direct.high), rtol=1e-12)
    assert row.n == len(label)


@pytest.mark.parametrize("model", ["alpha", "beta"])
def test_the_drawn_curve_has_the_area_and_the_band_of_its_patients(found: Predictions, model: str) -> None:
    label, score, patient = of(found, "away", model)
    (drawn,) = (one for one in roc_lines(found, "away", cutoffs(found)) if one.model == model)
    across, up, _ = curve(label, score)
    top = up[np.searchsorted(across, drawn.false_positive, "right") - 1]  # of the step that stands there
    grid = np.linspace(0, 1, 51)
    low, high = (np.interp(drawn.false_positive, grid, end) for end in band(label, score, grid, patients=patient))
    np.testing.assert_allclose(drawn.low, np.minimum(low, top))
    np.testing.assert_allclose(drawn.high, np.maximum(high, top))
    known = auc(label, score, patients=patient)
    assert (drawn.auc, drawn.low_auc, drawn.high_auc) == (known.value, known.low, known.high)
    assert np.trapezoid(drawn.sensitivity, drawn.false_positive) == pytest.approx(known.value, abs=1e-9)


@pytest.mark.parametrize("model", ["alpha", "beta"])
def test_calibration_is_that_of_the_answers_and_their_patients(found: Predictions, model: str) -> None:
    label, score, patient = of(found, "away", model)
    (told,) = (one for one in calibrations(found) if (one.centre, one.model) == ("away", model))
    bins = reliability(label, score, patients=patient)
    for name in ("predicted", "observed", "low", "high", "count"):
        np.testing.assert_allclose(getattr(told, name), getattr(bins, name), err_msg=name)
    rows = {row.metric: row for row in told.rows}
    whole, fitted = brier(label, score, patients=patient), line(label, score, patients=patient)
    np.testing.assert_allclose(interval(rows["brier"]), (whole.score, whole.low, whole.high))
    assert rows["brier_reliability"].estimate == pytest.approx(whole.reliability)
    assert rows["brier_resolution"].estimate == pytest.approx(whole.resolution)
    slope = (fitted.slope, fitted.slope_low, fitted.slope_high)
    intercept = (fitted.intercept, fitted.intercept_low, fitted.intercept_high)
    np.testing.assert_allclose(interval(rows["calibration_slope"]), slope)
    np.testing.assert_allclose(interval(rows["calibration_intercept"]), intercept)
    again = recalibrated(label, score, local_draws(found.at("away").of(model)[2], LOCAL))
    assert again is not None
    assert rows["brier_before"].estimate == pytest.approx(np.median(again.brier[0]))
    assert rows["brier_after"].estimate == pytest.approx(np.median(again.brier[1]))
    assert rows["brier_after"].n == len(label) - LOCAL


def test_the_tables_own_cutoffs_go_to_their_models_in_any_order() -> None:
    rows = made_up(models=("alpha", "beta"), cases=12)
    mixed = pd.concat([rows[rows["model"] == "alpha"][:5], rows[rows["model"] == "beta"]])
    values = {"alpha": (0.3, 0.2, 0.4), "beta": (0.6, 0.5, 0.8)}
    for place, column in enumerate(("cutoff", "cutoff_low", "cutoff_high")):
        mixed[column] = mixed["model"].map({name: value[place] for name, value in values.items()})
    given = read_predictions(mixed.to_csv(index=False).encode()).given
    assert {name: (one.value, one.low, one.high) for name, one in given.items()} == values
    assert all(isinstance(one, Cutoff) for one in given.values())


def test_a_cutoff_is_drawn_only_where_both_classes_are_kept() -> None:
    value, ill = np.array([0.9, 0.7, 0.4, 0.2]), np.array([True, False, True, False])
    kept = np.array([[True, False, True, False], [False, True, False, True], [True, True, True, True]])
    assert np.isnan(_youden(value, ill, kept)).tolist() == [True, True, False]


def test_ten_cases_of_a_class_are_enough_for_a_subgroup_and_nine_are_not() -> None:
    rows = made_up(models=("alpha",), cases=60)
    home = rows[rows["centre"] == "home"].copy()
    place = home.groupby("label").cumcount()
    home["margin"] = np.where(place < 10, "smooth", np.where((place < 20) & (home["label"] == 1), "irregular", "none"))
    told = {(row.subgroup, row.metric): row for row in subgroups(read(home), {"alpha": Cutoff(0.5, 0.4, 0.6, "fixed")})}
    assert all(np.isfinite(told["margin: smooth", metric].estimate) for metric in ("auc", "sensitivity", "specificity"))
    assert np.isfinite(told["margin: irregular", "sensitivity"].estimate)
    assert np.isnan(told["margin: irregular", "specificity"].estimate)
    nine = home[~((home["margin"] == "smooth") & (place == 0) & (home["label"] == 0))]
    told = {(row.subgroup, row.metric): row for row in subgroups(read(nine), {"alpha": Cutoff(0.5, 0.4, 0.6, "fixed")})}
    assert np.isfinite(told["margin: smooth", "sensitivity"].estimate)
    assert np.isnan(told["margin: smooth", "specificity"].estimate)


def test_pooled_shares_are_those_of_the_centres_tallies() -> None:
    rows = made_up(models=("alpha",), cases=240)
    away = rows[rows["centre"] == "away"].copy()
    away["centre"] = "clinic-" + (np.arange(len(away)) // 40).astype(str)
    whole = read(pd.concat([rows[rows["centre"] == "home"], away]))
    chosen = cutoffs(whole)
    tallies = []
    for centre in sorted(away["centre"].unique()):
        label, score, patient = of(whole, centre, "alpha")
        tallies.append(Tally.of(label, score >= chosen["alpha"].value, patient))
    logits = np.array([[tally.logit(*SHARES[name]) for name in ("sensitivity", "specificity")] for tally in tallies])
    direct = pool_pairs(logits[:, 0, 0], logits[:, 1, 0], logits[:, :, 1])
    told = {row.metric: row for row in pooled(whole, chosen)}
    for name, one in (("sensitivity", direct.sensitivity), ("specificity", direct.specificity)):
        row = told[f"{name}_pooled"]
        np.testing.assert_allclose(interval(row), expit([one.value, one.low, one.high]))
        assert row.n == 120
    assert told["sensitivity_pooled"].estimate != told["specificity_pooled"].estimate


def test_a_missing_answer_counts_as_wrong_in_the_worst_case(found: Predictions) -> None:
    chosen = cutoffs(found)
    told = {(row.centre, row.model, row.metric): row for row in unanswered(found, chosen)}
    label, score, _ = of(found, "away", "beta")
    every = found.at("away").label
    hits = int(((score >= chosen["beta"].value) & (label == 1)).sum())
    row = told["away", "beta", "sensitivity_worst_case"]
    assert (row.estimate, row.n) == (pytest.approx(hits / every.sum()), every.sum())
    assert "18 without an answer counted as wrong" in row.method
    put_in = np.append(score, np.where(every[len(label) :] == 1, -1.0, 2.0))  # the last ones were left out
    assert told["away", "beta", "auc_worst_case"].estimate == pytest.approx(auc(every, put_in).value)


def test_refusals_of_what_a_cell_is_asked(found: Predictions) -> None:
    for share in (0.0, 1.0):
        with pytest.raises(BadInput, match="no share to be fixed"):
            sensitivities_at([0, 1], [0.1, 0.9], [share])
    with pytest.raises(BadInput, match=r"no reader 'nobody': choose of reader_1_acr2017") as refused:
        interactions(found, "nobody")
    assert refused.value.code == "no_reader"
    rows = made_up(models=("alpha",), cases=10)
    rows.loc[3, "domain"] = "painted"
    with pytest.raises(BadInput, match="has an unknown domain") as refused:
        read(rows)
    assert refused.value.code == "domain"


def test_the_ceiling_is_the_area_of_the_likelihood_ratio() -> None:
    rows = made_up(models=("alpha",), cases=40, domain="simulated")
    rows["log_likelihood_ratio"] = rows["label"] + np.random.default_rng(3).normal(size=len(rows))
    told = {(row.centre, row.model): row for row in glance(read(rows)).ceilings}
    for centre, own in rows.groupby("centre"):
        best = auc(own["label"], own["log_likelihood_ratio"])
        np.testing.assert_allclose(interval(told[centre, "ceiling"]), (best.value, best.low, best.high))
