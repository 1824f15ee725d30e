"""From a table to every comparison: the cells against the functions on arrays, on tables with gaps and readers."""

from __future__ import annotations

import io
import json
import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import cohen_kappa_score, confusion_matrix, roc_auc_score

from sera_core.contracts import BadInput
from sera_core.evaluate import delong
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
    optimisms,
    partial_areas,
    prevalence_curves,
    roc_lines,
    subgroups,
)
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.results import Cutoff, Row, frame, records
from sera_core.evaluate.table import Predictions, read_predictions
from tests.evaluate.test_delong import compared
from tests.predicted import made_up

SIZES = {"home": 160, "away": 130, "far": 60}


def drawn_table(seed: int = 0) -> pd.DataFrame:
    """Two models (one much better), a guideline and a reader at three simulated centres; one image a patient."""
    random = np.random.default_rng(seed)
    parts = []
    for centre, n in SIZES.items():
        label = random.permutation(np.arange(n) % 2)
        signal = random.normal(1.6 * label - 0.8, 1)
        for model, noise in (("good", 0.4), ("poor", 2.5)):
            parts.append(
                pd.DataFrame(
                    {
                        "case_id": [f"{centre}/{k}" for k in range(n)],
                        "patient_id": [f"{centre}/p{k}" for k in range(n)],
                        "centre": centre,
                        "role": "internal" if centre == "home" else "external",
                        "label": label,
                        "model": model,
                        "probability": expit(signal + np.random.default_rng(len(model) + n).normal(0, noise, n)),
                        "size_mm": np.random.default_rng(n).uniform(3, 30, n),
                        "foci": np.random.default_rng(n).choice(["none", "punctate", "punctate rim"], n),
                        "log_likelihood_ratio": 2 * signal,
                        "reader_1_ktirads2021": np.clip(np.round(3.5 + signal), 2, 5),
                        "reader_person": np.round(signal),
                        "domain": "simulated",
                    }
                )
            )
    return pd.concat(parts)


def read(table: pd.DataFrame) -> Predictions:
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return read_predictions(file.getvalue())


@pytest.fixture(scope="module")
def table() -> Predictions:
    return read(drawn_table())


def one(rows: tuple[Row, ...], **wanted: str) -> Row:
    found = [row for row in rows if all(getattr(row, key) == value for key, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]


def test_cut_offs_come_from_the_internal_cases_or_the_guideline(table: Predictions) -> None:
    found = cutoffs(table)
    home = table.at("home")
    assert found["good"].value == youden(home.label, home.score("good"))
    assert found["reader_person"].value == youden(home.label, home.score("reader_person"))
    assert found["reader_1_ktirads2021"].value == 4
    assert "4 or more" in found["reader_1_ktirads2021"].method
    known = Cutoff(0.3, 0.2, 0.4, "frozen")
    assert cutoffs(table, {"good": known})["good"] is known


def test_without_internal_cases_the_cut_off_is_a_half_and_says_so() -> None:
    outside = read(drawn_table().assign(role="external"))
    found = cutoffs(outside)["good"]
    assert found.value == 0.5
    assert "no internal cases" in found.method


def test_real_and_simulated_internal_cases_are_not_pooled() -> None:
    mixed = drawn_table().query("centre != 'far'").assign(role="internal")
    mixed.loc[mixed["centre"] == "away", "domain"] = "real"
    found = read(mixed)
    away = found.at("away")
    assert cutoffs(found)["good"].value == youden(away.label, away.score("good"))
    assert not between_centres(found)
    assert not interactions(found, "reader_person")


def test_glance_gives_the_area_of_everyone_everywhere(table: Predictions) -> None:
    found = glance(table)
    assert len(found.rows) == 3 * 4
    for centre in SIZES:
        view = table.at(centre)
        for name in ("good", "poor", "reader_person"):
            row = one(found.rows, centre=centre, model=name)
            assert row.estimate == pytest.approx(roc_auc_score(view.label, view.score(name)))
            assert row.low < row.estimate < row.high
        best = one(found.ceilings, centre=centre)
        assert best.estimate == pytest.approx(roc_auc_score(view.label, view.cases["log_likelihood_ratio"]))
    assert found.best == {"home": "good", "away": "good", "far": None}  # p 0.03 at the small centre, after Holm 0.17
    assert found.counts["far"] == (30, 30)


def test_no_model_is_best_when_the_second_is_as_good() -> None:
    rows = drawn_table()
    twin = rows[rows["model"] == "good"].assign(model="twin")
    assert set(glance(read(pd.concat([rows, twin]))).best.values()) == {None}


def test_the_best_is_called_so_only_after_holm_as_in_the_tests_of_pairs() -> None:
    parted = 0  # centres where a single look would call a model best and the correction does not
    for seed in range(12):
        found = read(made_up(models=("alpha", "beta", "gamma", "delta"), cases=60, seed=seed))
        tests = auc_differences(found)
        for centre, best in glance(found).best.items():
            first, second = sorted(found.models, key=lambda name: -found.at(centre).placements[name].value)[:2]
            test = one(tuple(r for r in tests if {r.model, r.versus} == {first, second}), centre=centre)
            assert best == (first if test.p_holm < 0.05 else None)
            parted += test.p < 0.05 <= test.p_holm
    assert parted


def test_real_cases_have_no_ceiling() -> None:
    assert glance(read(drawn_table().assign(domain="real"))).ceilings == ()


def test_roc_lines_pass_through_the_operating_point(table: Predictions) -> None:
    for line in roc_lines(table, "away", cutoffs(table)):
        assert (line.false_positive[0], line.sensitivity[0]) == (0, 0)
        assert (line.false_positive[-1], line.sensitivity[-1]) == (1, 1)
        assert (np.diff(line.sensitivity) >= 0).all()
        if line.is_reader:  # few scores: no band
            assert np.isnan(line.low).all()
        else:  # the band is of the upper end of the step at each false-positive share
            top = np.array([line.sensitivity[line.false_positive == x].max() for x in line.false_positive])
            assert ((line.low <= top) & (top <= line.high)).all()
        assert line.point is not None
        x, y = line.point
        assert np.interp(x, line.false_positive, line.sensitivity) >= y - 1e-12
        assert line.auc == pytest.approx(np.trapezoid(line.sensitivity, line.false_positive))


def test_a_long_curve_is_thinned_but_keeps_its_area() -> None:
    random = np.random.default_rng(1)
    n = 30_000
    label = random.integers(0, 2, n)
    large = pd.DataFrame(
        {"case_id": np.arange(n).astype(str), "label": label, "probability": expit(random.normal(label))}
    )
    found = read(large.assign(patient_id=large["case_id"], centre="X", role="internal", model="m"))
    (line,) = roc_lines(found, "X", cutoffs(found))
    assert len(line.threshold) <= 400
    assert np.trapezoid(line.sensitivity, line.false_positive) == pytest.approx(line.auc, abs=1e-3)


def test_confusion_equals_scikit_learn_and_moves_with_the_cut_off(table: Predictions) -> None:
    frozen = cutoffs(table)
    for matrix in confusions(table, frozen):
        view = table.at(matrix.centre)
        called = view.score(matrix.model) >= frozen[matrix.model].value
        expected = confusion_matrix(view.label, called).ravel()
        assert expected.tolist() == [
            matrix.true_negative,
            matrix.false_positive,
            matrix.false_negative,
            matrix.true_positive,
        ]
        assert [row.metric for row in matrix.rows][:2] == ["sensitivity", "specificity"]
        assert matrix.role == (None if matrix.model.startswith("reader_") else table.roles[matrix.model, matrix.centre])
    all_called = confusions(table, {**frozen, "good": Cutoff(-1.0, np.nan, np.nan, "what if")})
    sensitivity, specificity = (
        one(tuple(row for m in all_called for row in m.rows), centre="far", model="good", metric=metric)
        for metric in ("sensitivity", "specificity")
    )
    assert (sensitivity.estimate, specificity.estimate) == (1, 0)


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


def test_a_perfect_rater_has_no_ratio_but_a_bound() -> None:
    rows = drawn_table()
    found = read(rows.assign(probability=rows["label"]))
    matrix = confusions(found, cutoffs(found))[0]
    ratio = one(matrix.rows, metric="lr_positive")
    assert math.isnan(ratio.estimate)
    assert ratio.low > 1
    assert "infinite" in ratio.method
    assert one(matrix.rows, metric="sensitivity").low < 1


def test_a_tuned_cut_off_never_looks_worse_and_every_centre_is_judged(table: Predictions) -> None:
    found = optimisms(table, cutoffs(table))
    places = ("home", "away", "far")
    assert {(one.centre, one.model) for one in found} == {(c, m) for c in places for m in ("good", "poor")}
    assert {one.centre for one in found if one.chosen_here} == {"home"}
    for result in found:
        assert result.gain["youden"] >= -1e-12
        for name, gain in result.gain.items():
            assert gain == pytest.approx(result.tuned[name] - result.frozen[name])


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


def test_a_cut_off_that_comes_with_the_table_is_kept_and_told() -> None:
    rows = drawn_table()
    given = read(rows.assign(cutoff=np.where(rows["model"] == "good", 0.56, np.nan), cutoff_low=0.5, cutoff_high=0.6))
    found = cutoffs(given)
    assert (found["good"].value, found["good"].low, found["good"].high) == (0.56, 0.5, 0.6)
    assert "given in the table" in found["good"].method
    assert found["good"].chosen_at == ()
    assert found["poor"].chosen_at == ("home",)
    assert found["poor"].low <= found["poor"].value <= found["poor"].high
    assert cutoffs(given, {"good": Cutoff(0.7, np.nan, np.nan, "named")})["good"].value == 0.7
    with pytest.raises(BadInput, match=r"Row 3 .* another cutoff than an earlier row"):
        read(rows.assign(cutoff=np.where(np.arange(len(rows)) == 1, 0.4, 0.56)))
    with pytest.raises(BadInput, match="cutoff that is no number"):
        read(rows.assign(cutoff="high"))


def test_mcnemar_looks_at_the_diseased_and_the_healthy_apart(table: Predictions) -> None:
    rows = mcnemar_tests(table, cutoffs(table))
    found = {m.model: m for m in confusions(table, cutoffs(table)) if m.centre == "home"}
    row = one(rows, centre="home", model="good", versus="poor", metric="sensitivity_difference")
    assert row.n == 80
    assert row.estimate == pytest.approx((found["good"].true_positive - found["poor"].true_positive) / 80)
    healthy = one(rows, centre="home", model="good", versus="poor", metric="specificity_difference")
    assert healthy.estimate == pytest.approx((found["good"].true_negative - found["poor"].true_negative) / 80)


def test_between_centres_and_interaction(table: Predictions) -> None:
    row = one(between_centres(table), centre="home - away", model="good")
    expected = delong.unpaired(table.at("home").placements["good"], table.at("away").placements["good"])
    assert (row.estimate, row.p, row.n) == pytest.approx((expected.difference, expected.p, 290))
    lead = {c: one(auc_differences(table), centre=c, model="poor", versus="reader_person").estimate for c in SIZES}
    meets = one(interactions(table, "reader_person"), centre="home - far", model="poor")
    assert meets.estimate == pytest.approx(lead["home"] - lead["far"])
    with pytest.raises(BadInput, match="no reader"):
        interactions(table, "good")


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


def test_kappas_of_pairs_and_of_all(table: Predictions) -> None:
    frozen, view = cutoffs(table), table.at("away")
    rows = kappas(table, frozen)
    calls = [view.score(name) >= frozen[name].value for name in ("good", "poor")]
    assert one(rows, centre="away", model="good", versus="poor").estimate == pytest.approx(cohen_kappa_score(*calls))
    assert one(rows, centre="away", metric="fleiss_kappa").n == 130


@pytest.mark.parametrize(("whole", "part"), [("good", "poor"), ("poor", "good")])
def test_kappa_is_that_of_the_cases_which_both_answered(whole: str, part: str) -> None:
    """Whoever of the two left cases out: no answer is not a "no"."""
    rows = drawn_table()
    kept = rows[(rows["model"] == whole) | ~rows["case_id"].isin([f"home/{k}" for k in range(70)])]
    found = read(kept)
    frozen, view = cutoffs(found), found.at("home")
    both = ~np.isnan(view.score(part))
    calls = [view.score(name)[both] >= frozen[name].value for name in ("good", "poor")]
    row = one(kappas(found, frozen), centre="home", model="good", versus="poor")
    assert (row.n, row.estimate) == (90, pytest.approx(cohen_kappa_score(*calls)))


def test_errors_put_the_cases_everybody_misses_first(table: Predictions) -> None:
    frozen = cutoffs(table)
    found = errors(table, "home", frozen)
    assert found.raters == ("good", "poor", "reader_1_ktirads2021", "reader_person")
    assert (np.diff(found.cases["wrong"]) <= 0).all()
    np.testing.assert_array_equal(found.wrong.sum(axis=1), found.cases["wrong"])
    assert sum(found.venn.values()) == 160
    scores = table.at("home").cases.assign(good=table.at("home").score("good")).set_index("case_id")
    first = found.cases["case_id"][0]
    assert found.wrong[0, 0] == (
        (scores.loc[first, "good"] >= frozen["good"].value) != (scores.loc[first, "label"] == 1)
    )
    assert errors(table, "home", frozen, raters=["poor"]).raters == ("poor",)
    assert sum(errors(table, "home", frozen, raters=[]).venn.values()) == 160


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


def test_neither_the_order_of_rows_nor_a_monotone_change_of_scores_moves_the_areas(table: Predictions) -> None:
    rows = drawn_table()
    shuffled = read(rows.sample(frac=1, random_state=3))
    warped = read(rows.assign(probability=rows["probability"] ** 3))
    for row in glance(table).rows:
        for other in (shuffled, warped):
            again = one(glance(other).rows, centre=row.centre, model=row.model)
            assert (again.estimate, again.low) == pytest.approx((row.estimate, row.low))


def test_partial_areas_name_their_range(table: Predictions) -> None:
    row = one(partial_areas(table, 0.9, 1.0), centre="home", model="good")
    assert "0.9 to 1" in row.method
    assert 0.5 < row.estimate < 1


def test_a_frozen_cut_off_is_used_everywhere(table: Predictions) -> None:
    known = {"good": Cutoff(0.9, 0.8, 0.95, "frozen")}
    found = compare(table, known)
    assert found.cutoffs["good"] == known["good"]
    assert {m.cutoff for m in found.confusions if m.model == "good"} == {0.9}
    assert replace(known["good"], value=0.5) != found.cutoffs["good"]
