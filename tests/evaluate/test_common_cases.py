"""Models that answered different cases: compared on those that all answered, or each beside its own reference."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from sera_core.evaluate.compare import compare, decision_curves, glance
from sera_core.evaluate.netbenefit import net_benefit, treat_all
from sera_core.evaluate.table import Predictions, read_predictions
from sera_core.figures.palette import series
from sera_core.figures.trust import decision_curves as draw
from sera_core.wording.comparison import common_cases

N = 60


def table(keep: dict[str, np.ndarray], seed: int = 0) -> tuple[Predictions, pd.DataFrame]:
    """One centre whose models (in the order of ``keep``) answer the same cases at most, and the same table wide."""
    random = np.random.default_rng(seed)
    label = random.permutation(np.r_[np.ones(24, int), np.zeros(N - 24, int)])
    wide = pd.DataFrame({"label": label})
    for model in keep:
        wide[model] = expit(2 * label - 1 + random.normal(size=N))
    parts = [
        pd.DataFrame({"case_id": [f"c{i}" for i in range(N)], "patient_id": [f"p{i}" for i in range(N)]}).assign(
            centre="Busan", role="external", label=label, model=model, probability=wide[model]
        )[kept]
        for model, kept in keep.items()
    ]
    return read_predictions(pd.concat(parts).to_csv(index=False).encode()), wide


def half_of_the_cancers(seed: int = 0) -> tuple[Predictions, pd.DataFrame, np.ndarray]:
    label = table({"a": np.ones(N, bool)}, seed)[1]["label"].to_numpy()
    kept = (label == 0) | (np.arange(N) % 2 == 0)
    return *table({"a": np.ones(N, bool), "b": kept}, seed), kept


def test_both_curves_stand_on_the_common_cases_with_their_prevalence() -> None:
    found, wide, kept = half_of_the_cancers()
    common = wide[kept]
    a, b = decision_curves(found, "Busan")
    assert a.n == b.n == kept.sum() < N
    for curve in (a, b):
        expected = net_benefit(common["label"], common[curve.model], curve.threshold)[0]
        np.testing.assert_allclose(curve.model_benefit, expected)
        np.testing.assert_allclose(curve.treat_all, treat_all(float(common["label"].mean()), curve.threshold))
    assert common_cases([a.n, b.n], N) == f"On the {a.n} of {N} cases that all these models answered."


def test_the_order_of_the_models_changes_nothing() -> None:
    """The reference was once that of whichever model came first."""
    found, _, kept = half_of_the_cancers()
    turned = table({"b": kept, "a": np.ones(N, bool)})[0]
    lines = [{curve.model: curve for curve in decision_curves(one, "Busan")} for one in (found, turned)]
    assert lines[0]["b"].n == lines[1]["b"].n
    np.testing.assert_array_equal(lines[0]["a"].treat_all, lines[1]["a"].treat_all)


def test_rows_give_everybody_treated_on_the_same_cases() -> None:
    found, wide, kept = half_of_the_cancers()
    rows = [row for row in compare(found).rows if row.metric == "net_benefit_at_0.10"]
    assert [(row.model, row.n) for row in rows] == [("treat_all", kept.sum()), ("a", kept.sum()), ("b", kept.sum())]
    share = wide["label"][kept].mean()
    assert rows[0].estimate == pytest.approx(share - (1 - share) / 9)


def test_without_common_cases_each_model_has_its_own_reference() -> None:
    first = np.arange(N) < 30
    found, wide = table({"a": first, "b": ~first})
    a, b = decision_curves(found, "Busan")
    for curve, mine in ((a, first), (b, ~first)):
        assert curve.n == 30
        np.testing.assert_allclose(curve.treat_all, treat_all(float(wide["label"][mine].mean()), curve.threshold))
    rows = [row for row in compare(found).rows if row.metric == "net_benefit_at_0.10"]
    assert [row.model for row in rows] == ["treat_all", "a", "treat_all", "b"]
    assert ["that a answered" in rows[0].method, "that b answered" in rows[2].method] == [True, True]
    names = {"a": "a", "b": "b"}
    figure = draw((a, b), series(("a", "b")), names)
    assert [trace.name for trace in figure.data[:3]] == ["needle for all, a", "needle for all, b", "needle for none"]
    assert "no cases of both classes in common" in common_cases([30, 30 + 1], N)


def test_a_model_that_left_out_the_hard_cases_is_not_called_the_best() -> None:
    """On its own easy cases "lazy" has the higher AUC; on the cases that both answered "whole" is ahead."""
    random = np.random.default_rng(1)
    n = 400
    label = np.arange(n) % 2
    hard = np.arange(n) >= 200
    whole = label * np.where(hard, 0.2, 6.0) + random.normal(size=n)
    lazy = label * 4.0 + random.normal(size=n)
    case = {"case_id": [f"c{k}" for k in range(n)], "patient_id": [f"p{k}" for k in range(n)], "label": label}
    both = [
        pd.DataFrame({**case, "centre": "x", "role": "external", "model": model, "probability": expit(score)})[kept]
        for model, score, kept in (("whole", whole, label >= 0), ("lazy", lazy, ~hard))
    ]
    found = glance(read_predictions(pd.concat(both).to_csv(index=False).encode()))
    own = {row.model: row.estimate for row in found.rows}
    assert own["lazy"] > own["whole"], "each on its own cases"
    assert found.best["x"] != "lazy"


def test_where_all_answered_nothing_is_said() -> None:
    assert common_cases([N, N], N) == ""
