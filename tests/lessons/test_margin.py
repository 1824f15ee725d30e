"""The hand-written support vector machine against scikit-learn's, and the geometry against a brute-force search."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.model_selection import PredefinedSplit, cross_val_predict
from sklearn.svm import SVC

from sera_core.contracts import BadInput
from sera_core.lessons import clouds, margin
from sera_core.lessons.field import slack_feet


def cloud(seed: int, count: int = 40, apart: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.where(np.arange(count) % 2, 1.0, -1.0)
    return random.normal(size=(count, 2)) + labels[:, None] * apart / 2 + 5, labels


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("c", [0.05, 1.0, 30.0])
@pytest.mark.parametrize("gamma", [None, 0.05, 1.0, 20.0])
def test_the_fit_equals_scikit_learns(seed: int, c: float, gamma: float | None) -> None:
    points, labels = cloud(seed)
    ours = margin.fit(points, labels, c, gamma)
    kind = {"kernel": "linear"} if gamma is None else {"kernel": "rbf", "gamma": gamma}
    theirs = SVC(C=c, tol=1e-8, **kind).fit(points, labels)
    where = np.random.default_rng(1).uniform(0, 10, (200, 2))
    single = 2e-4 * max(c, 1)  # scikit-learn keeps its similarities in single precision
    assert ours.decide(where) == pytest.approx(theirs.decision_function(where), abs=single)
    dual = np.zeros(len(labels))
    dual[theirs.support_] = np.abs(theirs.dual_coef_[0])
    assert objective(ours.pull, ours) <= objective(dual, ours) + 1e-6
    assert (ours.pull * labels).sum() == pytest.approx(0, abs=1e-8)
    assert ours.accuracy == theirs.score(points, labels)


def objective(pull: np.ndarray, fitted: margin.Margin) -> float:
    """What both minimise, in double precision."""
    signed = pull * fitted.labels
    return float(signed @ margin.kernel(fitted.points, fitted.points, fitted.gamma) @ signed / 2 - pull.sum())


@pytest.mark.parametrize("seed", range(5))
def test_the_hard_margin_is_the_widest_of_all_lines(seed: int) -> None:
    points, labels = cloud(seed, 16, apart=6)
    fitted = margin.fit(points, labels)
    theirs = SVC(kernel="linear", C=1e9, tol=1e-9).fit(points, labels)
    assert fitted.weights == pytest.approx(theirs.coef_[0], abs=1e-4)
    widest = -np.inf
    for angle in np.arange(0, 360, 0.05):
        along = points @ [np.cos(np.radians(angle)), np.sin(np.radians(angle))]
        widest = max(widest, along[labels > 0].min() - along[labels < 0].max())
    assert fitted.beta == pytest.approx(widest, abs=1e-3)
    assert fitted.beta == 2 * fitted.alpha
    assert fitted.slack == pytest.approx(np.zeros(16), abs=1e-4)


def test_two_points_have_the_margin_between_them() -> None:
    fitted = margin.fit([[0, 0], [3, 4]], [-1, 1])
    assert fitted.beta == pytest.approx(5)
    assert fitted.decide([[1.5, 2]]) == pytest.approx([0], abs=1e-6)
    assert fitted.supports.all()


def test_slack_is_measured_from_the_own_edge() -> None:
    points, labels = cloud(3)
    fitted = margin.fit(points, labels, c=0.5)
    normal = fitted.weights / np.linalg.norm(fitted.weights)
    distance = labels * (points @ normal + fitted.bias / np.linalg.norm(fitted.weights))
    assert fitted.slack == pytest.approx(np.maximum(0, fitted.alpha - distance) / fitted.alpha)


def test_cross_validation_equals_scikit_learns_on_the_same_folds() -> None:
    points, labels = cloud(7, 60)
    split = PredefinedSplit(margin.folds_of(labels))
    for c, gamma in ((1.0, 0.5), (100.0, 20.0)):
        theirs = cross_val_predict(SVC(C=c, gamma=gamma, tol=1e-7), points, labels, cv=split)
        assert margin.cross_validated(points, labels, c, gamma) == np.mean(theirs == labels)


def test_folds_hold_each_class_alike() -> None:
    _, labels = cloud(0, 50)
    fold = margin.folds_of(labels)
    for k in range(margin.FOLDS):
        assert abs((labels[fold == k] > 0).sum() - (labels[fold == k] < 0).sum()) <= 1


def test_lines_that_are_drawn_separate() -> None:
    points, labels = cloud(2, 20, apart=6)
    lines = margin.some_lines(points, labels)
    widths = [margin.line_margin(points, labels, *line) for line in lines]
    assert len(lines) == 12
    assert min(widths) > 0
    assert max(widths) <= margin.fit(points, labels).beta + 1e-6


def test_what_cannot_be_separated_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="No straight line"):
        margin.fit([[0, 0], [1, 1], [0, 1], [1, 0]], [1, 1, -1, -1])
    with pytest.raises(BadInput, match="One class is missing"):
        margin.fit([[0, 0], [1, 1]], [1, 1])
    assert margin.some_lines([[0, 0], [1, 1], [0, 1], [1, 0]], [1, 1, -1, -1]) == []
    assert margin.line_margin([[0, 0], [2, 0]], [1, -1], 0, 1) == pytest.approx(-2)


def test_a_narrow_kernel_learns_any_labels_by_heart() -> None:
    random = np.random.default_rng(0)
    points, labels = random.uniform(0, 10, (40, 2)), np.where(np.arange(40) % 2, 1.0, -1.0)
    assert margin.fit(points, labels, 100, 20).accuracy == 1
    assert margin.cross_validated(points, labels, 100, 20) < 0.75


@pytest.mark.parametrize("c", [0.01, 1.0, 100.0])
def test_around_a_ring_no_straight_line_is_worth_its_slack(c: float) -> None:
    cloud = clouds.ring()
    fitted = margin.fit(*cloud, c)
    theirs = SVC(kernel="linear", C=c).fit(*cloud)
    assert np.linalg.norm(theirs.coef_) < 1e-3
    assert np.isinf(fitted.beta)
    assert (slack_feet(fitted) == fitted.points).all()
    assert fitted.accuracy == np.mean(cloud[1] < 0)  # all fall to the larger class
