"""McNemar's test, the interval of a paired difference, and Holm against statsmodels and simulation."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import mcnemar as reference
from statsmodels.stats.multitest import multipletests

from sera_core.evaluate.paired import holm, mcnemar


def calls(both: int, first: int, second: int, neither: int) -> tuple[np.ndarray, np.ndarray]:
    sizes = [both, first, second, neither]
    return np.repeat([True, True, False, False], sizes), np.repeat([True, False, True, False], sizes)


@pytest.mark.parametrize("table", [(20, 7, 2, 11), (0, 5, 5, 0), (9, 0, 0, 1), (3, 1, 0, 0), (50, 30, 11, 9)])
def test_p_equals_statsmodels(table: tuple[int, int, int, int]) -> None:
    both, first, second, neither = table
    found = mcnemar(*calls(*table))
    assert found.p == pytest.approx(min(1.0, reference([[both, first], [second, neither]], exact=True).pvalue))
    assert found.difference == pytest.approx((first - second) / sum(table))
    assert (found.only_first, found.only_second, found.n) == (first, second, sum(table))


def test_interval_is_newcombes_own_example() -> None:
    """Newcombe 1998, table II, 36 + 12 + 2 + 0 of 50 by method 10: 0.0569 to 0.3404."""
    found = mcnemar(*calls(36, 12, 2, 0))
    assert (found.difference, found.low, found.high) == pytest.approx((0.20, 0.0569, 0.3404), abs=1e-4)


def test_interval_covers_the_true_difference_about_as_often_as_it_says() -> None:
    shares, truth, hits = [0.5, 0.25, 0.1, 0.15], 0.15, 0
    for table in np.random.default_rng(1).multinomial(60, shares, size=600):
        found = mcnemar(*calls(*table))
        hits += found.low <= truth <= found.high
    assert 0.93 <= hits / 600 <= 0.985


def test_two_raters_alike_and_nobody() -> None:
    alike = mcnemar([True, False, True], [True, False, True])
    assert (alike.difference, alike.p) == (0, 1)
    assert alike.low < 0 < alike.high
    assert np.isnan(mcnemar([], []).p)


@settings(max_examples=100, deadline=None)
@given(st.tuples(*[st.integers(0, 30)] * 4).filter(lambda table: sum(table) > 0))
def test_exchanging_the_raters_turns_the_difference(table: tuple[int, int, int, int]) -> None:
    there, back = mcnemar(*calls(*table)), mcnemar(*reversed(calls(*table)))
    assert (there.difference, there.low, there.high) == pytest.approx((-back.difference, -back.high, -back.low))
    assert there.p == back.p
    assert -1 <= there.low <= there.difference <= there.high <= 1


@settings(max_examples=100, deadline=None)
@given(st.lists(st.floats(0, 1), min_size=1, max_size=20))
def test_holm_equals_statsmodels(p: list[float]) -> None:
    np.testing.assert_allclose(holm(p), multipletests(p, method="holm")[1])


def test_holm_leaves_out_what_was_not_tested() -> None:
    np.testing.assert_allclose(holm([0.01, np.nan, 0.04]), [0.02, np.nan, 0.04])
    assert holm([]).size == 0
