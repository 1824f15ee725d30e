"""Non-inferiority, shares at a fixed other share, and two cut-offs: by optimiser, by loop, by simulation."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import minimize_scalar
from scipy.stats import norm

from sera_core.contracts import BadInput
from sera_core.evaluate.cells.fixed import at_fixed, cutoff_changes
from sera_core.evaluate.cells.margins import noninferiority
from sera_core.evaluate.compare import confusions, cutoffs
from sera_core.evaluate.fixed import sensitivities_at, specificities_at
from sera_core.evaluate.noninferior import share_p
from sera_core.evaluate.results import Cutoff
from tests.predicted import made_up, read


def test_two_shares_equal_the_score_test_with_a_likelihood_that_an_optimiser_maximises() -> None:
    only_a, only_b, n, margin = 7, 11, 120, 0.08
    a, b = np.zeros((2, n), bool)
    a[:only_a], b[only_a : only_a + only_b] = True, True
    a[-60:], b[-60:] = True, True

    def unlikely(q: float) -> float:
        return -(only_a * np.log(q - margin) + only_b * np.log(q) + (n - only_a - only_b) * np.log(1 - 2 * q + margin))

    best = minimize_scalar(unlikely, bounds=(margin + 1e-9, (1 + margin) / 2 - 1e-9), method="bounded")
    spread = np.sqrt(n * (2 * best.x - margin - margin**2))
    assert share_p(a, b, margin) == pytest.approx(norm.sf((only_a - only_b + n * margin) / spread), rel=1e-4)


def test_a_rater_worse_by_the_margin_is_called_no_worse_as_often_as_the_level_says() -> None:
    claimed = []
    for seed in range(1500):
        outcome = np.random.default_rng(seed).choice(4, 150, p=[0.05, 0.15, 0.7, 0.1])  # only a, only b, both, none
        claimed.append(share_p(outcome % 2 == 0, (outcome == 1) | (outcome == 2), 0.1) < 0.05)
    assert np.mean(claimed) == pytest.approx(0.05, abs=0.02)


@pytest.mark.parametrize("copies", [1, 2])
def test_it_is_shown_where_the_interval_keeps_clear_of_the_margin(copies: int) -> None:
    rows = made_up(("alpha", "beta", "gamma"), readers=True)
    rows["patient_id"] = rows["centre"] + (rows["case_id"].str.split("/").str[1].astype(int) // copies).astype(str)
    table = read(rows)
    found = noninferiority(table, cutoffs(table), {"auc": 0.05, "sensitivity": 0.1})
    assert len(found) == 2 * 2 * 3 * 3
    for row in found:
        margin = 0.05 if row.metric.startswith("auc") else 0.1
        if row.metric.startswith("auc"):
            assert (row.p < 0.025) == (row.low > -margin)
        assert row.p <= row.p_holm
        assert row.method.endswith("not shown") == (not row.p_holm < 0.025)
    better = {(row.model, row.versus): row for row in found if row.centre == "away" and row.metric.startswith("auc")}
    assert better["alpha", "gamma"].p < 0.001 < better["gamma", "alpha"].p


def test_a_margin_of_nothing_or_of_an_unknown_measure_is_refused() -> None:
    table = read(made_up())
    for margins in ({"auc": 0.0}, {"auc": 1.5}, {"ppv": 0.1}):
        with pytest.raises(BadInput, match="margin"):
            noninferiority(table, cutoffs(table), margins)


def test_a_fixed_share_is_that_of_the_curve_and_its_interval_holds_the_truth() -> None:
    hits, several, labels = [], [], np.repeat([0, 1], 60)
    true = norm.sf(norm.ppf(0.9), 1.5)
    for seed in range(120):
        random = np.random.default_rng(seed)
        (found,) = sensitivities_at(labels, random.normal(1.5 * labels, 1), [0.9])
        hits.append(found.low <= true <= found.high)
        patients, truth = np.repeat(np.arange(60), 2), np.repeat([0, 1], 60)
        taste = np.repeat(random.normal(0, np.sqrt(0.5), 60), 2)
        clustered = 1.5 * truth + taste + random.normal(0, np.sqrt(0.5), 120)
        (again,) = specificities_at(truth, clustered, [0.9], patients)
        several.append(again.low <= norm.cdf(1.5 + norm.ppf(0.1)) <= again.high)
    assert np.isnan(sensitivities_at([0] * 19 + [1] * 20, np.arange(39), [0.9])[0].low)  # 1.9 cases beyond it
    assert 0.91 <= np.mean(hits) <= 1
    assert 0.90 <= np.mean(several) <= 1
    with pytest.raises(BadInput, match="share"):
        sensitivities_at([0, 1], [0, 1], [1.0])


def test_every_rater_has_its_fixed_shares_and_another_cut_off_its_changes() -> None:
    table = read(made_up(("alpha",), readers=True))
    rows = at_fixed(table)
    assert len(rows) == 2 * 2 * 4
    own = cutoffs(table)["alpha"].value
    changed = cutoff_changes(table, "alpha", cutoffs(table), own - 0.2)
    before, after = (
        {
            (r.metric, one.centre): r.estimate
            for one in confusions(table, {**cutoffs(table), "alpha": cut})
            for r in one.rows
            if one.model == "alpha"
        }
        for cut in (Cutoff(own, np.nan, np.nan, ""), Cutoff(own - 0.2, np.nan, np.nan, ""))
    )
    for row in changed:
        key = row.metric.removesuffix("_change"), row.centre
        assert row.estimate == pytest.approx(after[key] - before[key])
    assert {row.metric: row.estimate > 0 for row in changed} == {
        "sensitivity_change": True,
        "specificity_change": False,
    }
