"""Kappas against statsmodels, scikit-learn and the jackknife; sets of errors against a count by hand."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.metrics import cohen_kappa_score
from statsmodels.stats.inter_rater import aggregate_raters, cohens_kappa, fleiss_kappa

from sera_core.evaluate.agreement import cohen, fleiss, sets


def calls(seed: int, n: int = 80, raters: int = 4, noise: float = 0.2) -> np.ndarray:
    random = np.random.default_rng(seed)
    truth = random.random(n) < 0.4
    return np.where(random.random((n, raters)) < noise, ~truth[:, None], truth[:, None])


@pytest.mark.parametrize("seed", range(5))
def test_cohen_equals_statsmodels_with_its_interval(seed: int) -> None:
    first, second = calls(seed, raters=2).T
    found = cohen(first, second)
    table = np.bincount(2 * first + second, minlength=4).reshape(2, 2)
    expected = cohens_kappa(table)
    assert found.value == pytest.approx(cohen_kappa_score(first, second))
    assert (found.low, found.high) == pytest.approx((expected.kappa_low, expected.kappa_upp))


@pytest.mark.parametrize("raters", [2, 3, 7])
def test_fleiss_equals_statsmodels_and_its_error_the_jackknife(raters: int) -> None:
    table = calls(7, 150, raters)
    found = fleiss(table)
    assert found.value == pytest.approx(fleiss_kappa(aggregate_raters(table.astype(int))[0]))
    left_out = np.array([fleiss(np.delete(table, k, axis=0)).value for k in range(len(table))])
    spread = np.sqrt((len(table) - 1) / len(table) * ((left_out - left_out.mean()) ** 2).sum())
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(spread, rel=0.03)


def test_fleiss_error_is_the_jackknifes_where_few_are_called() -> None:
    """Where almost all calls are the same, agreement by chance carries most of the error."""
    random = np.random.default_rng(5)
    table = random.random((600, 3)) < np.where(random.random((600, 1)) < 0.1, 0.7, 0.03)
    found = fleiss(table)
    left_out = np.array([fleiss(np.delete(table, k, axis=0)).value for k in range(len(table))])
    spread = np.sqrt((len(table) - 1) / len(table) * ((left_out - left_out.mean()) ** 2).sum())
    assert (found.high - found.low) / 2 / 1.959964 == pytest.approx(spread, rel=0.03)


def test_perfect_agreement_chance_and_nothing_to_agree_on() -> None:
    a = np.array([True, False, True, False])
    assert cohen(a, a).value == 1
    assert cohen(a, ~a).value == -1
    assert cohen(a, [True, True, False, False]).value == pytest.approx(0)
    assert fleiss(np.stack([a, a, a], axis=1)).value == 1
    for nothing in (cohen([True, True], [True, True]), cohen([], []), fleiss(np.ones((5, 3))), fleiss(np.ones((1, 3)))):
        assert np.isnan(nothing.value)


@settings(max_examples=80, deadline=None)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), min_size=2, max_size=40))
def test_cohen_is_symmetric_and_blind_to_the_names_of_the_calls(pairs: list[tuple[bool, bool]]) -> None:
    a, b = (np.array(column) for column in zip(*pairs, strict=True))
    found = cohen(a, b)
    assert cohen(b, a).value == pytest.approx(found.value, nan_ok=True)
    assert cohen(~a, ~b).value == pytest.approx(found.value, nan_ok=True)
    assert np.isnan(found.value) or -1 <= found.low <= found.value <= found.high <= 1


def test_sets_count_each_case_once() -> None:
    wrong = calls(3, 60, 3)
    expected = Counter(tuple(k for k in range(3) if row[k]) for row in wrong.tolist())
    assert sets(wrong) == dict(expected)
    assert list(sets(wrong).values()) == sorted(expected.values(), reverse=True)
