"""Intervals where patients have several images, against sums of each patient's influence in plain loops."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.special import expit, logit
from scipy.stats import beta
from scipy.stats import t as student
from statsmodels.stats.proportion import proportion_confint

from sera_core.evaluate.agreement import cohen, fleiss
from sera_core.evaluate.band import band
from sera_core.evaluate.calibration import brier, line, reliability
from sera_core.evaluate.netbenefit import net_benefit, predictive_values
from sera_core.evaluate.noninferior import share_p
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.placements import placements, spread_of
from sera_core.evaluate.proportion import counts
from sera_core.evaluate.readers import jackknife
from sera_core.evaluate.roc import curve
from sera_core.evaluate.spread import by_patient, mean_half
from sera_core.evaluate.tally import Tally

PATIENTS = np.array([0, 0, 1, 1, 1, 2, 3, 3, 4, 5, 5, 5, 5, 6, 7, 7, 8, 9, 9, 9])
TRUTH = np.array([1, 0, 1, 1, 0, 0, 1, 0, 0, 1, 1, 0, 1, 0, 1, 0, 1, 0, 0, 1])
P = np.array([8, 3, 6, 7, 4, 2, 5, 6, 1, 9, 3, 5, 8, 2, 7, 4, 6, 1, 3, 4]) / 10
PEOPLE, COUNT = range(10), len(TRUTH)


def spread(moved: np.ndarray) -> float:
    """Standard error of an estimate from what each case moves it by, patients independent."""
    sums = [sum(m for m, who in zip(moved, PATIENTS, strict=True) if who == patient) for patient in PEOPLE]
    return float(np.sqrt(10 / 9 * sum(s**2 for s in sums)))


def half(moved: np.ndarray) -> float:
    return float(student.ppf(0.975, 9)) * spread(moved)


def influence(estimate: Callable[[np.ndarray], float], step: float = 1e-5) -> np.ndarray:
    """How an estimate moves with the weight of each case (of all together 1), by differences."""
    moved = np.empty(COUNT)
    for k in range(COUNT):
        ends = []
        for sign in (-1, 1):
            weight = np.full(COUNT, 1 / COUNT)
            weight[k] += sign * step
            ends.append(estimate(weight / weight.sum()))
        moved[k] = (ends[1] - ends[0]) / (2 * step * COUNT)
    return moved


def test_both_kappas() -> None:
    a, b = P >= 0.5, (TRUTH == 1) ^ (np.arange(COUNT) % 7 == 0)
    c = P >= 0.3

    def two(weight: np.ndarray) -> float:
        chance = (weight @ a) * (weight @ b) + (weight @ ~a) * (weight @ ~b)
        return float((weight @ (a == b) - chance) / (1 - chance))

    def three(weight: np.ndarray) -> float:
        yes = a.astype(int) + b + c
        share = weight @ yes / 3
        chance = share**2 + (1 - share) ** 2
        return float((weight @ np.isin(yes, (0, 3)) + weight @ np.isin(yes, (1, 2)) / 3 - chance) / (1 - chance))

    even = np.full(COUNT, 1 / COUNT)
    for found, estimate, factor in (
        (cohen(a, b, PATIENTS), two, 1.0),
        (fleiss(np.stack([a, b, c], axis=1), PATIENTS), three, np.sqrt(COUNT / (COUNT - 1))),  # Gwet's n - 1
    ):
        reach = half(influence(estimate)) * factor
        assert found.value == pytest.approx(estimate(even))
        assert (found.low, found.high) == pytest.approx((found.value - reach, min(found.value + reach, 1)), rel=1e-6)
        assert found.n == COUNT


def test_means_differences_and_net_benefit() -> None:
    error = (P - TRUTH) ** 2
    reach = half((error - error.mean()) / COUNT)
    assert mean_half(error, PATIENTS) == pytest.approx(reach)
    found = brier(TRUTH, P, PATIENTS)
    assert (found.low, found.high) == pytest.approx((max(error.mean() - reach, 0), error.mean() + reach))
    worth = np.where(P >= 0.4, np.where(TRUTH == 1, 1, -0.4 / 0.6), 0)
    benefit, low, high = (float(end[0]) for end in net_benefit(TRUTH, P, [0.4], PATIENTS))
    reach = half((worth - worth.mean()) / COUNT)
    assert (benefit, low, high) == pytest.approx((worth.mean(), worth.mean() - reach, worth.mean() + reach))


def test_two_shares_and_the_margin_between_them() -> None:
    a, b = (P >= 0.5) == (TRUTH == 1), (P >= 0.2) == (TRUTH == 1)
    gap = a.astype(float) - b
    moved = (gap - gap.mean()) / COUNT
    found = mcnemar(a, b, PATIENTS)
    assert (found.low, found.high) == pytest.approx((gap.mean() - half(moved), gap.mean() + half(moved)))
    for margin in (0.05, 0.3):
        wanted = student.sf((gap.mean() + margin) / spread(moved), 9)
        assert share_p(a, b, margin, PATIENTS) == pytest.approx(wanted)
    assert np.isnan(share_p(a, a, 0.1, PATIENTS))


def korn(inside: np.ndarray, hit: np.ndarray) -> tuple[float, float]:
    """Wilson's interval with Korn and Graubard's effective number of cases, times (z / t)^2."""
    share, groups = hit[inside].mean(), len(set(PATIENTS[inside]))
    moved = [((hit[inside] - share) * (PATIENTS[inside] == who)).sum() / inside.sum() for who in set(PATIENTS[inside])]
    variance = groups / (groups - 1) * np.square(moved).sum() if groups > 1 else 0
    effective = min(share * (1 - share) / variance if variance > 0 else groups, inside.sum())
    if groups == 1:
        return 0.0, 1.0
    effective *= (1.959963985 / student.ppf(0.975, groups - 1)) ** 2
    low, high = proportion_confint(share * effective, effective, method="wilson")
    return low, high


def test_shares_of_a_table_and_of_each_bin() -> None:
    called, ill = P >= 0.5, TRUTH == 1
    told = Tally.of(TRUTH, called, PATIENTS).intervals()
    for metric, inside, hit in (
        ("sensitivity", ill, called),
        ("specificity", ~ill, ~called),
        ("accuracy", ill | ~ill, called == ill),
        ("ppv", called, ill),
        ("npv", ~called, ~ill),
    ):
        assert told[metric] == pytest.approx(korn(inside, hit), abs=1e-7), metric
    share = np.array(korn(called | ill, called & ill))
    assert told["f1"] == pytest.approx(2 * share / (1 + share), abs=1e-7)
    bins = reliability(TRUTH, P, bins=3, patients=PATIENTS)
    for k in range(3):
        inside = (np.minimum(P * 3, 2).astype(int)) == k
        assert (bins.low[k], bins.high[k]) == pytest.approx(korn(inside, ill), abs=1e-7)
        assert (bins.predicted[k], bins.observed[k], bins.count[k]) == pytest.approx(
            (P[inside].mean(), TRUTH[inside].mean(), inside.sum())
        )


def ratios(weight: np.ndarray) -> tuple[float, float]:
    """Logs of both likelihood ratios at 0.5."""
    hit, alarm = (float(weight[(k == TRUTH) & (P >= 0.5)].sum() / weight[k == TRUTH].sum()) for k in (1, 0))
    return float(np.log(hit / alarm)), float(np.log((1 - hit) / (1 - alarm)))


def test_likelihood_ratios_and_predictive_values() -> None:
    tally, even = Tally.of(TRUTH, P >= 0.5, PATIENTS), np.full(COUNT, 1 / COUNT)
    freedom = min(len(set(PATIENTS[k == TRUTH])) for k in (0, 1)) - 1
    values = predictive_values(counts(TRUTH, P, 0.5), [0.1], tally)
    for k, metric in enumerate(("lr_positive", "lr_negative")):
        reach = student.ppf(0.975, freedom) * spread(influence(lambda w, k=k: ratios(w)[k]))
        middle = ratios(even)[k]
        assert tally.intervals()[metric] == pytest.approx(np.exp([middle - reach, middle + reach]), rel=1e-6)
        odds = logit(0.1) if k == 0 else -logit(0.1)
        turned = middle if k == 0 else -middle
        ends = [float(end[0]) for end in values[k][1:]]
        assert ends == pytest.approx(expit([turned + odds - reach, turned + odds + reach]), rel=1e-6)


def test_an_empty_count_is_filled_and_its_variance_enlarged_by_the_images_of_a_patient() -> None:
    truth, called, who = np.array([1, 1, 1, 0, 0, 0]), np.array([1, 1, 1, 1, 0, 0], bool), np.array([0, 0, 1, 2, 2, 3])
    middle, variance, freedom = Tally.of(truth, called, who).log_ratio((0, 1), (2, 3))
    a, b, c, d = 3.5, 0.5, 1.5, 2.5
    assert middle == pytest.approx(np.log(a / (a + b) / (c / (c + d))))
    assert variance == pytest.approx((1 / a - 1 / (a + b) + 1 / c - 1 / (c + d)) * 6 / 4)
    assert freedom == 1


def test_areas_whose_patients_have_images_of_both_classes() -> None:
    part = placements(TRUTH, P, PATIENTS)
    ill, well = PATIENTS[TRUTH == 1], PATIENTS[TRUTH == 0]
    up = np.array([(part.positive[ill == k] - part.value).sum() / len(ill) for k in PEOPLE])
    down = np.array([(part.negative[well == k] - part.value).sum() / len(well) for k in PEOPLE])
    i, j = len(set(ill)), len(set(well))
    first, second = i / (i - 1) * (up @ up), j / (j - 1) * (down @ down)
    found = spread_of(part.positive, part.negative, part.patients)
    assert found.variance == pytest.approx(first + second + 2 * 10 / 9 * (up @ down))
    assert found.freedom == pytest.approx((first + second) ** 2 / (first**2 / (i - 1) + second**2 / (j - 1)))


def test_the_readers_jackknife_leaves_out_whole_patients() -> None:
    other = np.round(1 - P + TRUTH / 2, 1)
    areas = []
    for score in (P, other):
        areas.append([placements(TRUTH[k != PATIENTS], score[k != PATIENTS]).value for k in PEOPLE])
    found = jackknife([placements(TRUTH, score) for score in (P, other)], TRUTH, [P, other], PATIENTS)
    np.testing.assert_allclose(found, 9 / 10 * 10 * np.cov(areas, bias=True))


@pytest.mark.parametrize("images", [PATIENTS, np.repeat([0, 1], 10)])
def test_slope_and_intercept_leave_out_each_patient_in_one_step_of_newtons(images: np.ndarray) -> None:
    x, people = logit(P), np.unique(images)
    found = line(TRUTH, P, images)
    plain = line(TRUTH, P)
    assert (found.slope, found.intercept) == (plain.slope, plain.intercept)
    basis = np.stack([np.ones(COUNT), x], axis=1)
    both = np.zeros(2)
    for _ in range(50):
        p = expit(basis @ both)
        both = both + np.linalg.solve((basis.T * (p * (1 - p))) @ basis, basis.T @ (TRUTH - p))
    p, level = expit(basis @ both), expit(x + found.intercept)
    moved, shifted = [], []
    for who in people:
        rest, own = images != who, images == who
        bend = (basis[rest].T * (p * (1 - p))[rest]) @ basis[rest]
        moved.append(np.linalg.solve(bend, basis[own].T @ (TRUTH - p)[own])[1])
        shifted.append((TRUTH - level)[own].sum() / (level * (1 - level))[rest].sum())
    g = len(people)
    for value, low, high, parts in (
        (both[1], found.slope_low, found.slope_high, moved),
        (found.intercept, found.intercept_low, found.intercept_high, shifted),
    ):
        reach = student.ppf(0.975, g - 1) * np.sqrt((g - 1) / g * np.square(parts).sum())
        assert (low, high) == pytest.approx((value - reach, value + reach), rel=1e-6)


@pytest.mark.parametrize("several", [False, True])
def test_the_band_is_that_of_a_beta_within_a_beta(several: bool) -> None:
    """Its ends by integration, from as many cases as the patients at the threshold are worth."""
    false_positive, sensitivity, threshold = curve(TRUTH, P)
    last = np.append(np.diff(false_positive) > 0, True)
    for share in (0.1, 0.4, 0.6):
        cut = threshold[np.flatnonzero(false_positive <= share)[-1]]
        sizes = []
        for k in (1, 0):
            inside = k == TRUTH
            above, groups = (cut <= P)[inside], set(PATIENTS[inside])
            sums = [((above - above.mean()) * (PATIENTS[inside] == who)).sum() / inside.sum() for who in groups]
            variance = len(groups) / (len(groups) - 1) * np.square(sums).sum()
            worth = above.mean() * (1 - above.mean()) / variance if variance > 0 else len(groups)
            sizes.append(min(worth, inside.sum()) if several else inside.sum())
        m, n = sizes
        drawn = beta.ppf((np.arange(4000) + 0.5) / 4000, share * n + 0.5, (1 - share) * n + 0.5)
        hit = np.interp(drawn, false_positive[last], sensitivity[last])

        def below(x: float, hit: np.ndarray = hit, m: float = m) -> float:
            return float(beta.cdf(x, hit * m + 0.5, (1 - hit) * m + 0.5).mean())

        low, high = (float(end[0]) for end in band(TRUTH, P, [share], 40_000, PATIENTS if several else None))
        for end, tail in ((low, 0.025), (high, 0.975)):
            assert end == pytest.approx(brentq(lambda x, tail=tail: below(x) - tail, 0, 1, xtol=1e-4), abs=0.01)


def test_a_patients_values_are_added_up_under_any_name() -> None:
    assert by_patient([1, 2, 4], ["b", "a", "b"]).tolist() == [2.0, 5.0]
