"""Areas and curves of everyone at every centre."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit
from sklearn.metrics import roc_auc_score

from sera_core.contracts import BadInput
from sera_core.evaluate import delong
from sera_core.evaluate.compare import (
    auc_differences,
    between_centres,
    cutoffs,
    glance,
    interactions,
    partial_areas,
    roc_lines,
)
from sera_core.evaluate.table import Predictions
from tests.evaluate.drawn import SIZES, drawn_table, one, read
from tests.predicted import made_up


def test_glance_gives_the_area_of_everyone_everywhere(table: Predictions) -> None:
    found = glance(table)
    assert len(found.rows) == 3 * 4
    for centre in SIZES:
        view = table.at(centre)
        for name in ("good", "poor", "reader_person"):
            row = one(found.rows, centre=centre, model=name)
            assert row.estimate == pytest.approx(roc_auc_score(view.label, view.score(name)))
            assert row.low < row.estimate < row.high
        best = one(found.ceilings, centre=centre)
        assert best.estimate == pytest.approx(roc_auc_score(view.label, view.cases["log_likelihood_ratio"]))
    assert found.best == {"home": "good", "away": "good", "far": None}  # p 0.03 at the small centre, after Holm 0.17
    assert found.counts["far"] == (30, 30)


def test_no_model_is_best_when_the_second_is_as_good() -> None:
    rows = drawn_table()
    twin = rows[rows["model"] == "good"].assign(model="twin")
    assert set(glance(read(pd.concat([rows, twin]))).best.values()) == {None}


def test_the_best_is_called_so_only_after_holm_as_in_the_tests_of_pairs() -> None:
    parted = 0  # centres where a single look would call a model best and the correction does not
    for seed in range(12):
        found = read(made_up(models=("alpha", "beta", "gamma", "delta"), cases=60, seed=seed))
        tests = auc_differences(found)
        for centre, best in glance(found).best.items():
            first, second = sorted(found.models, key=lambda name: -found.at(centre).placements[name].value)[:2]
            test = one(tuple(r for r in tests if {r.model, r.versus} == {first, second}), centre=centre)
            assert best == (first if test.p_holm < 0.05 else None)
            parted += test.p < 0.05 <= test.p_holm
    assert parted


def test_real_cases_have_no_ceiling() -> None:
    assert glance(read(drawn_table().assign(domain="real"))).ceilings == ()


def test_roc_lines_pass_through_the_operating_point(table: Predictions) -> None:
    for line in roc_lines(table, "away", cutoffs(table)):
        assert (line.false_positive[0], line.sensitivity[0]) == (0, 0)
        assert (line.false_positive[-1], line.sensitivity[-1]) == (1, 1)
        assert (np.diff(line.sensitivity) >= 0).all()
        if line.is_reader:  # few scores: no band
            assert np.isnan(line.low).all()
        else:  # the band is of the upper end of the step at each false-positive share
            top = np.array([line.sensitivity[line.false_positive == x].max() for x in line.false_positive])
            assert ((line.low <= top) & (top <= line.high)).all()
        assert line.point is not None
        x, y = line.point
        assert np.interp(x, line.false_positive, line.sensitivity) >= y - 1e-12
        assert line.auc == pytest.approx(np.trapezoid(line.sensitivity, line.false_positive))


def test_a_long_curve_is_thinned_but_keeps_its_area() -> None:
    random = np.random.default_rng(1)
    n = 30_000
    label = random.integers(0, 2, n)
    large = pd.DataFrame(
        {"case_id": np.arange(n).astype(str), "label": label, "probability": expit(random.normal(label))}
    )
    found = read(large.assign(patient_id=large["case_id"], centre="X", role="internal", model="m"))
    (line,) = roc_lines(found, "X", cutoffs(found))
    assert len(line.threshold) <= 400
    assert np.trapezoid(line.sensitivity, line.false_positive) == pytest.approx(line.auc, abs=1e-3)


def test_between_centres_and_interaction(table: Predictions) -> None:
    row = one(between_centres(table), centre="home - away", model="good")
    expected = delong.unpaired(table.at("home").placements["good"], table.at("away").placements["good"])
    assert (row.estimate, row.p, row.n) == pytest.approx((expected.difference, expected.p, 290))
    lead = {c: one(auc_differences(table), centre=c, model="poor", versus="reader_person").estimate for c in SIZES}
    meets = one(interactions(table, "reader_person"), centre="home - far", model="poor")
    assert meets.estimate == pytest.approx(lead["home"] - lead["far"])
    with pytest.raises(BadInput, match="no reader"):
        interactions(table, "good")


def test_neither_the_order_of_rows_nor_a_monotone_change_of_scores_moves_the_areas(table: Predictions) -> None:
    rows = drawn_table()
    shuffled = read(rows.sample(frac=1, random_state=3))
    warped = read(rows.assign(probability=rows["probability"] ** 3))
    for row in glance(table).rows:
        for other in (shuffled, warped):
            again = one(glance(other).rows, centre=row.centre, model=row.model)
            assert (again.estimate, again.low) == pytest.approx((row.estimate, row.low))


def test_partial_areas_name_their_range(table: Predictions) -> None:
    row = one(partial_areas(table, 0.9, 1.0), centre="home", model="good")
    assert "0.9 to 1" in row.method
    assert 0.5 < row.estimate < 1
