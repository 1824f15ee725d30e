"""The calibration curve without bins: known truth, intervals by simulation; R's glm is asked in test_r."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit, logit

from sera_core.evaluate.calibration import reliability
from sera_core.evaluate.compare import calibrations
from sera_core.evaluate.smooth import smooth
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
