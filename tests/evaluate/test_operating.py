"""Cut-offs of a comparison and what every rater says at his own."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest
from sklearn.metrics import confusion_matrix

from sera_core.contracts import BadInput
from sera_core.evaluate.compare import (
    between_centres,
    compare,
    confusions,
    cutoffs,
    interactions,
    optimisms,
)
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.results import Cutoff
from sera_core.evaluate.table import Predictions
from tests.evaluate.drawn import drawn_table, one, read


def test_cut_offs_come_from_the_internal_cases_or_the_guideline(table: Predictions) -> None:
    found = cutoffs(table)
    home = table.at("home")
    assert found["good"].value == youden(home.label, home.score("good"))
    assert found["reader_person"].value == youden(home.label, home.score("reader_person"))
    assert found["reader_1_ktirads2021"].value == 4
    assert "4 or more" in found["reader_1_ktirads2021"].method
    known = Cutoff(0.3, 0.2, 0.4, "frozen")
    assert cutoffs(table, {"good": known})["good"] is known


def test_without_internal_cases_the_cut_off_is_a_half_and_says_so() -> None:
    outside = read(drawn_table().assign(role="external"))
    found = cutoffs(outside)["good"]
    assert found.value == 0.5
    assert "no internal cases" in found.method


def test_real_and_simulated_internal_cases_are_not_pooled() -> None:
    mixed = drawn_table().query("centre != 'far'").assign(role="internal")
    mixed.loc[mixed["centre"] == "away", "domain"] = "real"
    found = read(mixed)
    away = found.at("away")
    assert cutoffs(found)["good"].value == youden(away.label, away.score("good"))
    assert not between_centres(found)
    assert not interactions(found, "reader_person")


def test_confusion_equals_scikit_learn_and_moves_with_the_cut_off(table: Predictions) -> None:
    frozen = cutoffs(table)
    for matrix in confusions(table, frozen):
        view = table.at(matrix.centre)
        called = view.score(matrix.model) >= frozen[matrix.model].value
        expected = confusion_matrix(view.label, called).ravel()
        assert expected.tolist() == [
            matrix.true_negative,
            matrix.false_positive,
            matrix.false_negative,
            matrix.true_positive,
        ]
        assert [row.metric for row in matrix.rows][:2] == ["sensitivity", "specificity"]
        assert matrix.role == (None if matrix.model.startswith("reader_") else table.roles[matrix.model, matrix.centre])
    all_called = confusions(table, {**frozen, "good": Cutoff(-1.0, np.nan, np.nan, "what if")})
    sensitivity, specificity = (
        one(tuple(row for m in all_called for row in m.rows), centre="far", model="good", metric=metric)
        for metric in ("sensitivity", "specificity")
    )
    assert (sensitivity.estimate, specificity.estimate) == (1, 0)


def test_a_perfect_rater_has_no_ratio_but_a_bound() -> None:
    rows = drawn_table()
    found = read(rows.assign(probability=rows["label"]))
    matrix = confusions(found, cutoffs(found))[0]
    ratio = one(matrix.rows, metric="lr_positive")
    assert math.isnan(ratio.estimate)
    assert ratio.low > 1
    assert "infinite" in ratio.method
    assert one(matrix.rows, metric="sensitivity").low < 1


def test_a_tuned_cut_off_never_looks_worse_and_every_centre_is_judged(table: Predictions) -> None:
    found = optimisms(table, cutoffs(table))
    places = ("home", "away", "far")
    assert {(one.centre, one.model) for one in found} == {(c, m) for c in places for m in ("good", "poor")}
    assert {one.centre for one in found if one.chosen_here} == {"home"}
    for result in found:
        assert result.gain["youden"] >= -1e-12
        for name, gain in result.gain.items():
            assert gain == pytest.approx(result.tuned[name] - result.frozen[name])


def test_a_cut_off_that_comes_with_the_table_is_kept_and_told() -> None:
    rows = drawn_table()
    given = read(rows.assign(cutoff=np.where(rows["model"] == "good", 0.56, np.nan), cutoff_low=0.5, cutoff_high=0.6))
    found = cutoffs(given)
    assert (found["good"].value, found["good"].low, found["good"].high) == (0.56, 0.5, 0.6)
    assert "given in the table" in found["good"].method
    assert found["good"].chosen_at == ()
    assert found["poor"].chosen_at == ("home",)
    assert found["poor"].low <= found["poor"].value <= found["poor"].high
    assert cutoffs(given, {"good": Cutoff(0.7, np.nan, np.nan, "named")})["good"].value == 0.7
    with pytest.raises(BadInput, match=r"Row 3 .* another cutoff than an earlier row"):
        read(rows.assign(cutoff=np.where(np.arange(len(rows)) == 1, 0.4, 0.56)))
    with pytest.raises(BadInput, match="cutoff that is no number"):
        read(rows.assign(cutoff="high"))


def test_a_frozen_cut_off_is_used_everywhere(table: Predictions) -> None:
    known = {"good": Cutoff(0.9, 0.8, 0.95, "frozen")}
    found = compare(table, known)
    assert found.cutoffs["good"] == known["good"]
    assert {m.cutoff for m in found.confusions if m.model == "good"} == {0.9}
    assert replace(known["good"], value=0.5) != found.cutoffs["good"]
