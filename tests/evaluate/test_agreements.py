"""Who agrees with whom, and which cases everybody misses."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import cohen_kappa_score

from sera_core.evaluate.compare import (
    confusions,
    cutoffs,
    errors,
    kappas,
    mcnemar_tests,
)
from sera_core.evaluate.table import Predictions
from tests.evaluate.drawn import drawn_table, one, read


def test_mcnemar_looks_at_the_diseased_and_the_healthy_apart(table: Predictions) -> None:
    rows = mcnemar_tests(table, cutoffs(table))
    found = {m.model: m for m in confusions(table, cutoffs(table)) if m.centre == "home"}
    row = one(rows, centre="home", model="good", versus="poor", metric="sensitivity_difference")
    assert row.n == 80
    assert row.estimate == pytest.approx((found["good"].true_positive - found["poor"].true_positive) / 80)
    healthy = one(rows, centre="home", model="good", versus="poor", metric="specificity_difference")
    assert healthy.estimate == pytest.approx((found["good"].true_negative - found["poor"].true_negative) / 80)


def test_kappas_of_pairs_and_of_all(table: Predictions) -> None:
    frozen, view = cutoffs(table), table.at("away")
    rows = kappas(table, frozen)
    calls = [view.score(name) >= frozen[name].value for name in ("good", "poor")]
    assert one(rows, centre="away", model="good", versus="poor").estimate == pytest.approx(cohen_kappa_score(*calls))
    assert one(rows, centre="away", metric="fleiss_kappa").n == 130


@pytest.mark.parametrize(("whole", "part"), [("good", "poor"), ("poor", "good")])
def test_kappa_is_that_of_the_cases_which_both_answered(whole: str, part: str) -> None:
    """Whoever of the two left cases out: no answer is not a "no"."""
    rows = drawn_table()
    kept = rows[(rows["model"] == whole) | ~rows["case_id"].isin([f"home/{k}" for k in range(70)])]
    found = read(kept)
    frozen, view = cutoffs(found), found.at("home")
    both = ~np.isnan(view.score(part))
    calls = [view.score(name)[both] >= frozen[name].value for name in ("good", "poor")]
    row = one(kappas(found, frozen), centre="home", model="good", versus="poor")
    assert (row.n, row.estimate) == (90, pytest.approx(cohen_kappa_score(*calls)))


def test_errors_put_the_cases_everybody_misses_first(table: Predictions) -> None:
    frozen = cutoffs(table)
    found = errors(table, "home", frozen)
    assert found.raters == ("good", "poor", "reader_1_ktirads2021", "reader_person")
    assert (np.diff(found.cases["wrong"]) <= 0).all()
    np.testing.assert_array_equal(found.wrong.sum(axis=1), found.cases["wrong"])
    assert sum(found.venn.values()) == 160
    scores = table.at("home").cases.assign(good=table.at("home").score("good")).set_index("case_id")
    first = found.cases["case_id"][0]
    assert found.wrong[0, 0] == (
        (scores.loc[first, "good"] >= frozen["good"].value) != (scores.loc[first, "label"] == 1)
    )
    assert errors(table, "home", frozen, raters=["poor"]).raters == ("poor",)
    assert sum(errors(table, "home", frozen, raters=[]).venn.values()) == 160
