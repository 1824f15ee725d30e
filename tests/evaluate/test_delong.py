"""Differences of AUCs against double loops, permutations, simulation and Welch's test in another library."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import ArrayLike
from scipy.stats import ttest_ind_from_stats

from sera_core.evaluate import delong
from sera_core.evaluate.placements import placements
from sera_core.evaluate.roc import auc
from tests.evaluate.test_roc import components, covariance, drawn


def drawn_pair(seed: int, gain: float = 0.8, count: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two models that see the same signal with their own noise; ``gain`` is how much more the first sees."""
    random = np.random.default_rng(seed)
    labels = np.repeat([0, 1], count)
    shared = random.normal(labels, 1)
    return labels, shared + random.normal(gain * labels, 0.6), shared + random.normal(0, 0.6, len(labels))


def compared(
    labels: ArrayLike, first: ArrayLike, second: ArrayLike, patients: ArrayLike | None = None
) -> delong.AucDifference:
    """The paired test of two models' scores."""
    return delong.paired(placements(labels, first, patients), placements(labels, second, patients))


def test_paired_variance_equals_the_double_loop() -> None:
    labels, first, second = drawn_pair(0)
    (a10, a01), (b10, b01) = components(labels, first), components(labels, second)
    variance = sum(
        (covariance(a, a) + covariance(b, b) - 2 * covariance(a, b)) / len(a) for a, b in ((a10, b10), (a01, b01))
    )
    found = compared(labels, first, second)
    assert found.difference == pytest.approx(auc(labels, first).value - auc(labels, second).value)
    assert (found.high - found.low) / 2 == pytest.approx(1.959963984540054 * math.sqrt(variance))
    assert found.p == pytest.approx(math.erfc(abs(found.difference) / math.sqrt(2 * variance)))


@pytest.mark.parametrize(("seed", "gain"), [(1, 0.3), (2, 0.5), (3, 0.15)])
def test_paired_p_is_near_that_of_a_permutation(seed: int, gain: float) -> None:
    """Venkatraman's null in its simplest form: the two models' ranks exchanged case by case."""
    labels, first, second = drawn_pair(seed, gain)
    ranks = np.argsort(np.argsort([first, second], axis=1), axis=1).astype(float)
    observed = abs(auc(labels, first).value - auc(labels, second).value)
    random = np.random.default_rng(seed)
    swaps = random.random((1000, len(labels))) < 0.5
    falls = []
    for swap in swaps:
        a, b = np.where(swap, ranks[0], ranks[1]), np.where(swap, ranks[1], ranks[0])
        falls.append(abs(roc_auc(labels, a) - roc_auc(labels, b)))
    assert compared(labels, first, second).p == pytest.approx(np.mean(np.array(falls) >= observed), abs=0.05)


def roc_auc(labels: np.ndarray, scores: np.ndarray) -> float:
    positive, negative = scores[labels == 1, None], scores[labels == 0][None]
    return float(np.mean((positive > negative) + 0.5 * (positive == negative)))


def test_paired_p_is_uniform_when_the_models_are_equally_good() -> None:
    found = [compared(*drawn_pair(seed, gain=0.0)).p for seed in range(300)]
    assert 0.02 <= np.mean(np.array(found) < 0.05) <= 0.09
    assert 0.4 <= np.mean(found) <= 0.6


def test_models_that_order_the_cases_alike_do_not_differ() -> None:
    labels, scores = drawn(8)
    found = compared(labels, scores, np.exp(scores))
    assert (found.difference, found.low, found.high, found.p) == (0, 0, 0, 1)


def test_a_difference_without_a_variance_has_no_p_value() -> None:
    """Two against two, all right against all wrong: no number of decimals makes p = 0 of four cases."""
    found = compared([0, 0, 1, 1], [1, 2, 3, 4], [4, 3, 2, 1])
    assert found.difference == 1
    assert math.isnan(found.p)
    assert math.isnan(found.low)


def test_comparison_is_antisymmetric() -> None:
    labels, first, second = drawn_pair(5)
    there, back = compared(labels, first, second), compared(labels, second, first)
    assert (there.difference, there.low, there.p) == pytest.approx((-back.difference, -back.high, back.p))


def test_unpaired_difference_is_welchs_test_of_the_two_areas() -> None:
    """Welch's test of two means whose squared standard errors are DeLong's variances."""
    first, second = placements(*drawn(1)), placements(*drawn(2, 60, 45))
    found = delong.unpaired(first, second)
    spread = [math.sqrt(part.variance * n) for part, n in ((first, 54), (second, 105))]
    expected = ttest_ind_from_stats(first.value, spread[0], 54, second.value, spread[1], 105, equal_var=False)
    assert found.p == pytest.approx(expected.pvalue, rel=1e-9)
    assert found.low < found.difference < found.high


def test_unpaired_p_is_uniform_when_centres_are_alike() -> None:
    found = [delong.unpaired(placements(*drawn(s)), placements(*drawn(s + 10_000))).p for s in range(300)]
    assert 0.02 <= np.mean(np.array(found) < 0.05) <= 0.09


def test_interaction_is_the_difference_of_the_leads() -> None:
    """At one centre the model leads, at the other it does not: seen; where it leads alike: mostly not seen."""
    seen, unseen = [], []
    for seed in range(200):
        here = compared(*drawn_pair(seed, 1.5, 60))
        there = compared(*drawn_pair(seed + 5000, 0.0, 60))
        alike = compared(*drawn_pair(seed + 9000, 1.5, 60))
        found = delong.interaction(here, 120, there, 120)
        assert found.difference == pytest.approx(here.difference - there.difference)
        assert found.variance == pytest.approx(here.variance + there.variance)
        seen.append(found.p < 0.05)
        unseen.append(delong.interaction(here, 120, alike, 120).p < 0.05)
    assert np.mean(seen) > 0.6
    assert np.mean(unseen) < 0.09


def test_tests_without_a_variance_have_no_p_value() -> None:
    perfect, single = placements([0, 0, 1, 1], [1, 2, 3, 4]), placements([0, 1, 0], [1, 2, 3])
    assert math.isnan(delong.unpaired(perfect, perfect).p)
    assert math.isnan(delong.unpaired(perfect, single).p)
    same = compared([0, 1, 0, 1], [1, 2, 3, 4], [1, 2, 3, 4])
    assert math.isnan(delong.interaction(same, 4, same, 4).p)


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10**6))
def test_a_difference_does_not_change_with_the_scale_or_the_order_of_rows(seed: int) -> None:
    labels, first, second = drawn_pair(seed, count=12)
    found = compared(labels, first, second)
    order = np.random.default_rng(seed).permutation(len(labels))
    again = compared(labels[order], np.exp(first[order]), 5 * second[order] - 3)
    assert (again.difference, again.p) == pytest.approx((found.difference, found.p), nan_ok=True)
    turned = compared(labels, -first, -second)
    assert turned.difference == pytest.approx(-found.difference)


def test_a_difference_between_patients_images_varies_as_a_bootstrap_of_patients() -> None:
    random = np.random.default_rng(31)
    patients = np.repeat(np.arange(100), random.integers(1, 6, 100))
    labels = (random.random(100) < 0.5).astype(int)[patients]
    shared = labels + random.normal(0, 0.5, len(patients))
    first, second = (shared + random.normal(0, 1, 100)[patients] for _ in range(2))
    found, plain = compared(labels, first, second, patients=patients), compared(labels, first, second)
    rows = [np.flatnonzero(patients == k) for k in range(100)]
    drawn_differences = []
    for _ in range(800):
        picked = np.concatenate([rows[k] for k in random.integers(0, 100, 100)])
        drawn_differences.append(compared(labels[picked], first[picked], second[picked]).difference)
    assert found.difference == plain.difference
    assert np.sqrt(found.variance) == pytest.approx(np.std(drawn_differences), rel=0.12)
    assert found.variance > 1.3 * plain.variance


def test_copies_of_the_images_change_no_p() -> None:
    labels, first = drawn(40)
    second = first + np.random.default_rng(41).normal(0, 0.6, len(first))
    once = compared(labels, first, second, patients=np.arange(len(labels)))
    parts = [np.tile(part, 4) for part in (labels, first, second, np.arange(len(labels)))]
    copied = compared(*parts[:3], patients=parts[3])
    assert copied.p == pytest.approx(once.p)
    plain = [placements(*part) for part in ((labels, first), drawn(42))]
    whole = [placements(*part, np.arange(len(part[0]))) for part in ((labels, first), drawn(42))]
    assert delong.unpaired(*whole).p == pytest.approx(delong.unpaired(*plain).p)
