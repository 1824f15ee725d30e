"""AUC, its interval and the paired test against brute force, scikit-learn and permutations."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import logit
from scipy.stats import beta, norm
from sklearn.metrics import roc_auc_score, roc_curve

from sera_core.contracts import BadInput
from sera_core.evaluate.band import band
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.roc import auc, curve


def drawn(seed: int, positives: int = 23, negatives: int = 31, levels: int | None = 7) -> tuple[np.ndarray, np.ndarray]:
    """Overlapping scores in random row order; few levels make many ties."""
    random = np.random.default_rng(seed)
    labels = random.permutation(np.r_[np.ones(positives, int), np.zeros(negatives, int)])
    scores = random.normal(labels * 0.9, 1)
    return labels, np.round(scores * levels / 4) if levels else scores


def components(labels: np.ndarray, scores: np.ndarray) -> tuple[list[float], list[float]]:
    """DeLong's structural components by their definition: a loop over all pairs."""

    def psi(x: float, y: float) -> float:
        return 1.0 if x > y else 0.5 if x == y else 0.0

    positive, negative = scores[labels == 1], scores[labels == 0]
    return (
        [sum(psi(x, y) for y in negative) / len(negative) for x in positive],
        [sum(psi(x, y) for x in positive) / len(positive) for y in negative],
    )


def covariance(first: list[float], second: list[float]) -> float:
    a, b = sum(first) / len(first), sum(second) / len(second)
    return sum((x - a) * (y - b) for x, y in zip(first, second, strict=True)) / (len(first) - 1)


@pytest.mark.parametrize("levels", [2, 7, None])
@pytest.mark.parametrize("seed", range(5))
def test_auc_equals_pairs_and_scikit_learn(seed: int, levels: int | None) -> None:
    labels, scores = drawn(seed, levels=levels)
    by_pairs = np.mean(components(labels, scores)[0])
    found = auc(labels, scores)
    assert found.value == pytest.approx(by_pairs, abs=1e-12)
    assert found.value == pytest.approx(roc_auc_score(labels, scores), abs=1e-12)
    assert (found.positives, found.negatives) == (23, 31)


@pytest.mark.parametrize("levels", [2, 7, None])
def test_variance_equals_the_double_loop_over_structural_components(levels: int | None) -> None:
    labels, scores = drawn(3, levels=levels)
    v10, v01 = components(labels, scores)
    expected = covariance(v10, v10) / len(v10) + covariance(v01, v01) / len(v01)
    assert auc(labels, scores).variance == pytest.approx(expected, rel=1e-12)


def test_interval_is_the_one_of_the_logit_scale() -> None:
    labels, scores = drawn(4, 41, 52)
    found = auc(labels, scores)
    spread = 1.959963984540054 * math.sqrt(found.variance) / (found.value * (1 - found.value))
    assert logit(found.value) - logit(found.low) == pytest.approx(spread)
    assert logit(found.high) - logit(found.value) == pytest.approx(spread)
    assert found.method == "DeLong, logit"


def test_interval_covers_the_true_area_about_as_often_as_it_says() -> None:
    """Two normals one standard deviation apart have an AUC of Phi(1 / sqrt 2) = 0.7602."""
    truth = 0.5 * (1 + math.erf(0.5))
    hits = 0
    for seed in range(400):
        random = np.random.default_rng(seed)
        labels = np.repeat([0, 1], [40, 30])
        found = auc(labels, random.normal(labels, 1.0))
        hits += found.low <= truth <= found.high
    assert 0.92 <= hits / 400 <= 0.98


def test_perfect_separation_gets_clopper_pearsons_bound_for_independent_pairs() -> None:
    labels, scores = np.repeat([0, 1], [9, 6]), np.arange(15.0)
    found = auc(labels, scores)
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(beta.ppf(0.025, 6, 1))
    turned = auc(labels, -scores)
    assert (turned.value, turned.low) == (0.0, 0.0)
    assert turned.high == pytest.approx(1 - found.low)
    assert "Clopper" in found.method


def test_two_cases_and_all_equal_scores_claim_nothing() -> None:
    assert (auc([0, 1], [0.2, 0.7]).value, auc([0, 1], [0.2, 0.7]).low) == (1.0, pytest.approx(0.025))
    equal = auc([0, 1, 0, 1, 1], [0.3] * 5)
    assert (equal.value, equal.low, equal.high) == (0.5, 0.0, 1.0)
    assert "Clopper" not in equal.method
    assert "cannot be known" in equal.method


def test_a_single_case_of_one_class_has_no_variance() -> None:
    found = auc([1] + [0] * 50, np.r_[30.5, np.arange(50.0)])
    assert math.isnan(found.variance)
    assert (found.low, found.high) == (0.0, 1.0)
    assert "Clopper" not in found.method


def test_five_cancers_among_a_hundred_benign_get_an_interval_that_can_be_trusted() -> None:
    """With the normal quantile in place of Student's it would hold the true area 0.90 of the time."""
    truth, hits = norm.cdf(1 / np.sqrt(2)), 0
    labels = np.repeat([0, 1], [100, 5])
    for seed in range(1500):
        found = auc(labels, np.random.default_rng(seed).normal(labels, 1.0))
        hits += found.low <= truth <= found.high
    assert 0.93 <= hits / 1500 <= 0.98
    assert "Student" in found.method


@pytest.mark.parametrize(
    ("labels", "scores", "code"),
    [
        ([1, 1], [0.1, 0.2], "one_class"),
        ([], [], "one_class"),
        ([0, 1], [0.1], "lengths"),
        ([0, 2], [0.1, 0.2], "values"),
        ([0, 0.7], [0.1, 0.2], "values"),
        ([0, float("nan")], [0.1, 0.2], "values"),
        ([0, 1], [0.1, float("nan")], "values"),
        ([0, 1], [0.1, float("inf")], "values"),
    ],
)
def test_impossible_input_is_refused(labels: list, scores: list, code: str) -> None:
    with pytest.raises(BadInput) as refusal:
        auc(labels, scores)
    assert refusal.value.code == code


cases = st.lists(st.tuples(st.integers(0, 1), st.integers(-20, 20)), min_size=4, max_size=40).filter(
    lambda rows: {label for label, _ in rows} == {0, 1}
)


@settings(max_examples=150, deadline=None)
@given(cases, st.randoms(use_true_random=False))
def test_properties_of_the_area(rows: list[tuple[int, int]], random) -> None:  # type: ignore[no-untyped-def]
    labels, scores = (np.array(column) for column in zip(*rows, strict=True))
    found = auc(labels, scores)
    assert 0 <= found.low <= found.value <= found.high <= 1
    warped = auc(labels, np.exp(scores / 7) - 3)
    assert (warped.value, warped.low, warped.high) == (found.value, found.low, found.high)
    order = random.sample(range(len(rows)), len(rows))
    shuffled = auc(labels[order], scores[order])
    assert shuffled.value == pytest.approx(found.value, abs=1e-12)
    assert shuffled.low == pytest.approx(found.low, abs=1e-9)
    assert auc(labels, -scores).value == pytest.approx(1 - found.value, abs=1e-12)
    assert auc(1 - labels, scores).value == pytest.approx(1 - found.value, abs=1e-12)


def test_curve_equals_scikit_learn_at_every_threshold() -> None:
    labels, scores = drawn(6)
    for ours, theirs in zip(curve(labels, scores), roc_curve(labels, scores, drop_intermediate=False), strict=True):
        np.testing.assert_allclose(ours, theirs)


def test_small_sets_agree_with_all_their_orderings() -> None:
    """Every ordering of five cases: the area is the share of concordant pairs."""
    labels = np.array([1, 0, 1, 0, 0])
    for scores in itertools.permutations(range(5)):
        concordant = sum(scores[p] > scores[n] for p in (0, 2) for n in (1, 3, 4))
        assert auc(labels, scores).value == pytest.approx(concordant / 6)


@pytest.mark.parametrize("levels", [3, 9, None])
@pytest.mark.parametrize("low", [0.5, 0.8, 0.0])
def test_partial_area_equals_scikit_learn_with_the_classes_exchanged(low: float, levels: int | None) -> None:
    """Sensitivity low ... 1 is the false-positive share 0 ... 1 - low of the mirrored problem."""
    labels, scores = drawn(11, 40, 37, levels)
    expected = roc_auc_score(1 - labels, -scores, max_fpr=1 - low)
    assert partial_auc(labels, scores, low, 1.0).value == pytest.approx(expected, abs=1e-12)


def test_partial_areas_of_neighbouring_ranges_add_up_to_the_whole() -> None:
    labels, scores = drawn(12, 30, 30, 8)

    def raw(low: float, high: float) -> float:
        least, most = (high - low) - (high**2 - low**2) / 2, high - low
        return least + (2 * partial_auc(labels, scores, low, high).value - 1) * (most - least)

    assert raw(0, 0.33) + raw(0.33, 0.7) + raw(0.7, 1) == pytest.approx(auc(labels, scores).value)


def test_partial_area_over_everything_is_the_area_with_delongs_variance() -> None:
    labels, scores = drawn(13, levels=None)
    whole, part = auc(labels, scores), partial_auc(labels, scores, 0, 1)
    assert (part.value, part.low, part.high) == pytest.approx((whole.value, whole.low, whole.high))


def test_partial_interval_covers_the_true_part_about_as_often_as_it_says() -> None:
    """Two normals 1.2 apart; the true standardised area over sensitivities 0.7 ... 1 by numerical integration."""
    grid = np.linspace(0.7, 1, 20001)
    raw = np.trapezoid(norm.cdf(norm.ppf(1 - grid) + 1.2), grid)
    least = 0.3 - (1 - 0.49) / 2
    truth = 0.5 * (1 + (raw - least) / (0.3 - least))
    hits = 0
    for seed in range(300):
        labels = np.repeat([0, 1], [70, 60])
        found = partial_auc(labels, np.random.default_rng(seed).normal(1.2 * labels, 1.0), 0.7, 1.0)
        hits += found.low <= truth <= found.high
    assert 0.91 <= hits / 300 <= 0.985


def test_partial_area_of_perfect_and_constant_scores() -> None:
    perfect = partial_auc([0, 0, 1, 1], [1, 2, 3, 4], 0.8, 1)
    assert perfect.value == pytest.approx(1)
    assert math.isnan(perfect.low)
    assert "no interval" in perfect.method
    assert partial_auc([0, 1, 0, 1], [1, 1, 1, 1], 0.8, 1).value == pytest.approx(0.5)
    with pytest.raises(BadInput, match="range"):
        partial_auc([0, 1], [1, 2], 0.9, 0.9)


def test_band_covers_the_true_curve_about_as_often_as_it_says() -> None:
    at = np.array([0.1, 0.3, 0.6])
    truth = norm.cdf(norm.ppf(at) + 1.0)
    hits = np.zeros(3)
    for seed in range(300):
        labels = np.repeat([0, 1], [80, 60])
        low, high = band(labels, np.random.default_rng(seed).normal(labels, 1.0), at)
        hits += (low <= truth) & (truth <= high)
    assert ((hits / 300 >= 0.91) & (hits / 300 <= 0.99)).all()


def test_band_keeps_its_width_where_every_positive_is_found() -> None:
    low, high = band(np.repeat([0, 1], 20), np.arange(40.0), [0.0, 0.5, 1.0])
    assert (low < 0.97).all()
    assert (high > 0.97).all()


def test_above_a_tie_of_both_classes_no_case_is_found() -> None:
    """The grade 5 of both classes: at a specificity of 1 the sensitivity is 0, and nothing else."""
    labels = np.r_[np.ones(41, int), np.zeros(72, int)]
    grades = np.r_[np.repeat([1, 2, 4, 5], [5, 8, 16, 12]), np.repeat([1, 2, 4, 5], [38, 20, 10, 4])]
    low, high = band(labels, grades, [0.0, 0.3])
    assert (low[0], high[0]) == (0, 0)
    assert low[1] < 0.7 < high[1]
    free = band(labels, grades + labels, [0.0])
    assert free[1][0] > 0


def test_band_of_copied_images_is_that_of_the_patients() -> None:
    labels, scores = drawn(20, 60, 50, None)
    at = [0.1, 0.3, 0.6]
    once = band(labels, scores, at, draws=4000, patients=np.arange(110))
    copied = band(*(np.tile(part, 5) for part in (labels, scores)), at, draws=4000, patients=np.tile(np.arange(110), 5))
    np.testing.assert_allclose(copied, once, atol=0.03)
    pretended = band(*(np.tile(part, 5) for part in (labels, scores)), at, draws=4000)
    assert (np.diff(pretended, axis=0) < 0.6 * np.diff(once, axis=0)).all()


def test_clustered_variance_is_delongs_where_every_patient_has_one_image() -> None:
    labels, scores = drawn(20, 60, 50, None)
    found, plain = auc(labels, scores, patients=np.arange(110)), auc(labels, scores)
    assert found.value == plain.value
    assert found.variance == pytest.approx(plain.variance)
    assert found.method.startswith("Obuchowski, logit")


def test_clustered_variance_is_near_that_of_a_bootstrap_of_patients() -> None:
    random = np.random.default_rng(21)
    patients = np.repeat(np.arange(90), random.integers(1, 6, 90))
    labels = np.where(random.random(len(patients)) < 0.2, 1, 0) | (random.random(90) < 0.4).astype(int)[patients]
    scores = labels + random.normal(0, 1, 90)[patients] + random.normal(0, 0.5, len(patients))
    found = auc(labels, scores, patients=patients)
    rows = [np.flatnonzero(patients == k) for k in range(90)]
    drawn_areas = []
    for _ in range(800):
        picked = np.concatenate([rows[k] for k in random.integers(0, 90, 90)])
        drawn_areas.append(auc(labels[picked], scores[picked]).value)
    assert np.sqrt(found.variance) == pytest.approx(np.std(drawn_areas), rel=0.12)
    assert found.variance > 1.3 * auc(labels, scores).variance


def test_copies_of_the_images_do_not_narrow_the_clustered_interval() -> None:
    labels, scores = drawn(22, 30, 30, None)
    once = auc(labels, scores, patients=np.arange(60))
    many = [np.tile(part, 7) for part in (labels, scores, np.arange(60))]
    copied = auc(many[0], many[1], patients=many[2])
    assert (copied.low, copied.high) == pytest.approx((once.low, once.high))
    part, parts = (partial_auc(*case[:2], 0.6, 1, patients=case[2]) for case in ((labels, scores, np.arange(60)), many))
    assert (part.low, part.high) == pytest.approx((parts.low, parts.high), abs=0.02)
    perfect = auc([0, 0, 0, 1, 1, 1], [1, 2, 3, 4, 5, 6], patients=[0, 0, 0, 1, 2, 3])
    assert (perfect.low, perfect.high) == pytest.approx(
        (0.025, 1)
    )  # one healthy patient bounds nothing, however many images
