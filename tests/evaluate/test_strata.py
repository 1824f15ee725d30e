"""Subgroups by any column, and whether they differ: against statsmodels, a test by hand, and known truth."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.stats.meta_analysis as meta
from scipy.special import expit
from scipy.stats import norm

from sera_core.evaluate.compare import cutoffs, subgroups
from sera_core.evaluate.heterogeneity import heterogeneity
from sera_core.evaluate.strata import strata
from tests.predicted import made_up, read


def test_words_stay_words_many_numbers_become_thirds_and_names_are_no_groups() -> None:
    words = strata(pd.Series(["f", "m", None, " f "]))
    assert words is not None
    assert words.tolist()[:2] == ["f", "m"]
    assert words.nunique() == 2
    ages = strata(pd.Series([str(age) for age in range(20, 80)]))
    assert ages is not None
    assert ages.value_counts().to_dict() == {"< 39.7": 20, "39.7 to 59.3": 20, "> 59.3": 20}
    assert strata(pd.Series([f"p{k}" for k in range(60)])) is None
    assert strata(pd.Series(["one", "one"])) is None
    assert strata(pd.Series(["1", "2", "1"])).nunique() == 2  # type: ignore[union-attr]


def test_cochrans_q_equals_statsmodels() -> None:
    values, variances = [1.2, 0.8, 1.9, 1.4], [0.04, 0.06, 0.09, 0.03]
    found, theirs = heterogeneity(values, variances), meta.combine_effects(np.array(values), np.array(variances))
    assert (found.q, found.p) == pytest.approx((theirs.q, theirs.test_homogeneity().pvalue))


def with_sex(effect: float, cases: int = 400, seed: int = 2) -> pd.DataFrame:
    random = np.random.default_rng(seed)
    rows = made_up(("alpha",), cases=cases)
    sex = np.where(np.arange(len(rows)) // 2 % 2, "f", "m")
    strength = np.where(sex == "f", 1.5 + effect, 1.5)
    score = strength * rows["label"] + random.normal(0, 1, len(rows))
    return rows.assign(sex=sex, probability=expit(score - 0.7), age=random.integers(20, 80, len(rows)))


def test_a_column_divides_the_cases_and_what_differs_is_tested() -> None:
    rows = with_sex(effect=2.0)
    table = read(rows)
    found = subgroups(table, cutoffs(table))
    groups = {row.subgroup for row in found}
    assert {"sex: f", "sex: m", "sex", "age"} <= groups
    assert sum(group.startswith("age: ") for group in groups) == 3
    tests = {(r.metric, r.subgroup, r.centre): r for r in found if r.metric.endswith("_between_subgroups")}
    sex = tests["auc_between_subgroups", "sex", "away"]
    assert sex.p < 1e-4
    assert sex.p < sex.p_holm < 1e-3
    assert tests["auc_between_subgroups", "age", "away"].p > 0.01
    called = rows["probability"] >= cutoffs(table)["alpha"].value
    ill = rows[(rows["centre"] == "away") & (rows["label"] == 1)]
    got = tests["sensitivity_between_subgroups", "sex", "away"]
    counts = pd.crosstab(ill["sex"], called[ill.index]).to_numpy()  # missed, found
    size = counts.sum(axis=1)
    variance = (1 / counts).sum(axis=1) * size / (size - 1)
    apart = np.diff(np.log(counts[:, 1] / counts[:, 0]))[0] / np.sqrt(variance.sum())
    assert got.p == pytest.approx(2 * norm.sf(abs(apart)))
    assert got.n == len(ill)


def test_small_groups_are_not_tested_and_equal_ones_seldom_differ() -> None:
    few = read(with_sex(0, cases=36))
    assert not [
        r for r in subgroups(few, cutoffs(few)) if r.metric.endswith("_between_subgroups") and r.subgroup == "sex"
    ]
    below = []
    for seed in range(25):
        table = read(with_sex(0, cases=80, seed=seed))
        tests = [
            r.p for r in subgroups(table, cutoffs(table)) if r.metric == "auc_between_subgroups" and r.subgroup == "sex"
        ]
        below += [p < 0.1 for p in tests]
    assert 0.0 <= np.mean(below) <= 0.24
