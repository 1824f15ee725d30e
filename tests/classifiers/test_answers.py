"""Calibration, familiarity and verdict."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit
from sklearn.linear_model import LogisticRegression

from sera_core.classifiers.calibrate import apply, fit_platt
from sera_core.classifiers.classical import fit_svm
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.familiarity import FamiliarityIndex, fit_familiarity
from sera_core.contracts import BadInput, Familiarity, Verdict
from sera_core.train.frames import prepared, viewed
from tests.classifiers.models import tiny
from tests.drawn import PREPARATION, frames


def simulated(
    seed: int, count: int, prevalence: float, slope: float, intercept: float
) -> tuple[np.ndarray, np.ndarray]:
    """Scores whose true log-odds at a balanced prior are ``slope * score + intercept``.

    For two normals of equal variance the log-likelihood ratio is linear in the score.
    """
    random = np.random.default_rng(seed)
    labels = (random.random(count) < prevalence).astype(int)
    apart = 2.0
    spread = np.sqrt(apart / slope)
    middle = -intercept / slope
    return random.normal(middle + (labels - 0.5) * apart, spread), labels


@pytest.mark.parametrize("prevalence", [0.1, 0.5, 0.8])
def test_platt_recovers_the_slope_whatever_the_prevalence(prevalence: float) -> None:
    scores, labels = simulated(0, 60_000, prevalence, slope=0.7, intercept=-0.4)
    found = fit_platt(scores, labels, "simulated scores")
    assert found.slope == pytest.approx(0.7, rel=0.03)
    assert found.intercept == pytest.approx(-0.4, abs=0.03)
    assert found.fitted_on == "simulated scores"


def test_platt_is_at_a_balanced_prior() -> None:
    """The maximum-likelihood equations: each class's mean counts one half, and together they are one half."""
    scores, labels = simulated(1, 400, 0.2, slope=1.3, intercept=0.5)
    probability = apply(fit_platt(scores, labels, "x"), scores)
    assert (probability[labels == 1].mean() + probability[labels == 0].mean()) / 2 == pytest.approx(0.5, abs=1e-4)


def test_platt_equals_scikit_learn_with_weights() -> None:
    scores, labels = simulated(2, 300, 0.3, slope=1.0, intercept=0.0)
    weights = np.where(labels == 1, 1 / labels.sum(), 1 / (1 - labels).sum()) * len(labels) / 2
    theirs = LogisticRegression(C=1e9, tol=1e-8).fit(scores[:, None], labels, sample_weight=weights)
    ours = apply(fit_platt(scores, labels, "x"), scores)
    np.testing.assert_allclose(ours, theirs.predict_proba(scores[:, None])[:, 1], atol=1e-3)


def test_platt_keeps_the_order_and_finite_values_when_the_classes_are_apart() -> None:
    scores, labels = np.array([-2.0, -1.0, 1.0, 2.0]), np.array([0, 0, 1, 1])
    probability = apply(fit_platt(scores, labels, "x"), scores)
    assert np.isfinite(probability).all()
    assert (np.diff(probability) >= 0).all()


def test_scores_that_say_nothing_are_not_turned_round() -> None:
    with pytest.raises(BadInput, match="The scores of a coin are no better than chance"):
        fit_platt(np.array([2.0, 1.0, 0.0, 1.5]), np.array([0, 0, 1, 1]), "scores of a coin")
    with pytest.raises(BadInput, match="one class"):
        fit_platt(np.array([2.0, 1.0]), np.array([1, 1]), "x")


def test_a_negative_result_can_be_kept_in_its_own_order_and_says_a_half() -> None:
    scores, labels = np.array([2.0, 1.0, 0.0, 1.5]), np.array([0, 0, 1, 1])
    kept = apply(fit_platt(scores, labels, "scores of a coin", keep_anyway=True), scores)
    assert np.argsort(kept).tolist() == np.argsort(scores).tolist()
    assert kept == pytest.approx(0.5, abs=1e-3)


def test_calibration_is_the_logistic_function() -> None:
    from sera_core.classifiers.card import Calibration

    np.testing.assert_allclose(apply(Calibration(2.0, -1.0, "x"), np.array([0.0, 0.5])), [expit(-1), 0.5])


def cloud(seed: int = 0, count: int = 60, width: int = 12) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    features = random.normal(size=(count, width)) * np.linspace(0.3, 4, width) + 10
    return (features - 5).astype(np.float32), np.array([f"p{k // 2}" for k in range(count)])


def unit(features: np.ndarray) -> np.ndarray:
    return features.astype(float) / np.sqrt((features.astype(float) ** 2).sum(axis=1, keepdims=True))


def mean_of_nearest(point: np.ndarray, others: np.ndarray) -> float:
    return float(np.mean(sorted(np.sqrt(((others - point) ** 2).sum(axis=1)))[:3]))


def test_distances_equal_brute_force() -> None:
    features, patients = cloud()
    index = fit_familiarity(features, patients)
    train = unit(features)
    fresh = cloud(9, 7)[0]
    expected = [mean_of_nearest(point, train) for point in unit(fresh)]
    np.testing.assert_allclose(index.distances(fresh), expected, rtol=1e-3)


def test_the_scale_leaves_all_images_of_the_patient_out() -> None:
    features, patients = cloud()
    index = fit_familiarity(features, patients)
    train = unit(features)
    expected = sorted(mean_of_nearest(train[k], train[patients != patients[k]]) for k in range(len(train)))
    np.testing.assert_allclose(index.leave_one_out, expected, rtol=1e-3)


def test_copies_of_a_patients_image_do_not_vouch_for_each_other() -> None:
    features, patients = cloud(count=40)
    odd = np.repeat(-features[:1], 3, axis=0)
    index = fit_familiarity(np.vstack([features, odd]), np.r_[patients, ["odd"] * 3])
    assert index.leave_one_out[0] > 0  # the copies' distance to each other is 0
    assert index.leave_one_out[-3:].min() > 1.5  # they point the other way


def test_percentiles_of_known_and_strange_images() -> None:
    features, patients = cloud(count=200)
    index = fit_familiarity(features, patients)
    limit = 1.25 * float(index.leave_one_out[-1])
    known = index.familiarity(features, limit)
    assert np.mean([f.percentile for f in known]) > 50
    fresh = index.familiarity(cloud(5, 200)[0], limit)
    assert np.mean([f.percentile for f in fresh]) == pytest.approx(50, abs=15)
    assert np.mean([f.refused for f in fresh]) < 0.02
    (far,) = index.familiarity(-features[:1], limit)
    assert (far.percentile, far.refused) == (0, True)


def test_the_length_of_a_feature_vector_does_not_matter() -> None:
    features, patients = cloud()
    index = fit_familiarity(features, patients)
    np.testing.assert_allclose(index.distances(features * 7), index.distances(features), atol=1e-5)
    assert np.isfinite(index.distances(np.zeros((1, features.shape[1]), np.float32))).all()


def test_percentile_is_the_share_of_training_images_at_least_as_far() -> None:
    """Points on the circle: the distance of the angle a to the direction of the training set is 2 sin(a / 2)."""
    index = FamiliarityIndex(
        train=np.tile(np.array([[1, 0]], np.float32), (4, 1)),
        leave_one_out=np.array([0.2, 0.4, 0.4, 1.0], np.float32),
    )
    angles = 2 * np.arcsin(np.array([0.1, 0.3, 0.8, 1.5]) / 2)
    found = index.familiarity(np.stack([np.cos(angles), np.sin(angles)], axis=1).astype(np.float32), limit=1.2)
    assert [f.distance for f in found] == pytest.approx([0.1, 0.3, 0.8, 1.5], abs=1e-5)
    assert [f.percentile for f in found] == [100, 75, 25, 0]
    assert [f.refused for f in found] == [False, False, False, True]


def test_many_images_in_chunks_give_the_same_scale() -> None:
    features, patients = cloud(count=1100, width=3)
    index = fit_familiarity(features, patients)
    train = unit(features)
    for k in (0, 1023, 1024, 1099):
        expected = mean_of_nearest(train[k], train[patients != patients[k]])
        assert np.isclose(index.leave_one_out, expected, rtol=1e-3, atol=1e-5).any()


@pytest.mark.parametrize("patients", [["a"] * 6, ["a", "a", "a", "a", "b", "c"]])
def test_too_few_other_patients_are_refused(patients: list[str]) -> None:
    with pytest.raises(BadInput, match="at least 3 images of other patients"):
        fit_familiarity(cloud(count=6)[0], np.array(patients))


@pytest.mark.parametrize(
    ("probability", "verdict"),
    [
        (0.0, Verdict.BENIGN),
        (0.39, Verdict.BENIGN),
        (0.4, Verdict.INDETERMINATE),
        (0.5, Verdict.INDETERMINATE),
        (0.6, Verdict.INDETERMINATE),
        (0.61, Verdict.MALIGNANT),
        (1.0, Verdict.MALIGNANT),
    ],
)
def test_verdict_between_the_bounds_is_indeterminate(model: Classifier, probability: float, verdict: Verdict) -> None:
    assert model.verdict(probability) is verdict


@pytest.fixture(scope="module")
def model() -> Classifier:
    return tiny()


def test_probability_is_the_calibrated_difference_of_the_logits(model: Classifier) -> None:
    import torch

    crops = prepared(frames(4, seed=77), PREPARATION)
    activations = model.activations(crops)
    with torch.no_grad():
        logits = model.parts["last"](model.head()[:-1](activations)).numpy()
        odds = model.head()(activations).numpy()
    expected = expit(0.8 * (logits[:, 1] - logits[:, 0]) - 0.1)
    np.testing.assert_allclose(model.predict(crops), expected, atol=1e-6)
    np.testing.assert_allclose(odds, np.stack([-1, 1]) * (logits[:, 1:] - logits[:, :1]), atol=1e-5)
    assert not activations.requires_grad


def test_an_answer_is_the_mean_log_odds_of_the_views_and_its_range_is_theirs(model: Classifier) -> None:
    seen = viewed(frames(3, seed=78), PREPARATION)
    found = model.answers(seen)
    each = np.stack([model.predict(region) for region in seen])  # [N, V], a view at a time
    np.testing.assert_allclose(found.probability, expit(logit(each).mean(axis=1)), atol=1e-6)
    np.testing.assert_allclose(np.stack([found.low, found.high]), [each.min(axis=1), each.max(axis=1)], atol=1e-6)
    assert (found.low < found.high).all()


def test_machine_is_calibrated_on_folds_that_keep_patients_together() -> None:
    """Each image twice under one patient: had copies met across folds, the machine would be far too sure."""
    random = np.random.default_rng(0)
    features = np.repeat(random.normal(size=(40, 30)), 2, axis=0).astype(np.float32)
    labels = np.repeat(np.arange(40) % 2, 2)
    together = fit_svm(features, labels, np.repeat(np.arange(40), 2), c=1.0)
    apart = fit_svm(features, labels, np.arange(80), c=1.0)
    sure = [np.abs(logit(np.clip(m.predict_proba(features)[:, 1], 1e-6, 1 - 1e-6))).mean() for m in (together, apart)]
    assert sure[0] < 0.5 * sure[1]


def test_what_is_not_a_number_is_never_an_answer() -> None:
    model = tiny()
    assert model.verdict(float("nan")) is Verdict.INDETERMINATE
    nan = float("nan")
    assert Familiarity(nan, 50.0, 1.0).refused
    assert Familiarity(0.1, 50.0, nan).refused
    assert not Familiarity(1.0, 50.0, 1.0).refused
    assert Familiarity(1.0 + 1e-9, 50.0, 1.0).refused
    crops = prepared(frames(2), PREPARATION)
    with pytest.raises(BadInput, match="The model tiny comes to no number here"):
        model.predict(np.full_like(crops, nan))
