"""The calibration curve without bins: known truth, simulation, statsmodels on the same spline, R in test_r."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy.special import expit, logit
from scipy.stats import norm
from scipy.stats import t as student

from sera_core.evaluate.calibration import reliability
from sera_core.evaluate.compare import calibrations
from sera_core.evaluate.smooth import KNOTS, smooth
from tests.predicted import made_up, read


def test_the_curve_is_the_truth_and_its_distance_known() -> None:
    random = np.random.default_rng(0)
    p = expit(random.normal(0, 1.2, 40_000))
    true = expit(0.6 * logit(p) - 0.3)
    found = smooth((random.random(len(p)) < true).astype(int), p)
    assert found is not None
    gap = np.abs(true - p)
    assert (found.ici, found.e50, found.e90) == pytest.approx(
        (gap.mean(), np.median(gap), np.quantile(gap, 0.9)), abs=0.012
    )
    inside = np.abs(found.curve.predicted - 0.5) < 0.35
    at = found.curve.predicted[inside]
    assert found.curve.observed[inside] == pytest.approx(expit(0.6 * logit(at) - 0.3), abs=0.03)


@pytest.mark.parametrize("images", [1, 3])
def test_its_interval_holds_the_truth(images: int) -> None:
    hits = []
    for seed in range(150):
        random = np.random.default_rng(seed)
        taste = np.repeat(random.normal(0, 0.8, 150), images)
        p = expit(taste + random.normal(0, 0.6, 150 * images))
        true = expit(0.7 * logit(p))
        shared = np.repeat(random.random(150), images)  # the images of a patient have one label where they can
        found = smooth((shared < true).astype(int), p, np.repeat(np.arange(150), images) if images > 1 else None)
        assert found is not None
        at = [np.argmin(np.abs(found.curve.predicted - one)) for one in (0.3, 0.5, 0.7)]
        truth = expit(0.7 * logit(found.curve.predicted[at]))
        hits += list((found.curve.low[at] <= truth) & (truth <= found.curve.high[at]))
    assert 0.92 <= np.mean(hits) <= 0.985


def test_few_or_equal_probabilities_have_no_curve_and_many_are_sampled() -> None:
    assert smooth([0, 1] * 10, np.linspace(0.1, 0.9, 20)) is None
    assert smooth([0, 1] * 50, np.full(100, 0.4)) is None
    labels = np.arange(120_000) % 2
    assert smooth(labels, np.clip(labels * 0.2 + np.linspace(0.1, 0.7, 120_000), 0, 1)) is not None


def test_bins_of_equal_count_have_as_many_cases_and_every_model_has_all_curves() -> None:
    random = np.random.default_rng(2)
    p = random.beta(1, 5, 200)
    found = reliability((random.random(200) < p).astype(int), p, equal="count")
    assert found.count.tolist() == [20] * 10
    assert reliability([0, 1, 1, 0], [0.3, 0.3, 0.3, 0.3], equal="count").count.sum() == 4
    for one in calibrations(read(made_up())):
        assert {"ici", "e50", "e90"} <= {row.metric for row in one.rows}
        assert one.drawn("smooth") is one.smooth
        assert one.drawn("count").count.sum() == one.drawn("width").count.sum() == 120


@pytest.mark.parametrize("images", [1, 3])
def test_the_smooth_curve_is_statsmodels_on_the_same_spline(images: int) -> None:
    random = np.random.default_rng(3)
    p = random.uniform(0.05, 0.95, 150)
    truth = (random.random(150) < expit(0.6 * logit(p) + 0.3)).astype(int)
    who, x = np.arange(150) // images, logit(p)
    knots = np.quantile(x, KNOTS)

    def basis(at: np.ndarray) -> np.ndarray:
        """Harrell's restricted cubic spline."""

        def cube(knot: float) -> np.ndarray:
            return np.maximum(at - knot, 0) ** 3

        last, before = knots[3], knots[2]
        terms = [
            (cube(k) - cube(before) * (last - k) / (last - before) + cube(last) * (before - k) / (last - before))
            / (last - knots[0]) ** 2
            for k in knots[:2]
        ]
        return np.stack([np.ones_like(at), at, *terms], axis=1)

    kind = {} if images == 1 else {"cov_type": "cluster", "cov_kwds": {"groups": who, "use_correction": False}}
    fitted = sm.GLM(truth, basis(x), family=sm.families.Binomial()).fit(tol=1e-12, **kind)
    groups = len(set(who))
    cover = fitted.cov_params() * (1 if images == 1 else groups / (groups - 1))
    found = smooth(truth, p, None if images == 1 else who)
    assert found is not None
    grid = np.linspace(p.min(), p.max(), 51)
    at = basis(logit(grid))
    quantile = norm.ppf(0.975) if images == 1 else student.ppf(0.975, groups - 1)
    half = quantile * np.sqrt(np.einsum("ij,jk,ik->i", at, cover, at))
    middle = at @ fitted.params
    wanted = (expit(middle), expit(middle - half), expit(middle + half))
    np.testing.assert_allclose((found.curve.observed, found.curve.low, found.curve.high), wanted, atol=1e-5)
    np.testing.assert_array_equal(found.curve.predicted, grid)
    distance = np.abs(fitted.fittedvalues - p)
    assert (found.ici, found.e50) == pytest.approx((distance.mean(), np.median(distance)), abs=1e-6)
    assert found.e90 == pytest.approx(np.quantile(distance, 0.9), abs=1e-6)


def test_a_curve_needs_twenty_cases_of_a_class_and_three_knots() -> None:
    p = np.linspace(0.1, 0.9, 60)
    assert smooth([1] * 20 + [0] * 40, p) is not None
    assert smooth([1] * 19 + [0] * 41, p) is None
    assert smooth([0] * 19 + [1] * 41, p) is None
    assert smooth(np.arange(60) % 2, np.where(np.arange(60) < 30, 0.3, 0.6)) is None


def test_of_very_many_cases_every_third_is_fitted() -> None:
    random = np.random.default_rng(9)
    p = np.sort(random.uniform(0.05, 0.95, 100_500))
    truth = (random.random(len(p)) < p).astype(int)
    who = np.arange(len(p)) // 2
    for patients in (None, who):
        whole = smooth(truth, p, patients)
        third = smooth(truth[::3], p[::3], None if patients is None else patients[::3])
        assert whole is not None
        assert third is not None
        assert (whole.ici, whole.e50, whole.e90) == pytest.approx((third.ici, third.e50, third.e90))
        np.testing.assert_allclose(whole.curve.low[1:-1], third.curve.low[1:-1])
