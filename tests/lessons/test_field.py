"""The plane over which a decision is drawn, and the clouds and nodules to separate."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.lessons import clouds, field, margin
from sera_core.lessons.bank import CROP_PX, cohort, load_bank, preparation
from sera_core.simulate.case import Pathology
from sera_core.simulate.render import crop


def test_level_lines_lie_where_the_decision_has_that_value() -> None:
    fitted = margin.fit(*clouds.ring(), 1.0, 0.3)
    plane = field.field(fitted, (0, 0), (10, 10), 120)
    for level in (-1.0, 0.0, 1.0):
        for line in field.level_lines(plane, level):
            assert fitted.decide(line) == pytest.approx(level, abs=0.02)


def test_a_straight_border_is_a_straight_line() -> None:
    fitted = margin.fit(*clouds.clear())
    (line,) = field.level_lines(field.field(fitted, (0, 0), (10, 10)), 0.0)
    assert line @ fitted.weights + fitted.bias == pytest.approx(0, abs=1e-6)


def test_no_point_needs_slack_at_its_foot() -> None:
    fitted = margin.fit(*clouds.overlapping(), 1.0)
    feet = field.slack_feet(fitted)
    short = fitted.slack > 0
    assert short.any()
    assert (fitted.labels * fitted.decide(feet))[short] == pytest.approx(1)
    assert feet[~short] == pytest.approx(fitted.points[~short])


def test_the_clouds_are_what_their_steps_need() -> None:
    for cloud in (clouds.clear, clouds.overlapping, clouds.ring):
        points, labels = cloud()
        assert points.min() >= 0
        assert points.max() <= clouds.BOARD
        assert margin.separable(points, labels) == (cloud is clouds.clear)


def test_the_shipped_nodules_are_those_of_the_simulator() -> None:
    bank, cases = load_bank(), cohort()
    assert len(bank.labels) == len(cases)
    for k in (0, 17):
        assert bank.crops[k] == pytest.approx(crop(cases[k], CROP_PX, preparation().padding), abs=0.5 / 255 + 1e-6)
        assert bank.labels[k] == (cases[k].pathology is Pathology.MALIGNANT)
    assert all(np.isfinite(values).all() and len(values) == len(cases) for values in bank.layers.values())


def test_islands_of_a_narrow_kernel_are_drawn() -> None:
    fitted = margin.fit(*clouds.ring(), 1.0, 100.0)
    plane = field.field(fitted, (0.0, 0.0), (clouds.BOARD, clouds.BOARD), field.cells_for(100.0))
    island = fitted.decide(fitted.points)[clouds.ring()[1] > 0]
    assert (island > 0).all()
    assert len(field.level_lines(plane, 0.0)) >= len(island) / 2  # those near to each other share one
