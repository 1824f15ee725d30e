"""Measures of a confusion matrix against scikit-learn, statsmodels and a bootstrap written out."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom
from sklearn.metrics import accuracy_score, class_likelihood_ratios, confusion_matrix, f1_score, precision_score
from statsmodels.stats.proportion import proportion_confint

from sera_core.evaluate.proportion import METRICS, cluster_intervals, counts, intervals, measures, sizes, wilson


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


def test_patient_bootstrap_is_the_binomial_one_where_each_patient_has_one_image() -> None:
    """Sensitivity of 30 of 40 with one image a patient: nearly the binomial quantiles."""
    labels, scores = np.repeat([1, 0], [40, 60]), np.r_[np.repeat([1.0, 0.0], [30, 10]), np.repeat([1.0, 0.0], [6, 54])]
    low, high = cluster_intervals(labels, scores, 0.5, np.arange(100), draws=20_000)["sensitivity"]
    assert low == pytest.approx(binom.ppf(0.025, 40, 0.75) / 40, abs=0.03)
    assert high == pytest.approx(binom.ppf(0.975, 40, 0.75) / 40, abs=0.03)


def test_patient_bootstrap_equals_a_loop_over_patients() -> None:
    random = np.random.default_rng(3)
    patients = np.repeat(np.arange(40), random.integers(1, 5, 40))
    taste = random.normal(0, 1, 40)[patients]
    labels = random.integers(0, 2, 40)[patients]
    scores = taste + labels
    ours = cluster_intervals(labels, scores, 0.5, patients, draws=4000)
    rows = [np.flatnonzero(patients == k) for k in range(40)]
    loop: dict[str, list[float]] = {name: [] for name in METRICS}
    for _ in range(2000):
        picked = np.concatenate([rows[k] for k in random.integers(0, 40, 40)])
        for name, value in measures(*counts(labels[picked], scores[picked], 0.5)).items():
            loop[name].append(float(value))
    for name in ("sensitivity", "specificity", "accuracy", "ppv", "npv", "f1"):
        assert ours[name] == pytest.approx(tuple(np.nanpercentile(loop[name], [2.5, 97.5])), abs=0.03)


def test_more_images_of_the_same_patients_do_not_narrow_the_interval() -> None:
    labels, scores = drawn(5, 60)
    once = cluster_intervals(labels, scores, 0.5, np.arange(60))
    copied = cluster_intervals(np.tile(labels, 9), np.tile(scores, 9), 0.5, np.tile(np.arange(60), 9))
    assert copied == once
