"""Intervals of independent cases, degrees of freedom and fits, against formulas written out, loops and optimisers."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from scipy.stats import chi2, norm
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from sera_core.evaluate.cutoff import cutoff_interval, youden
from sera_core.evaluate.delong import paired
from sera_core.evaluate.heterogeneity import heterogeneity
from sera_core.evaluate.netbenefit import net_benefit, predictive_values, spared
from sera_core.evaluate.optimism import _youden
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.placements import placements
from sera_core.evaluate.proportion import intervals, wilson
from sera_core.evaluate.readers import fixed_readers, random_readers
from sera_core.evaluate.roc import auc, curve

TRUTH = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0])
A = np.array([7, 3, 6, 5, 4, 2, 5, 6, 1, 9, 3, 5]) / 10
B = np.array([5, 3, 6, 4, 5, 2, 6, 4, 3, 4, 2, 1]) / 10
Z = norm.ppf(0.975)


def components(score: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Which share of the other class each case beats, or loses to, ties for half; pair by pair."""
    ill, well = score[TRUTH == 1], score[TRUTH == 0]
    wins = np.array([[(a > b) + (a == b) / 2 for b in well] for a in ill])
    return wins.mean(axis=1), wins.mean(axis=0)


def test_an_area_of_few_cases_has_welchs_degrees_of_freedom() -> None:
    up, down = components(A)
    one, other = up.var(ddof=1) / len(up), down.var(ddof=1) / len(down)
    freedom = (one + other) ** 2 / (one**2 / (len(up) - 1) + other**2 / (len(down) - 1))
    found, value = auc(TRUTH, A), up.mean()
    half = student.ppf(0.975, freedom) * np.sqrt(one + other) / (value * (1 - value))
    assert (found.value, found.variance) == pytest.approx((value, one + other))
    assert (found.low, found.high) == pytest.approx(expit([logit(value) - half, logit(value) + half]))
    assert found.method == f"DeLong, logit, Student's t with {freedom:.1f} degrees of freedom"


def test_a_paired_difference_of_few_cases_goes_by_the_normal_quantile() -> None:
    (up, down), (up_b, down_b) = components(A), components(B)
    variance = sum((one - two).var(ddof=1) / len(one) for one, two in ((up, up_b), (down, down_b)))
    gap, half = up.mean() - up_b.mean(), Z * np.sqrt(variance)
    found = paired(placements(TRUTH, A), placements(TRUTH, B))
    assert (found.difference, found.low, found.high) == pytest.approx((gap, gap - half, gap + half))
    assert found.p == pytest.approx(2 * norm.sf(abs(gap) / np.sqrt(variance)))
    assert (found.variance, found.freedom) == (pytest.approx(variance), np.inf)


@pytest.mark.parametrize(("low", "high"), [(0.5, 1.0), (0.2, 0.8), (1 / 3, 5 / 6), (0.0, 1.0)])
def test_a_part_of_an_area_from_components_within_the_range(low: float, high: float) -> None:
    """He and Escobar's: a positive against the negatives whose score is reached within the range, and the reverse."""
    _, reached = components(A)
    ill, well = A[TRUTH == 1], A[TRUTH == 0]
    inside = [b for b, r in zip(well, reached, strict=True) if low <= r <= high]
    up = np.array([sum((a > b) + (a == b) / 2 for b in inside) for a in ill]) / len(well)
    down = np.clip(reached, low, high)
    one, other = up.var(ddof=1) / len(up), down.var(ddof=1) / len(down)
    freedom = (one + other) ** 2 / (one**2 / (len(up) - 1) + other**2 / (len(down) - 1))
    most, least = high - low, (high - low) - (high**2 - low**2) / 2
    false_positive, sensitivity, _ = curve(TRUTH, A)
    grid = low + (np.arange(200_000) + 0.5) / 200_000 * (high - low)
    area = np.interp(grid, sensitivity, 1 - false_positive).mean() * (high - low)
    value = 0.5 * (1 + (area - least) / (most - least))
    found = partial_auc(TRUTH, A, low, high)
    assert found.value == pytest.approx(value, abs=1e-4)
    assert found.variance == pytest.approx((one + other) / (2 * (most - least)) ** 2)
    half = student.ppf(0.975, freedom) * np.sqrt(found.variance) / (found.value * (1 - found.value))
    assert (found.low, found.high) == pytest.approx(expit([logit(found.value) - half, logit(found.value) + half]))
    assert (found.positives, found.negatives, found.method) == (6, 6, "He and Escobar, logit")


def test_a_part_of_a_perfect_area_has_no_interval() -> None:
    found = partial_auc([0, 0, 1, 1], [0.1, 0.2, 0.8, 0.9], 0.8, 1.0)
    assert (found.value, found.method) == (1.0, "no interval: the curve does not vary in this range")
    assert np.isnan([found.low, found.high]).all()


@pytest.mark.parametrize(
    "table",
    [
        (20, 4, 6, 10),
        (5, 3, 2, 3),
        (3, 2, 2, 2),
        (3, 4, 5, 2),
        (9, 1, 0, 3),
        (12, 0, 0, 0),
        (0, 7, 0, 5),
        (2, 2, 2, 2),
        (4, 4, 1, 5),
    ],
)
def test_newcombes_tenth_method(table: tuple[int, int, int, int]) -> None:
    both, only_a, only_b, neither = table
    n = sum(table)
    first = np.repeat([True, True, False, False], table)
    second = np.repeat([True, False, True, False], table)
    a, b = both + only_a, both + only_b
    (low_a, high_a), (low_b, high_b) = (proportion_confint(k, n, method="wilson") for k in (a, b))
    size = a * (n - a) * b * (n - b)
    cross = both * neither - only_a * only_b
    if cross > n / 2:
        cross -= n / 2  # type: ignore[assignment]
    elif cross >= 0:
        cross = 0
    phi, pa, pb = (cross / np.sqrt(size) if size else 0.0), a / n, b / n
    down = np.sqrt((pa - low_a) ** 2 - 2 * phi * (pa - low_a) * (high_b - pb) + (high_b - pb) ** 2)
    up = np.sqrt((high_a - pa) ** 2 - 2 * phi * (high_a - pa) * (pb - low_b) + (pb - low_b) ** 2)
    found = mcnemar(first, second)
    assert (found.low, found.high) == pytest.approx((pa - pb - down, pa - pb + up), abs=1e-9)


@pytest.mark.parametrize("table", [(5, 3, 4, 4), (9, 2, 3, 11), (6, 0, 2, 5), (4, 4, 4, 4), (7, 1, 0, 9)])
def test_ratios_and_predictive_values_of_independent_cases(table: tuple[int, int, int, int]) -> None:
    a, b, c, d = np.array(table) + (0.5 if 0 in table else 0)
    spread = np.sqrt(1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))
    middle = np.log(a / (a + b) / (c / (c + d)))
    ends = np.exp([middle - Z * spread, middle + Z * spread])
    assert [float(end) for end in intervals(*table)["lr_positive"]] == pytest.approx(ends)
    below = np.sqrt(1 / b - 1 / (a + b) + 1 / d - 1 / (c + d))
    lower = np.log(b / (a + b) / (d / (c + d)))
    ends = np.exp([lower - Z * below, lower + Z * below])
    assert [float(end) for end in intervals(*table)["lr_negative"]] == pytest.approx(ends)
    (_, *ppv), (_, *npv) = predictive_values(table, [0.3])
    odds = logit(0.3)
    assert [float(end[0]) for end in ppv] == pytest.approx(
        expit([middle + odds - Z * spread, middle + odds + Z * spread])
    )
    assert [float(end[0]) for end in npv] == pytest.approx(
        expit([-lower - odds - Z * below, -lower - odds + Z * below])
    )


def test_wilson_ends_exactly_where_none_or_all_are_counted() -> None:
    for n in range(1, 300):
        low, high = wilson([0, n], n)
        assert (low[0], high[1]) == (0.0, 1.0)
        assert (high[0], low[1]) == pytest.approx((Z**2 / (n + Z**2), n / (n + Z**2)))
    assert np.isnan(wilson(0, 0)).all()


def test_two_cases_have_one_degree_of_freedom() -> None:
    _, low, high = (float(end) for end in net_benefit([1, 0], [0.8, 0.1], 0.5))
    assert (low, high) == pytest.approx((0.5 - student.ppf(0.975, 1) * 0.5, 0.5 + student.ppf(0.975, 1) * 0.5))
    assert np.isnan(net_benefit([1], [0.8], 0.5)[1])


def test_cochrans_q_by_hand() -> None:
    found = heterogeneity([1.0, 2.0, 4.0], [1, 2, 4])
    mean = (1 / 1 + 2 / 2 + 4 / 4) / (1 + 1 / 2 + 1 / 4)
    q = (1 - mean) ** 2 + (2 - mean) ** 2 / 2 + (4 - mean) ** 2 / 4
    assert (found.q, found.freedom, found.p) == (pytest.approx(q), 2, pytest.approx(chi2.sf(q, 2)))


def test_youden_of_many_samples_at_once_is_that_of_each() -> None:
    random = np.random.default_rng(0)
    for _ in range(60):
        ill = random.random(14) < 0.4
        value = np.sort(random.integers(0, 6, 14) / 5.0)[::-1]
        kept = random.random((8, 14)) < 0.6
        for own, cut in zip(kept, _youden(value, ill, kept), strict=True):
            both = 0 < ill[own].sum() < own.sum()
            assert cut == pytest.approx(youden(ill[own].astype(int), value[own])) if both else np.isnan(cut)


def test_a_cut_offs_interval_holds_the_middle_of_the_draws() -> None:
    labels, scores = np.arange(12) % 2, np.arange(12) / 12
    found: list[float] = []

    def count(truth: np.ndarray, value: np.ndarray) -> float:
        found.append(float(len(found)))
        return found[-1]

    low, high = cutoff_interval(labels, scores, range(12), count, draws=400)
    assert (low, high) == pytest.approx((0.025 * (len(found) - 1), 0.975 * (len(found) - 1)))


def test_needles_of_each_draw_by_search() -> None:
    random = np.random.default_rng(6)
    weights = random.integers(0, 3, (40, 12)).astype(np.float32)
    called, drawn = B >= 0.4, []
    for weight in weights:
        needed = weight[called & (TRUTH == 1)].sum()
        sent = 0.0
        if needed > 0:
            cuts = [cut for cut in np.unique(A) if weight[(cut <= A) & (TRUTH == 1)].sum() >= needed]
            sent = weight[max(cuts) <= A].sum()
        drawn.append(100 * (weight[called].sum() - sent) / weight.sum())
    found = spared(TRUTH, A, called.astype(int), weights)
    assert found is not None
    assert (found.low, found.high) == pytest.approx(tuple(np.percentile(drawn, [2.5, 97.5])))
    assert found.sensitivity == called[TRUTH == 1].mean()
    assert (found.cutoff <= A)[TRUTH == 1].mean() >= found.sensitivity


def test_readers_who_do_not_differ_or_vary() -> None:
    alike = random_readers([0.125, 0.125, 0.125], np.full((3, 3), 0.015625))
    assert (alike.variance, alike.freedom) == (pytest.approx(0.015625), np.inf)
    assert alike.p == pytest.approx(2 * norm.sf(1))
    for none in (random_readers([0.2, 0.2], np.zeros((2, 2))), fixed_readers([0.2, 0.2], np.zeros((2, 2)))):
        assert (none.value, none.variance, none.freedom) == (pytest.approx(0.2), 0, np.inf)
        assert np.isnan([none.low, none.high, none.p]).all()
    varied = random_readers([0.0, 0.2], np.full((2, 2), -0.5))  # a negative covariance counts as none
    assert (varied.variance, varied.freedom) == (pytest.approx(0.01), pytest.approx(1))
    fixed = fixed_readers([0.0, 0.2], [[0.05, 0.01], [0.01, 0.03]])
    half = Z * np.sqrt((0.04 + 0.01) / 2)
    assert (fixed.low, fixed.high) == pytest.approx((0.1 - half, 0.1 + half))
