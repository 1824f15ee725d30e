"""The whole comparison of a drawn table: who is compared with whom, and what breaks nothing."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import roc_auc_score

from sera_core.evaluate.cells.subgroups import groups_of
from sera_core.evaluate.compare import (
    auc_differences,
    avoided_fnas,
    between_centres,
    calibrations,
    compare,
    confusions,
    cutoffs,
    decision_curves,
    errors,
    glance,
    interactions,
    kappas,
    mcnemar_tests,
    prevalence_curves,
    subgroups,
)
from sera_core.evaluate.results import frame, records
from sera_core.evaluate.table import Predictions
from tests.evaluate.drawn import drawn_table, one, read
from tests.evaluate.test_delong import compared
from tests.predicted import made_up


def test_intervals_are_of_patients_where_a_patient_has_several_images() -> None:
    rows = drawn_table()
    rows["patient_id"] = rows["patient_id"].str[:-1]  # about ten images a patient
    found = read(rows)
    methods = {row.method for matrix in confusions(found, cutoffs(found)) for row in matrix.rows}
    assert all("patients" in method or "not known" in method or "infinite" in method for method in methods)
    single = read(drawn_table())
    assert not {m for m in {r.method for m in confusions(single, cutoffs(single)) for r in m.rows} if "patients" in m}


def test_every_test_respects_that_patients_have_several_images() -> None:
    rows = drawn_table()
    alone = read(rows)
    rows["patient_id"] = rows["patient_id"].str[:-1]  # about ten images a patient
    found = read(rows)
    frozen = cutoffs(found)
    plain, fair = (one(glance(of).rows, centre="home", model="good") for of in (alone, found))
    assert plain.method == "DeLong, logit"
    assert fair.method.startswith("Obuchowski, logit, Student's t")
    assert (plain.estimate, plain.n) == (fair.estimate, fair.n)
    assert plain.low != fair.low
    told = [row for row in compare(found, frozen).rows if np.isfinite(row.low) and row.metric != "fna_avoided_per_100"]
    left = {row.metric for row in told if not any(w in row.method for w in ("patient", "Obuchowski", "draws"))}
    assert not left, "these do not say that they respect patients"
    tests = [*auc_differences(found), *between_centres(found)]
    assert all(row.method.startswith("Obuchowski") for row in tests if row.p == row.p)
    assert all("whole patients" in row.method for row in mcnemar_tests(found, frozen))
    assert all(row.method.startswith("McNemar, exact (") for row in mcnemar_tests(alone, frozen))


def test_paired_differences_carry_holm_within_a_centre(table: Predictions) -> None:
    rows = auc_differences(table)
    assert len(rows) == 3 * 6
    view = table.at("away")
    row = one(rows, centre="away", model="good", versus="poor")
    expected = compared(view.label, view.score("good"), view.score("poor"))
    assert (row.estimate, row.low, row.p) == pytest.approx((expected.difference, expected.low, expected.p))
    assert all(r.p <= r.p_holm <= 1 for r in rows)
    smallest = min((r for r in rows if r.centre == "away"), key=lambda r: r.p)
    assert smallest.p_holm == pytest.approx(min(1, 6 * smallest.p))


def test_holms_family_is_the_tables_whichever_part_is_looked_at(table: Predictions) -> None:
    every, part = auc_differences(table), auc_differences(table.select(["good", "poor"], ["away"]))
    assert {(row.model, row.versus, row.centre) for row in part} < {
        (row.model, row.versus, row.centre) for row in every
    }
    assert all(row in every for row in part)
    assert one(part, model="good", versus="poor").method.endswith("Holm over 6")
    tests = mcnemar_tests(table.select(["good", "poor"]), cutoffs(table))
    assert all(row in mcnemar_tests(table, cutoffs(table)) for row in tests)
    assert all(row in between_centres(table) for row in between_centres(table.select(None, ["away", "far"])))


def test_a_patient_at_two_centres_is_one_patient() -> None:
    """The same cases under two centres' names: the areas do not differ at all, and the test says so."""
    rows = drawn_table()
    one_place = rows[rows["centre"] == "home"]
    other = one_place.assign(centre="away", case_id="x" + one_place["case_id"], role="external")
    noisy = other["probability"] + np.random.default_rng(1).normal(0, 0.02, len(other))
    pair = read(pd.concat([one_place, other.assign(probability=noisy.clip(0, 1))]))
    alone = read(
        pd.concat([one_place, other.assign(probability=noisy.clip(0, 1), patient_id="x" + other["patient_id"])])
    )
    same, apart = (one(between_centres(t), model="good") for t in (pair, alone))
    assert same.estimate == pytest.approx(apart.estimate)
    assert same.high - same.low < 0.4 * (apart.high - apart.low)
    assert "patients at both" in same.method
    assert "at both" not in apart.method
    labels, first, second = (pair.at(c).label for c in ("home",)), pair.at("home"), pair.at("away")
    paired_row = compared(next(labels), first.score("good"), second.score("good"))
    assert same.high - same.low == pytest.approx(paired_row.high - paired_row.low, rel=0.05)
    leads, free = (one(interactions(t, "reader_person"), model="good") for t in (pair, alone))
    assert leads.high - leads.low < free.high - free.low


def test_calibration_is_of_models_only_and_large_centres_are_recalibrated(table: Predictions) -> None:
    found = {(one.centre, one.model): one for one in calibrations(table)}
    assert len(found) == 6
    assert "brier_after" in {row.metric for row in found["home", "good"].rows}
    assert "brier_after" not in {row.metric for row in found["far", "good"].rows}
    assert found["far", "poor"].count.sum() == 60


def test_curves_have_one_line_a_model(table: Predictions) -> None:
    assert [c.model for c in decision_curves(table, "away")] == ["good", "poor"]
    curves = prevalence_curves(table, "away", cutoffs(table))
    assert [c.model for c in curves] == ["good", "poor", "reader_1_ktirads2021", "reader_person"]
    assert (np.diff(curves[0].ppv) > 0).all()
    assert (np.diff(curves[0].npv) < 0).all()


def test_needles_spared_against_readers(table: Predictions) -> None:
    rows = avoided_fnas(table, cutoffs(table))
    assert {(row.model, row.versus) for row in rows} == {
        (m, r) for m in ("good", "poor") for r in ("reader_1_ktirads2021", "reader_person")
    }
    assert all(row.low <= row.estimate <= row.high or abs(row.estimate - row.low) < 10 for row in rows)
    poor, good = (one(rows, centre="home", model=m, versus="reader_person").estimate for m in ("poor", "good"))
    assert poor < good


def test_a_centre_without_sizes_has_no_groups_by_size() -> None:
    cases = made_up(sizes=True).query("centre == 'home'")
    assert any(name.startswith("size") for name in groups_of(cases))
    assert not any(name.startswith("size") for name in groups_of(cases.assign(size_mm=np.nan)))


def test_subgroups_by_size_and_descriptor_with_small_ones_suppressed(table: Predictions) -> None:
    groups = groups_of(table.at("far").cases)
    assert sum(groups[name].sum() for name in ("size: < 10 mm", "size: 10-20 mm", "size: > 20 mm")) == 60
    assert groups["foci: rim"].sum() < groups["foci: punctate"].sum()
    rows = subgroups(table, cutoffs(table))
    view = table.at("home")
    inside = view.cases["size_mm"].to_numpy() > 20
    row = one(rows, centre="home", model="good", metric="auc", subgroup="size: > 20 mm")
    assert row.estimate == pytest.approx(roc_auc_score(view.label[inside], view.score("good")[inside]))
    few = [row for row in rows if row.method.startswith("suppressed")]
    assert few
    assert all(math.isnan(row.estimate) for row in few)
    assert all(row.n >= 10 for row in rows if row.metric == "sensitivity" and not math.isnan(row.estimate))


def test_a_model_that_answered_part_of_the_cases_is_compared_on_those() -> None:
    rows = drawn_table()
    kept = rows[(rows["model"] == "good") | ~rows["case_id"].isin([f"home/{k}" for k in range(70)])]
    found = read(kept)
    view = found.at("home")
    both = ~np.isnan(view.score("poor"))
    row = one(auc_differences(found), centre="home", model="good", versus="poor")
    expected = compared(view.label[both], view.score("good")[both], view.score("poor")[both])
    assert (row.n, row.estimate, row.p) == pytest.approx((90, expected.difference, expected.p))
    assert one(kappas(found, cutoffs(found)), centre="home", metric="fleiss_kappa").n == 90
    assert sum(errors(found, "home", cutoffs(found)).venn.values()) == 90


def test_a_centre_with_one_class_or_two_cases_breaks_nothing() -> None:
    rows = drawn_table()
    benign = rows[(rows["centre"] == "far") & (rows["label"] == 0)]
    two = rows[rows["case_id"].isin(["away/0", "away/1"])]
    found = compare(read(pd.concat([rows[rows["centre"] == "home"], benign, two])))
    row = one(found.glance.rows, centre="far", model="good")
    assert math.isnan(row.estimate)
    assert "class is missing" in row.method
    assert found.glance.best["far"] is None
    json.dumps(records(found.rows), allow_nan=False)


def test_equal_scores_everywhere_break_nothing() -> None:
    found = compare(read(drawn_table().assign(probability=0.5)))
    assert one(found.glance.rows, centre="home", model="good").estimate == 0.5
    json.dumps(records(found.rows), allow_nan=False)


def test_the_whole_comparison_holds_every_cell_and_goes_to_json(table: Predictions) -> None:
    found = compare(table)
    metrics = {row.metric for row in found.rows}
    assert {"auc", "sensitivity", "specificity", "accuracy", "ppv", "npv", "f1", "lr_positive", "brier"} <= metrics
    assert {"auc_difference", "interaction", "fleiss_kappa", "fna_avoided_per_100", "partial_auc"} <= metrics
    plain = json.loads(json.dumps(records(found.rows), allow_nan=False))
    pair = next(row for row in plain if row["metric"] == "auc_difference")
    assert {"metric", "estimate", "low", "high", "n", "method", "centre", "model", "subgroup", "p"} <= set(pair)
    assert "p" not in plain[0]
    assert len(frame(found.rows)) == len(found.rows)
    keys = [(r.metric, r.centre, r.model, r.versus, r.subgroup) for r in found.rows]
    assert len(set(keys)) == len(keys)
