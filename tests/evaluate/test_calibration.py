"""Brier score and its parts, slope, intercept and recalibration against scikit-learn, statsmodels, simulation."""

from __future__ import annotations

import numpy as np
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.special import expit, logit
from scipy.stats import sem, t
from sklearn.calibration import calibration_curve
from sklearn.metrics import brier_score_loss

from sera_core.evaluate.calibration import brier, fit, line, logits, reliability, shifts
from sera_core.evaluate.recalibration import LocalDraws, local_draws, recalibrated


def forecasts(seed: int, n: int = 400, slope: float = 1.0, shift: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    """Labels, and probabilities whose calibration slope and intercept are known."""
    random = np.random.default_rng(seed)
    true = random.normal(0, 1.5, n)
    return (random.random(n) < expit(slope * true + shift)).astype(int), expit(true)


@pytest.mark.parametrize("seed", range(3))
def test_brier_and_its_parts_add_up(seed: int) -> None:
    labels, p = forecasts(seed, slope=0.5)
    found = brier(labels, p)
    assert found.score == pytest.approx(brier_score_loss(labels, p))
    assert found.reliability - found.resolution + found.uncertainty + found.within == pytest.approx(found.score)
    assert found.uncertainty == pytest.approx(labels.mean() * (1 - labels.mean()))


def test_murphys_parts_are_exact_where_each_bin_holds_one_forecast() -> None:
    p = np.repeat([0.05, 0.35, 0.65, 0.95], [30, 20, 25, 25])
    labels = (np.random.default_rng(0).random(100) < p).astype(int)
    assert brier(labels, p).within == pytest.approx(0, abs=1e-12)


def test_brier_interval_is_students_of_a_mean() -> None:
    labels, p = forecasts(4)
    error = (p - labels) ** 2
    found = brier(labels, p)
    ends = t.interval(0.95, len(error) - 1, error.mean(), sem(error))
    assert (found.low, found.high) == pytest.approx(ends)


def test_reliability_curve_equals_scikit_learn_and_counts_every_case() -> None:
    labels, p = forecasts(5)
    found = reliability(labels, p)
    observed, predicted = calibration_curve(labels, p, n_bins=10)
    np.testing.assert_allclose(found.observed, observed)
    np.testing.assert_allclose(found.predicted, predicted)
    assert found.count.sum() == len(labels)
    assert ((found.low <= found.observed) & (found.observed <= found.high)).all()
    assert reliability([1, 0], [1.0, 0.0]).count.tolist() == [1, 1]


@pytest.mark.parametrize(("slope", "shift"), [(1.0, 0.0), (0.4, -1.0), (2.0, 0.7)])
def test_slope_and_intercept_equal_statsmodels(slope: float, shift: float) -> None:
    labels, p = forecasts(6, slope=slope, shift=shift)
    found = line(labels, p)
    both = sm.Logit(labels, sm.add_constant(logit(p))).fit(disp=0)
    held = sm.GLM(labels, np.ones(len(p)), family=sm.families.Binomial(), offset=logit(p)).fit()
    low, high = both.conf_int()[1]
    assert (found.slope, found.slope_low, found.slope_high) == pytest.approx((both.params[1], low, high), rel=1e-5)
    expected = (held.params[0], *held.conf_int()[0])
    assert (found.intercept, found.intercept_low, found.intercept_high) == pytest.approx(expected, rel=1e-4, abs=1e-6)


def test_no_slope_where_the_classes_are_separated_or_one_is_missing() -> None:
    apart = line([0, 0, 1, 1], [0.1, 0.2, 0.3, 0.4])
    assert np.isnan(apart.slope)
    assert np.isfinite(apart.intercept)
    turned = line([1, 1, 0, 0], [0.1, 0.2, 0.2, 0.4])
    assert np.isnan(turned.slope)
    assert np.isnan(line([1, 1], [0.3, 0.4]).intercept)
    assert np.isnan(line([0, 1, 1], [0.5, 0.5, 0.5]).slope)


def test_probabilities_of_0_and_1_are_kept_finite() -> None:
    found = line([0, 1, 0, 1, 1, 0], [0.0, 1.0, 0.3, 0.6, 0.2, 1.0])
    assert np.isfinite([found.slope, found.intercept]).all()
    x = np.clip(logit([0.0, 1.0, 0.3, 0.6, 0.2, 1.0]), logit(1e-6), -logit(1e-6))
    assert found.slope == pytest.approx(
        sm.Logit([0, 1, 0, 1, 1, 0], sm.add_constant(x)).fit(disp=0).params[1], rel=1e-4
    )


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**6))
def test_calling_benign_the_positive_class_turns_only_the_intercept(seed: int) -> None:
    labels, p = forecasts(seed, 60)
    found, turned = line(labels, p), line(1 - labels, 1 - p)
    assert turned.slope == pytest.approx(found.slope, rel=1e-4, nan_ok=True)
    assert turned.intercept == pytest.approx(-found.intercept, rel=1e-4, abs=1e-6, nan_ok=True)
    assert brier(1 - labels, 1 - p).score == pytest.approx(brier(labels, p).score)


def test_many_fits_at_once_equal_single_ones_and_weights_leave_rows_out() -> None:
    labels, p = forecasts(9, 120)
    x, y = logit(p).reshape(3, 40), labels.reshape(3, 40).astype(float)
    together, _ = fit(y, x)
    for k in range(3):
        np.testing.assert_allclose(together[k], fit(y[k : k + 1], x[k : k + 1])[0][0], rtol=1e-6)
    weight = np.ones((1, 40))
    weight[0, 30:] = 0
    np.testing.assert_allclose(fit(y[:1], x[:1], weight)[0], fit(y[:1, :30], x[:1, :30])[0], rtol=1e-6)


def test_recalibration_repairs_a_shifted_and_stretched_model() -> None:
    labels, p = forecasts(10, 2000, slope=0.4, shift=-1.2)
    found = recalibrated(labels, p, local_draws(np.arange(2000)))
    assert found is not None
    assert np.median(found.slope[0]) == pytest.approx(0.4, abs=0.08)
    assert 0.6 < np.median(found.slope[1]) < 1.6
    assert abs(np.median(found.intercept[1])) < 0.4 < abs(np.median(found.intercept[0]))
    assert np.median(found.brier[1]) < np.median(found.brier[0]) - 0.02


def test_one_draw_of_recalibration_by_hand() -> None:
    labels, p = forecasts(11, 150, slope=0.6)
    drawn = local_draws(np.arange(150), draws=1)
    found = recalibrated(labels, p, drawn)
    assert found is not None
    used, rest, x = drawn.used[0], drawn.rest[0], logit(p)
    (offset, gain), _ = (part[0] for part in fit(labels[None, used].astype(float), x[None, used], prior=2.0))
    after = offset + gain * x[rest]
    assert found.brier[1][0] == pytest.approx(np.mean((expit(after) - labels[rest]) ** 2))
    refitted = sm.Logit(labels[rest], sm.add_constant(after)).fit(disp=0)
    assert found.slope[1][0] == pytest.approx(refitted.params[1], rel=1e-2)


def test_a_slope_in_the_hundreds_is_not_told() -> None:
    """The classes overlap by a hair: a slope exists, but thirty steps do not reach it."""
    x = np.array([0.0053, 0.0089, -0.0128, -0.0007, 0.0051, 0.0068, 0.0033, 4.0])
    found = line([1, 1, 0, 1, 0, 0, 0, 1], expit(x))
    assert np.isnan([found.slope, found.slope_low, found.slope_high]).all()
    assert np.isfinite([found.intercept, found.intercept_low]).all()


def test_fifty_draws_of_fifty_cases_unless_others_are_wanted() -> None:
    drawn = local_draws(np.arange(80))
    assert (drawn.used.shape, drawn.rest.shape, drawn.weight.shape) == ((50, 50), (50, 30), (50, 30))
    assert local_draws(np.arange(2100)).rest.shape == (50, 2000)


def test_no_patient_is_both_fitted_and_tested() -> None:
    patients = np.repeat(np.arange(60), 3)
    drawn = local_draws(patients, local=50, draws=20)
    for used, rest, weight in zip(drawn.used, drawn.rest, drawn.weight, strict=True):
        assert len(set(used) | set(rest)) == 180
        assert not set(patients[used]) & set(patients[rest[weight > 0]])
        assert set(patients[rest[weight == 0]]) <= set(patients[used])


def test_separated_or_one_sided_local_cases_still_give_an_answer() -> None:
    labels = np.repeat([0, 1], [149, 2])
    found = recalibrated(labels, np.linspace(0.1, 0.9, 151), local_draws(np.arange(151)))
    assert found is not None
    assert all(np.isfinite(part).all() for pair in (found.brier, found.slope, found.intercept) for part in pair)
    assert recalibrated(np.ones(120), np.full(120, 0.5), local_draws(np.arange(120))) is None


def test_a_pulled_fit_is_where_an_optimiser_finds_the_penalised_maximum() -> None:
    random = np.random.default_rng(4)
    x, truth = random.normal(size=(2, 30)), random.integers(0, 2, (2, 30)).astype(float)
    weight = random.integers(0, 3, (2, 30)).astype(float)
    found, cover = fit(truth, x, weight, prior=0.7)
    for k in range(2):

        def loss(at: np.ndarray, k: int = k) -> float:
            line = at[0] + at[1] * x[k]
            likely = weight[k] @ (truth[k] * line - np.logaddexp(0, line))
            return float(-likely + (at[0] ** 2 + (at[1] - 1) ** 2) / (2 * 0.7**2))

        best = minimize(loss, [0.0, 0.0], tol=1e-12)
        assert found[k] == pytest.approx(best.x, abs=1e-5)
        p = expit(found[k, 0] + found[k, 1] * x[k])
        basis = np.stack([np.ones(30), x[k]], axis=1)
        bend = (basis.T * (weight[k] * p * (1 - p))) @ basis + np.eye(2) / 0.7**2
        np.testing.assert_allclose(cover[k], np.linalg.inv(bend), rtol=1e-6)
    moved = shifts(truth, x, weight)
    for k in range(2):  # the score is 0 at its root
        assert weight[k] @ (truth[k] - expit(x[k] + moved[k])) == pytest.approx(0, abs=1e-8)


def test_recalibration_on_draws_that_are_written_out() -> None:
    """Three draws; the second leaves no malignant case to test on and drops out, the third tests on some rows."""
    random = np.random.default_rng(8)
    p = random.uniform(0.1, 0.9, 40)
    truth = (random.random(40) < p).astype(int)
    ill, well = np.flatnonzero(truth == 1), np.flatnonzero(truth == 0)
    used = np.stack([np.arange(20), np.r_[ill[:10], well[:10]], np.arange(20, 40)])
    rest = np.stack([np.arange(20, 40), np.r_[ill[-8:], well[-12:]], np.arange(20)])
    weight = np.ones((3, 20))
    weight[1, :8] = 0
    weight[2, ::3] = 0
    found = recalibrated(truth, p, LocalDraws(used, rest, weight))
    assert found is not None
    assert len(found.brier[0]) == 2
    x = logits(p)
    for place, k in enumerate((0, 2)):
        y, before, w = truth[rest[k]], x[rest[k]], weight[k]
        (change,), _ = fit(truth[None, used[k]].astype(float), x[None, used[k]], prior=2.0)
        after = change[0] + change[1] * before
        for end, curve in enumerate((before, after)):
            assert found.brier[end][place] == pytest.approx((w * (expit(curve) - y) ** 2).sum() / w.sum())
            kept = w > 0
            slope = fit(y[None, kept].astype(float), curve[None, kept])[0][0, 1]
            assert found.slope[end][place] == pytest.approx(slope, rel=1e-3)
            assert found.intercept[end][place] == pytest.approx(
                shifts(y[None, kept], curve[None, kept], np.ones((1, kept.sum())))[0]
            )
    one_sided = LocalDraws(used[1:2], rest[1:2], weight[1:2])
    assert recalibrated(truth, p, one_sided) is None
