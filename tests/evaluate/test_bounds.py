"""The first case that is enough and the last that is not: bounds, single patients, single classes, ties."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import logit
from scipy.stats import norm
from scipy.stats import t as student

from sera_core.evaluate.agreement import cohen, fleiss
from sera_core.evaluate.band import band
from sera_core.evaluate.calibration import line, reliability
from sera_core.evaluate.cells.agreements import errors
from sera_core.evaluate.cells.glance import roc_lines
from sera_core.evaluate.cells.reading import readings
from sera_core.evaluate.cells.subgroups import groups_of
from sera_core.evaluate.cells.usefulness import curve_points, decision_curves
from sera_core.evaluate.compare import cutoffs
from sera_core.evaluate.fixed import sensitivities_at, specificities_at
from sera_core.evaluate.netbenefit import predictive_values
from sera_core.evaluate.placements import placements
from sera_core.evaluate.results import Cutoff
from sera_core.evaluate.spread import clusters, mean_half
from sera_core.evaluate.tally import Tally
from tests.evaluate.rows import CUTOFFS, READERS, table
from tests.predicted import made_up, read


def test_agreement_of_one_patient_may_be_anything_and_two_cases_are_enough() -> None:
    a, b = np.array([True, True, False, False]), np.array([True, False, False, False])
    for found in (cohen(a, b, [5] * 4), fleiss(np.stack([a, b], axis=1), [5] * 4)):
        assert (found.low, found.high, found.n) == (-1.0, 1.0, 4)
        assert found.value == pytest.approx(0.5 if found == cohen(a, b, [5] * 4) else 7 / 15)
    two = fleiss([[True, True], [False, False]])
    assert (two.value, two.n) == (1.0, 2)
    for nothing, n in ((fleiss([[True, True]]), 1), (fleiss(np.ones((3, 1))), 3), (fleiss(np.ones((3, 2))), 3)):
        assert np.isnan([nothing.value, nothing.low, nothing.high]).all()
        assert nothing.n == n
    alike = cohen([True] * 3, [True] * 3)
    assert np.isnan([alike.value, alike.low, alike.high]).all()
    assert alike.n == 3
    few = cohen(a, ~a, [0, 0, 1, 2])
    assert (few.value, few.low) == (-1.0, -1.0)


def test_one_patient_of_a_class_counts_as_one_case_of_the_band() -> None:
    labels, scores = np.repeat([0, 1], 10), np.r_[np.arange(10), np.arange(5, 15)] / 15
    one = band(labels, scores, [0.3], 4000, np.repeat([0, 1], 10))
    whole = band(np.array([0, 1, 1]), np.array([0.1, 0.2, 0.3]), [0.3], 4000, None)
    assert (one[1] - one[0])[0] > 0.9
    assert (whole[1] - whole[0])[0] < 0.9
    tight = band(labels, scores, [0.3], 4000, np.arange(20))
    assert (tight[1] - tight[0])[0] < 0.7


def test_the_fixed_share_needs_two_cases_beyond_it_or_two_patients() -> None:
    random = np.random.default_rng(0)
    for n, known in ((20, True), (19, False)):
        labels = np.repeat([0, 1], [n, n])
        scores = random.normal(labels, 1)
        for ask in (sensitivities_at, specificities_at):
            (found,) = ask(labels, scores, [0.9])
            assert np.isfinite([found.low, found.high]).all() == known
            assert np.isfinite(found.value)
    labels, patients = np.repeat([0, 1], 40), np.repeat(np.arange(20), 4)
    scores = random.normal(labels, 1)
    assert np.isfinite(sensitivities_at(labels, scores, [0.9])[0].low)
    assert np.isnan(sensitivities_at(labels, scores, [0.9], patients)[0].low)  # 10 patients


def test_predictive_values_need_both_classes_and_one_case_of_each_will_do() -> None:
    for counts in ((1, 0, 0, 1), (2, 2, 1, 0), (2, 2, 0, 1), (3, 3, 2, 2)):
        (ppv, *_), (npv, *_) = predictive_values(counts, [0.4])
        tp, fn, fp, tn = counts
        hit, alarm = tp / (tp + fn), fp / (fp + tn)
        assert ppv[0] == pytest.approx(0.4 * hit / (0.4 * hit + 0.6 * alarm))
        calm, miss = 1 - alarm, 1 - hit
        with np.errstate(invalid="ignore"):
            wanted = np.float64(0.6 * calm) / (0.6 * calm + 0.4 * miss)
        np.testing.assert_allclose(npv[0], wanted)
    for counts in ((0, 0, 2, 3), (2, 3, 0, 0)):
        for side in predictive_values(counts, [0.4]):
            assert np.isnan(side).all()


def test_two_patients_are_enough_for_an_interval_and_one_is_not() -> None:
    truth, called = np.array([1, 1, 1, 1]), np.array([True, True, True, False])
    low, high = Tally.of(truth, called, [0, 0, 1, 1]).share((0,), (0, 1))
    share, effective = 0.75, min(0.75 * 0.25 / (2 * ((2 - 1.5) ** 2 + (1 - 1.5) ** 2) / 16), 4)
    n = effective * (norm.ppf(0.975) / student.ppf(0.975, 1)) ** 2
    z = norm.ppf(0.975)
    middle, half = (share * n + z**2 / 2) / (n + z**2), z / (n + z**2) * np.sqrt(n * share * (1 - share) + z**2 / 4)
    assert (low, high) == pytest.approx((middle - half, middle + half))
    assert Tally.of(truth, called, [3] * 4).share((0,), (0, 1)) == (0.0, 1.0)
    assert np.isnan(Tally.of(truth, called, [0, 0, 1, 1]).share((2,), (2, 3))).all()
    assert np.isnan(Tally.of(truth, called, [0, 0, 1, 1]).logit((2,), (2, 3))).all()
    assert np.isnan(Tally.of(truth, called, [0, 0, 1, 1]).log_ratio((0, 1), (2, 3))).all()
    value, variance = Tally.of(truth, truth == 1, [0, 0, 1, 1]).logit((0,), (0, 1))
    assert value == pytest.approx(logit(4.5 / 5))
    assert variance == pytest.approx(1 / (2 * 0.9 * 0.1))  # as many cases as patients
    assert np.isnan(mean_half([1.0, 2.0], [4, 4]))
    assert np.isnan(mean_half([1.0], None))
    assert mean_half([1.0, 2.0], None) == pytest.approx(student.ppf(0.975, 1) * 0.5)
    assert clusters(["a", "b", "a"]).tolist() == [0, 1, 0]  # type: ignore[union-attr]
    assert clusters(["a", "b"]) is None


def test_lines_of_one_class_or_equal_probabilities_lack_what_cannot_be_known() -> None:
    for labels, p in (([1, 1, 1], [0.2, 0.5, 0.6]), ([0, 0], [0.3, 0.4])):
        found = line(labels, p)
        assert np.isnan([found.slope, found.slope_low, found.intercept, found.intercept_high]).all()
    flat = line([0, 1, 1, 0], [0.3] * 4)
    assert np.isnan(flat.slope)
    assert flat.intercept == pytest.approx(-logit(0.3))
    one = line([0, 1, 1, 0, 1, 0], [0.3, 0.2, 0.7, 0.6, 0.8, 0.4], [0] * 6)
    assert np.isnan([one.slope, one.slope_low, one.intercept_low]).all()
    assert np.isfinite(one.intercept)


def test_bins_hold_their_left_end() -> None:
    p = np.array([0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 0.9, 1.0])
    found = reliability(np.arange(8) % 2, p, bins=5)
    assert found.count.tolist() == [2, 2, 1, 1, 2]
    even = reliability(np.arange(8) % 2, p, bins=4, equal="count")
    assert even.count.tolist() == [2, 2, 2, 2]


def test_a_reader_study_needs_two_patients_of_each_class() -> None:
    rows = made_up(("alpha",), 8, readers=True)
    rows = rows[rows["centre"] == "home"]
    rows["reader_2_acr2017"] = rows["reader_1_acr2017"].iloc[::-1].to_numpy()
    two = rows[(rows["label"] == 0) | (rows["case_id"].isin(["home/1", "home/3"]))]
    assert len(readings(read(two))) == 2
    one = two.assign(patient_id=np.where(two["label"] == 1, "same", two["patient_id"]))
    assert readings(read(one)) == ()
    assert len(readings(read(two.assign(reader_2_acr2017=two["reader_1_acr2017"])))) == 2


@pytest.mark.parametrize("shared", [0, 1])
def test_models_without_common_cases_of_both_classes_stand_on_their_own(shared: int) -> None:
    """Both answered all cases of one class; of the other, beta answered three that alpha did not."""
    rows = made_up(("alpha", "beta"), 40)
    rows = rows[rows["centre"] == "home"]
    number = rows["case_id"].str.split("/").str[1].astype(int)
    other, first = rows["label"] != shared, number < 6
    found = read(rows[~other | np.where(rows["model"] == "beta", first, ~first)])
    assert [curve.n for curve in decision_curves(found, "home")] == [37, 23]
    told = [row.method for row in curve_points(found, CUTOFFS) if row.model == "treat_all"]
    said = "everybody is treated, of the cases that {} answered"
    assert told == [said.format("alpha")] * 5 + [said.format("beta")] * 5
    one = rows[~other | np.where(rows["model"] == "beta", first, ~first | (number == 1 - shared))]
    assert {row.n for row in curve_points(read(one), CUTOFFS) if row.metric.startswith("net")} == {21}
    both = read(one).at("home").pair("alpha", "beta")
    assert both is not None
    assert (len(both[0].positive), len(both[0].negative)) == ((1, 20) if shared == 0 else (20, 1))
    assert found.at("home").pair("alpha", "beta") is None


def test_a_part_of_a_part_knows_the_whole_table() -> None:
    found = table()
    part = found.select(centres=["away"])
    assert part.whole is found
    assert part.select(["beta"]).whole is found
    assert part.models == ("alpha", "beta")
    np.testing.assert_array_equal(part.at("away").refused_by("beta"), found.at("away").refused_by("beta"))


def test_nobody_chosen_is_wrong_about_nothing() -> None:
    found = errors(table(), "away", CUTOFFS, [])
    assert (found.centre, found.raters, found.wrong.shape, found.wrong.dtype) == ("away", (), (60, 0), bool)
    assert found.venn == {(): 60}
    assert found.cases["wrong"].tolist() == [0] * 60
    assert found.cases["case_id"].tolist() == [f"away/{k}" for k in range(60)]
    both = errors(table(), "away", CUTOFFS, READERS)
    assert both.raters == READERS
    assert both.wrong.sum(axis=1).tolist() == both.cases["wrong"].tolist() == sorted(both.cases["wrong"])[::-1]
    order = [int(case.split("/")[1]) for case in both.cases["case_id"]]
    assert order == sorted(order, key=lambda k: (-both.cases["wrong"][order.index(k)], k))  # else as in the table


def test_a_drawn_curve_of_very_many_points_keeps_four_hundred_from_end_to_end() -> None:
    rows = made_up(("alpha",), 4000)
    (drawn,) = roc_lines(read(rows[rows["centre"] == "away"]), "away", {"alpha": CUTOFFS["alpha"]})
    assert len(drawn.threshold) == 400
    assert (drawn.false_positive[0], drawn.sensitivity[0]) == (0, 0)
    assert (drawn.false_positive[-1], drawn.sensitivity[-1]) == (1, 1)
    assert (np.diff(drawn.threshold) < 0).all()
    assert np.trapezoid(drawn.sensitivity, drawn.false_positive) == pytest.approx(drawn.auc, abs=0.002)


def test_an_interval_of_a_chosen_cut_off_is_told_up_to_five_thousand_cases() -> None:
    rows = made_up(("alpha",), 5001)
    rows = rows[rows["centre"] == "home"]
    many = cutoffs(read(rows))["alpha"]
    assert np.isnan([many.low, many.high]).all()
    assert many.method == "Youden's index on internal cases (home); no interval for more than 5,000 cases"
    assert many.chosen_at == ("home",)
    few = cutoffs(read(rows[:60]))["alpha"]
    assert few.method == "Youden's index on internal cases (home); bootstrap of patients"
    assert few.low <= few.value <= few.high


def test_groups_of_words() -> None:
    cases = pd.DataFrame(
        {"foci": ["punctate, large", "punctate", None], "sex": ["f", None, "m"], "reader_x": [1, 2, 3]}
    )
    told = {name: inside.tolist() for name, inside in groups_of(cases).items()}
    assert told["sex: f"] == [True, False, False]
    assert told["sex: m"] == [False, False, True]
    assert not any(name.startswith("reader") for name in told)


def test_ties_between_classes_count_half_in_an_area() -> None:
    part = placements([1, 0, 1, 0, 0], [0.5, 0.5, 0.9, 0.1, 0.9])
    assert part.positive.tolist() == pytest.approx([1.5 / 3, 2.5 / 3])
    assert part.negative.tolist() == pytest.approx([0.75, 1.0, 0.25])
    assert part.independent == (2, 3)
    assert Cutoff(0.5, 0.4, 0.6, "x").chosen_at == ()
