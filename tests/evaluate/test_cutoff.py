"""Youden's cut-off against a search over all thresholds, and its bootstrap interval."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sera_core.contracts import BadInput
from sera_core.evaluate.cutoff import cutoff_interval, sensitive, youden


def index_at(labels: np.ndarray, scores: np.ndarray, cutoff: float) -> float:
    positive = scores >= cutoff
    return float(positive[labels == 1].mean() - positive[labels == 0].mean())


def best_index(labels: np.ndarray, scores: np.ndarray) -> float:
    return max(index_at(labels, scores, cutoff) for cutoff in (*scores, np.inf))


cases = st.lists(st.tuples(st.integers(0, 1), st.floats(-5, 5)), min_size=2, max_size=30).filter(
    lambda rows: {label for label, _ in rows} == {0, 1}
)


@settings(max_examples=300, deadline=None)
@given(cases)
def test_cutoff_reaches_the_best_index_of_all_thresholds(rows: list[tuple[int, float]]) -> None:
    labels, scores = (np.array(column) for column in zip(*rows, strict=True))
    assert index_at(labels, scores, youden(labels, scores)) == pytest.approx(best_index(labels, scores), abs=1e-9)


@settings(max_examples=300, deadline=None)
@given(cases, st.floats(0.05, 1))
def test_the_wanted_sensitivity_is_reached_and_the_next_cutoff_up_misses_it(
    rows: list[tuple[int, float]], wanted: float
) -> None:
    labels, scores = (np.array(column) for column in zip(*rows, strict=True))
    cutoff = sensitive(labels, scores, wanted)
    assert (scores[labels == 1] >= cutoff).mean() >= wanted - 1e-9
    assert (scores[labels == 1] > scores[scores >= cutoff].min()).mean() < wanted


def test_cutoff_lies_halfway_between_two_cases() -> None:
    assert youden([0, 0, 1, 1], [0.1, 0.3, 0.6, 0.9]) == pytest.approx(0.45)


def test_of_equal_maxima_the_most_sensitive_is_taken() -> None:
    """Above 0.7 and above 0.2 the index is 1/2; the lower one misses no malignant case."""
    labels, scores = np.array([1, 0, 1, 0]), np.array([0.8, 0.6, 0.4, 0.1])
    cutoff = youden(labels, scores)
    assert 0.1 < cutoff < 0.4
    assert index_at(labels, scores, cutoff) == pytest.approx(0.5)


def test_where_no_cutoff_beats_chance_every_case_is_positive() -> None:
    labels, scores = np.array([1, 1, 0, 0]), np.array([0.1, 0.2, 0.8, 0.9])
    cutoff = youden(labels, scores)
    assert (scores >= cutoff).all()
    assert cutoff == 0.1


def test_the_interval_is_that_of_the_criterion() -> None:
    labels, scores, patients = noisy(3, 60)
    low, high = cutoff_interval(labels, scores, patients, lambda y, s: sensitive(y, s, 0.95), draws=300)
    assert low <= sensitive(labels, scores, 0.95) <= high < youden(labels, scores)


def test_adjacent_floats_are_still_told_apart() -> None:
    low = 0.5
    high = np.nextafter(low, 1)
    cutoff = youden([0, 1], [low, high])
    assert low < cutoff <= high


def noisy(seed: int = 0, patients: int = 60) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.arange(patients) % 2
    return labels, random.normal(labels, 1), np.array([f"p{k:02}" for k in range(patients)])


def test_interval_is_the_same_each_time_and_holds_the_cutoff() -> None:
    labels, scores, patients = noisy()
    low, high = cutoff_interval(labels, scores, patients, draws=300)
    assert (low, high) == cutoff_interval(labels, scores, patients, draws=300)
    assert low <= youden(labels, scores) <= high
    assert (low, high) != cutoff_interval(labels, scores, patients, draws=300, seed=1)


def test_interval_draws_patients_not_images() -> None:
    """Three copies of every image of a patient say nothing new; taken for three patients they would."""
    labels, scores, patients = noisy()
    single = cutoff_interval(labels, scores, patients, draws=300)
    tripled = cutoff_interval(*(np.tile(column, 3) for column in (labels, scores, patients)), draws=300)
    assert tripled == pytest.approx(single)
    pretended = cutoff_interval(np.tile(labels, 3), np.tile(scores, 3), np.arange(3 * len(labels)), draws=300)
    assert pretended[1] - pretended[0] < single[1] - single[0]


def test_interval_narrows_with_more_patients() -> None:
    widths = [np.ptp(cutoff_interval(*noisy(1, patients), draws=200)) for patients in (40, 2000)]
    assert widths[1] < widths[0]


def test_interval_without_enough_patients_is_refused() -> None:
    with pytest.raises(BadInput, match="one class"):
        cutoff_interval([1, 1], [0.1, 0.2], ["a", "b"])
    with pytest.raises(BadInput, match="give more patients"):
        cutoff_interval([0, 1], [0.1, 0.9], ["a", "b"], draws=1, seed=first_one_sided_seed())


def first_one_sided_seed() -> int:
    """A seed whose first draw of two patients takes the same one twice."""
    return next(s for s in range(100) if np.ptp(np.random.default_rng(s).integers(2, size=2)) == 0)


def test_a_sample_with_one_case_of_a_class_counts() -> None:
    """Of two patients, a sample has both classes only when it has one case of each: every cut-off lies between them."""
    assert cutoff_interval([0, 1], [0.2, 0.8], [0, 1], draws=50) == (0.5, 0.5)
