"""Net benefit, predictive values and needles spared against loops, Bayes' rule and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import sem
from scipy.stats import t as student

from sera_core.evaluate.netbenefit import net_benefit, patient_weights, predictive_values, spared, treat_all


def drawn(seed: int, n: int = 120) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = random.integers(0, 2, n)
    return labels, np.round(np.clip(random.normal(0.35 + 0.3 * labels, 0.2), 0, 1), 2)


@pytest.mark.parametrize("seed", range(3))
def test_net_benefit_equals_the_definition_case_by_case(seed: int) -> None:
    labels, p = drawn(seed)
    thresholds = np.array([0.0, 0.1, 0.33, 0.5, 0.9])
    found, low, high = net_benefit(labels, p, thresholds)
    for k, t in enumerate(thresholds):
        worth = [(1 if y else -t / (1 - t)) if q >= t else 0 for y, q in zip(labels, p, strict=True)]
        assert found[k] == pytest.approx(np.mean(worth))
        assert (high[k] - low[k]) / 2 == pytest.approx(student.ppf(0.975, len(worth) - 1) * sem(worth))


def test_treating_everybody_is_a_model_that_always_says_one() -> None:
    labels, _ = drawn(4)
    thresholds = np.linspace(0.01, 0.9, 20)
    np.testing.assert_allclose(
        net_benefit(labels, np.ones(len(labels)), thresholds)[0], treat_all(labels.mean(), thresholds)
    )
    assert (net_benefit(labels, np.zeros(len(labels)), thresholds)[0] == 0).all()
    assert treat_all(0.3, [0.3])[0] == pytest.approx(0)


def test_predictive_values_at_the_own_prevalence_are_the_observed_ones() -> None:
    (ppv, *_), (npv, *_) = predictive_values((40, 10, 20, 80), [50 / 150])
    assert ppv[0] == pytest.approx(40 / 60)
    assert npv[0] == pytest.approx(80 / 90)


def test_predictive_values_by_bayes_rule_and_ends() -> None:
    (ppv, low, high), (npv, *_) = predictive_values((45, 5, 10, 90), [0.05, 0.5])
    np.testing.assert_allclose(ppv, [0.9 * 0.05 / (0.9 * 0.05 + 0.1 * 0.95), 0.9])
    np.testing.assert_allclose(npv, [0.9 * 0.95 / (0.9 * 0.95 + 0.1 * 0.05), 0.9])
    assert ((low < ppv) & (ppv < high)).all()
    (perfect, low, high), _ = predictive_values((50, 0, 0, 100), [0.2])
    assert perfect[0] == 1
    assert 0 < low[0] < high[0] <= 1
    assert np.isnan(predictive_values((0, 0, 1, 5), [0.2])[0][0]).all()


def test_predictive_interval_covers_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(2)
    truth = 0.8 * 0.1 / (0.8 * 0.1 + 0.2 * 0.9)
    hits = 0
    for _ in range(500):
        tp, tn = random.binomial(60, 0.8), random.binomial(80, 0.8)
        (_, low, high), _ = predictive_values((tp, 60 - tp, 80 - tn, tn), [0.1])
        hits += low[0] <= truth <= high[0]
    assert 0.92 <= hits / 500 <= 0.985


def by_hand(labels: np.ndarray, score: np.ndarray, called: np.ndarray) -> float:
    """The highest cut-off at which the model finds as many cancers as the reader."""
    for cutoff in [np.inf, *sorted(set(score.tolist()), reverse=True)]:
        if (score >= cutoff)[labels == 1].sum() >= called[labels == 1].sum():
            return 100 * (called.sum() - (score >= cutoff).sum()) / len(labels)
    raise AssertionError


@settings(max_examples=80, deadline=None)
@given(st.integers(0, 10**6))
def test_needles_spared_equal_the_search_by_hand(seed: int) -> None:
    labels, score = drawn(seed, 30)
    called = np.random.default_rng(seed + 1).random(30) < 0.5
    weights = patient_weights(np.arange(30), draws=50)
    found = spared(labels, score, called, weights)
    if labels.sum() == 0:
        assert found is None
    else:
        assert found is not None
        assert found.value == pytest.approx(by_hand(labels, score, called))
        assert found.low <= found.high


def test_a_model_that_copies_the_reader_spares_nothing() -> None:
    labels, score = drawn(6)
    called = score > 0.5
    found = spared(labels, called.astype(float), called, patient_weights(np.arange(len(labels))))
    assert found is not None
    assert (found.value, found.low, found.high, found.cutoff) == (0, 0, 0, 1)


def test_spared_interval_covers_the_value_of_a_large_population() -> None:
    def population(seed: int, n: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        random = np.random.default_rng(seed)
        labels = (random.random(n) < 0.4).astype(int)
        return labels, random.normal(1.6 * labels, 1), random.normal(1.0 * labels, 1) > 0.2

    truth = by_hand_fast(*population(0, 200_000))
    hits = 0
    for seed in range(1, 151):
        labels, score, called = population(seed, 200)
        found = spared(labels, score, called, patient_weights(np.arange(200), draws=200))
        assert found is not None
        hits += found.low <= truth <= found.high
    assert 0.88 <= hits / 150 <= 0.99


def by_hand_fast(labels: np.ndarray, score: np.ndarray, called: np.ndarray) -> float:
    cutoff = np.sort(score[labels == 1])[::-1][int(called[labels == 1].sum()) - 1]
    return float(100 * (called.mean() - (score >= cutoff).mean()))


def test_weights_draw_patients_whole() -> None:
    patients = np.array([3, 3, 1, 7, 7, 7])
    weights = patient_weights(patients, draws=200)
    assert weights.shape == (200, 6)
    assert (weights[:, 0] == weights[:, 1]).all()
    assert (weights[:, 3] == weights[:, 5]).all()
    assert (weights[:, [0, 2, 3]].sum(axis=1) == 3).all()
