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


def patients_drawn(seed: int, effect: float, count: int = 40) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two raters on patients of 1 to 5 images; within a patient the raters err alike."""
    random = np.random.default_rng(seed)
    patients = np.repeat(np.arange(count), random.integers(1, 6, count))
    first, second = (random.random(count) < share for share in (0.7 + effect, 0.7))
    slips = random.random((2, len(patients))) < 0.15
    return first[patients] ^ slips[0], second[patients] ^ slips[1], patients


def test_whole_patients_flip_their_sign_in_every_way() -> None:
    """The p of every one of the 2**9 ways that nine patients' differences might have fallen."""
    first, second, patients = patients_drawn(3, 0.2, count=9)
    sums = np.bincount(patients, first.astype(float) - second)
    signs = np.array(np.meshgrid(*[[-1, 1]] * 9)).reshape(9, -1)
    expected = np.mean(np.abs(sums @ signs) >= abs(sums.sum()) - 1e-9)
    assert mcnemar(first, second, patients=patients).p == pytest.approx(expected)


def test_single_images_and_copied_ones_give_mcnemars_p() -> None:
    first, second = calls(20, 7, 2, 11)
    plain, alone = mcnemar(first, second), mcnemar(first, second, patients=np.arange(40)[::-1])
    assert alone == plain
    copied = mcnemar(np.tile(first, 3), np.tile(second, 3), patients=np.tile(np.arange(40), 3))
    assert copied.p == pytest.approx(plain.p)
    assert copied.difference == plain.difference


def test_whole_patients_keep_the_level_where_images_do_not() -> None:
    right, wrong, covered = 0, 0, 0
    for seed in range(400):
        first, second, patients = patients_drawn(seed, 0.0)
        found = mcnemar(first, second, patients=patients)
        right += found.p < 0.05
        wrong += mcnemar(first, second).p < 0.05
        covered += found.low <= 0 <= found.high
    assert right / 400 <= 0.06
    assert wrong / 400 > 0.1
    assert covered / 400 >= 0.92


def test_nothing_to_tell_apart_has_no_interval() -> None:
    same = mcnemar([True, True, False], [True, True, False], patients=[0, 0, 1])
    assert (same.difference, same.p) == (0, 1)
    assert np.isnan(same.low)
