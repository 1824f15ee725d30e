"""Measures of a confusion matrix against scikit-learn, statsmodels and a jackknife written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import accuracy_score, class_likelihood_ratios, confusion_matrix, f1_score, precision_score
from statsmodels.stats.proportion import proportion_confint

from sera_core.evaluate.proportion import METRICS, RATIOS, SHARES, counts, intervals, measures, sizes, wilson
from sera_core.evaluate.tally import Tally


def drawn(seed: int, n: int = 90) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    return labels, np.round(random.normal(labels, 1.2), 1)


@pytest.mark.parametrize("seed", range(5))
def test_counts_and_measures_equal_scikit_learn(seed: int) -> None:
    labels, scores = drawn(seed)
    called = (scores >= 0.5).astype(int)
    tp, fn, fp, tn = counts(labels, scores, 0.5)
    assert (tn, fp, fn, tp) == tuple(confusion_matrix(labels, called).ravel())
    found = measures(tp, fn, fp, tn)
    assert found["accuracy"] == pytest.approx(accuracy_score(labels, called))
    assert found["f1"] == pytest.approx(f1_score(labels, called))
    assert found["ppv"] == pytest.approx(precision_score(labels, called))
    assert found["npv"] == pytest.approx(precision_score(labels, called, pos_label=0))
    assert (found["lr_positive"], found["lr_negative"]) == pytest.approx(class_likelihood_ratios(labels, called))


def test_a_score_on_the_cut_off_is_positive() -> None:
    assert counts([1, 0], [0.5, 0.5], 0.5) == (1, 0, 1, 0)


@pytest.mark.parametrize(("k", "n"), [(0, 7), (7, 7), (3, 11), (1, 1), (0, 1), (400, 1000)])
def test_wilson_equals_statsmodels(k: int, n: int) -> None:
    assert wilson(k, n) == pytest.approx(proportion_confint(k, n, method="wilson"), abs=1e-12)


def test_wilson_of_nothing_is_unknown() -> None:
    assert np.isnan(wilson(0, 0)).all()


def test_likelihood_ratio_interval_is_that_of_the_log_ratio() -> None:
    """Simel's formula written out for 71 of 80 against 21 of 100."""
    low, high = intervals(71, 9, 21, 79)["lr_positive"]
    ratio, spread = (71 / 80) / (21 / 100), math.sqrt(1 / 71 - 1 / 80 + 1 / 21 - 1 / 100)
    assert (low, high) == pytest.approx((ratio * math.exp(-1.959964 * spread), ratio * math.exp(1.959964 * spread)))


def test_empty_counts_give_no_number_and_no_crash() -> None:
    nobody = measures(0, 0, 5, 5)
    assert np.isnan(nobody["sensitivity"])
    assert np.isnan(intervals(0, 0, 5, 5)["lr_positive"]).all()
    perfect = measures(5, 0, 0, 5)
    assert np.isinf(perfect["lr_positive"])
    low, high = intervals(5, 0, 0, 5)["lr_positive"]
    assert 0 < low < high < np.inf
    assert sizes(5, 0, 0, 5)["npv"] == 5


def test_f1_interval_holds_f1_about_as_often_as_it_says() -> None:
    shares = np.array([0.25, 0.1, 0.15, 0.5])
    truth = 2 * 0.25 / (2 * 0.25 + 0.25)
    drawn_counts = np.random.default_rng(0).multinomial(200, shares, size=2000)
    low, high = intervals(*drawn_counts.T)["f1"]
    assert 0.93 <= np.mean((low <= truth) & (truth <= high)) <= 0.98


@settings(max_examples=200, deadline=None)
@given(st.tuples(*[st.integers(0, 60)] * 4))
def test_an_interval_holds_its_estimate(table: tuple[int, int, int, int]) -> None:
    found, bounds = measures(*table), intervals(*table)
    for name in METRICS:
        low, high = bounds[name]
        if np.isfinite(found[name]) and not np.isnan(low):
            assert low - 1e-9 <= found[name] or name.startswith("lr")
            assert found[name] <= high + 1e-9 or name.startswith("lr")
            assert low <= high


def clustered(seed: int, patients: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Labels, whether called positive, and patients with one to five images that resemble each other."""
    random = np.random.default_rng(seed)
    patient = np.repeat(np.arange(patients), random.integers(1, 6, patients))
    labels = np.where(random.random(len(patient)) < 0.1, 1, 0) | (random.random(patients) < 0.5).astype(int)[patient]
    scores = labels + random.normal(0, 1, patients)[patient] + random.normal(0, 0.5, len(patient))
    return labels, scores >= 0.5, patient


def test_robust_variances_are_those_of_a_jackknife_over_patients() -> None:
    """Leave out each patient in turn, by a loop: for a share and for the log of a likelihood ratio."""
    labels, called, patient = clustered(1, 400)
    tally, count = Tally.of(labels, called, patient), 400
    without = [[x[patient != k] for x in (labels, called)] for k in range(count)]
    shares = np.array([np.mean(c[y == 1]) for y, c in without])
    ratios = np.log([np.mean(c[y == 1]) / np.mean(c[y == 0]) for y, c in without])
    _, variance, freedom = tally.log_ratio(*RATIOS["lr_positive"])
    assert variance == pytest.approx((count - 1) / count * np.sum((ratios - ratios.mean()) ** 2), rel=0.04)
    assert freedom <= count - 2
    low, high = tally.share(*SHARES["sensitivity"])
    share = np.mean(called[labels == 1])
    spread = np.sqrt((count - 1) / count * np.sum((shares - shares.mean()) ** 2))
    assert (high - low) / 2 == pytest.approx(2.0 * spread, rel=0.04)
    assert low < share < high


def test_one_image_a_patient_gives_wilsons_interval_with_student_for_the_normal() -> None:
    labels, scores = drawn(5, 400)
    by_patient = Tally.of(labels, scores >= 0.5, np.arange(400)).intervals()
    plain = intervals(*counts(labels, scores, 0.5))
    for name in METRICS:
        assert by_patient[name] == pytest.approx([float(end) for end in plain[name]], rel=0.02)


def test_more_images_of_the_same_patients_do_not_narrow_the_interval() -> None:
    labels, scores = drawn(5, 60)
    once = Tally.of(labels, scores >= 0.5, np.arange(60)).intervals()
    copied = Tally.of(np.tile(labels, 9), np.tile(scores, 9) >= 0.5, np.tile(np.arange(60), 9)).intervals()
    for name in METRICS:
        assert copied[name] == pytest.approx(once[name], rel=1e-6)


def test_patients_who_all_agree_bound_as_many_independent_cases() -> None:
    """Twenty cancers of four patients, all found: no narrower than Wilson's interval of four."""
    tally = Tally.of(np.ones(20, int), np.ones(20, bool), np.repeat(np.arange(4), 5))
    low, high = tally.share(*SHARES["sensitivity"])
    assert high == 1
    assert low < float(wilson(4, 4)[0])
    assert Tally.of([1, 1], [True, True], [0, 0]).share(*SHARES["sensitivity"]) == (0, 1)
    assert np.isnan(Tally.of([0], [True], [0]).share(*SHARES["sensitivity"])).all()


def test_a_ratio_of_equal_scores_is_not_known_exactly() -> None:
    """Everybody is called positive: the ratio is 1, but eight and eleven cases do not say so for sure."""
    low, high = intervals(8, 0, 11, 0)["lr_positive"]
    assert low < 0.9
    assert high > 1.1
    assert Tally.of([1] * 8 + [0] * 11, np.ones(19, bool), np.arange(19)).intervals()["lr_positive"][0] < 0.9
