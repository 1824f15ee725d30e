"""Sample sizes: by simulation, by statsmodels, by counting, by formula; R's pROC is asked in test_r."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import ndtri
from scipy.stats import multivariate_normal, norm
from statsmodels.stats.proportion import proportion_confint

from sera_core.contracts import BadInput
from sera_core.evaluate.delong import paired
from sera_core.evaluate.placements import placements
from sera_core.evaluate.proportion import wilson
from sera_core.evaluate.roc import auc
from sera_core.evaluate.samplesize import Sampling, for_area, for_difference, for_share


def test_an_area_from_so_many_cases_has_the_interval_that_was_asked_for() -> None:
    plan = for_area(0.8, 0.06, Sampling(prevalence=0.3))
    labels = np.repeat([1, 0], [plan.positive, plan.negative])
    apart = np.sqrt(2) * ndtri(0.8)
    random = np.random.default_rng(0)
    found = [auc(labels, random.normal(apart * labels, 1)) for _ in range(200)]
    assert np.mean([one.high - one.low for one in found]) / 2 == pytest.approx(0.06, rel=0.06)
    assert plan.patients == pytest.approx(plan.positive / 0.3, abs=3)


def test_the_difference_is_found_as_often_as_the_power_says() -> None:
    plan = for_difference(0.85, 0.78, 0.5, Sampling(prevalence=0.4), power=0.8)
    labels = np.repeat([1, 0], [plan.positive, plan.negative])
    far, near = (np.sqrt(2) * ndtri(area) for area in (0.85, 0.78))
    random, hits = np.random.default_rng(1), []
    for _ in range(300):
        shared = random.normal(0, np.sqrt(0.5), len(labels))
        a, b = (shared + random.normal(apart * labels, np.sqrt(0.5)) for apart in (far, near))
        hits.append(paired(placements(labels, a), placements(labels, b)).p < 0.05)
    assert np.mean(hits) == pytest.approx(0.8, abs=0.06)


@pytest.mark.parametrize(("share", "half"), [(0.9, 0.05), (0.75, 0.1), (0.98, 0.02)])
def test_a_share_takes_the_first_number_whose_interval_is_short_enough(share: float, half: float) -> None:
    def length(n: int) -> float:
        low, high = proportion_confint(share * n, n, method="wilson")
        return high - low

    expected = next(n for n in range(1, 5000) if length(n) <= 2 * half)
    assert for_share(share, half, Sampling(0.25)).positive == expected
    assert for_share(share, half, Sampling(0.25), positive=False).negative == expected
    assert for_share(share, half, Sampling(0.25)).patients == int(np.ceil(expected / 0.25))


def test_images_that_resemble_each_other_are_worth_less_and_nonsense_is_refused() -> None:
    one, three = (for_share(0.9, 0.05, Sampling(0.5, images, 0.5)) for images in (1, 3))
    assert three.positive == 2 * one.positive
    assert for_share(0.9, 0.05, Sampling(0.5, 3, 0.0)).positive == one.positive
    for wrong in (
        lambda: for_area(0.4, 0.05, Sampling()),
        lambda: for_area(0.8, 0.0, Sampling()),
        lambda: for_difference(0.8, 0.8, 0.5, Sampling()),
        lambda: Sampling(prevalence=1.0),
        lambda: Sampling(images=0.5),
    ):
        with pytest.raises(BadInput):
            wrong()


def together(first: float, second: float, correlation: float) -> float:
    """Covariance of the shares beaten by one case, for normal scores."""
    half = correlation / 2
    ends = multivariate_normal.cdf([norm.ppf(first), norm.ppf(second)], cov=[[1, half], [half, 1]])
    return float(ends) - first * second


@pytest.mark.parametrize("prevalence", [0.5, 0.2])
def test_sizes_of_studies_by_the_formula(prevalence: float) -> None:
    plan, ratio = Sampling(prevalence), (1 - prevalence) / prevalence
    z = norm.ppf(0.975)
    cases = z**2 * together(0.8, 0.8, 1) * (1 + 1 / ratio) / 0.05**2
    found = for_area(0.8, 0.05, plan)
    assert (found.positive, found.negative) == (np.ceil(cases), np.ceil(cases * ratio))
    assert found.patients == np.ceil(max(found.positive / prevalence, found.negative / (1 - prevalence)))
    variance = together(0.85, 0.85, 1) + together(0.78, 0.78, 1) - 2 * together(0.85, 0.78, 0.4)
    cases = (z + norm.ppf(0.9)) ** 2 * variance * (1 + 1 / ratio) / 0.07**2
    found = for_difference(0.85, 0.78, 0.4, plan, power=0.9)
    assert (found.positive, found.negative) == (np.ceil(cases), np.ceil(cases * ratio))
    images = for_difference(0.85, 0.78, 0.4, Sampling(prevalence, 3, 0.25), power=0.9)
    assert (images.positive, images.negative) == (np.ceil(cases * 1.5), np.ceil(cases * ratio * 1.5))
    assert images.patients == np.ceil(max(images.positive / prevalence, images.negative / (1 - prevalence)) / 3)
    assert for_share(0.5, 0.49, plan).positive < for_share(0.5, 0.3, plan).positive
    assert for_difference(0.85, 0.78, 0.0, plan).positive > for_difference(0.85, 0.78, 0.4, plan).positive
    assert (Sampling(0.5, 1, 1).alike, Sampling(0.5, 2, 0).alike) == (1, 0)


def test_an_interval_just_as_long_as_asked_for_is_short_enough() -> None:
    low, high = wilson(0.9 * 100, 100)
    assert for_share(0.9, float(high - low) / 2, Sampling()).positive == 100
