"""Boxes, overlaps and matches against masks and by hand."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import Box
from sera_core.lessons import tasks
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES


@pytest.mark.parametrize("name", list(SAMPLES))
def test_two_nodules_fit_and_do_not_touch(name: str) -> None:
    case = tasks.with_second(SAMPLES[name].case)
    first, second = tasks.true_boxes(case)
    assert first.overlap(second) == 0
    for box in (first, second):
        assert box.x >= 0
        assert box.x + box.width <= 448


def test_the_first_box_is_that_of_the_rendered_frame() -> None:
    case = tasks.with_second(SAMPLES["papillary"].case)
    assert tasks.true_boxes(case)[0] == render(case).box
    assert len(tasks.true_boxes(replace(case, second=None))) == 1


def test_overlap_equals_that_of_painted_masks() -> None:
    random = np.random.default_rng(0)
    for _ in range(50):
        boxes = [Box(*(int(v) for v in (*random.integers(0, 20, 2), *random.integers(1, 15, 2)))) for _ in range(2)]
        masks = np.zeros((2, 40, 40), bool)
        for mask, box in zip(masks, boxes, strict=True):
            mask[box.y : box.y + box.height, box.x : box.x + box.width] = True
        assert boxes[0].overlap(boxes[1]) == pytest.approx((masks[0] & masks[1]).sum() / (masks[0] | masks[1]).sum())


def test_each_nodule_is_found_once() -> None:
    truth = [Box(0, 0, 10, 10), Box(30, 0, 10, 10)]
    found = tasks.detected([Box(0, 0, 10, 10), Box(1, 0, 10, 10), Box(60, 0, 5, 5)], truth, 0.5)
    assert (found.hits, found.missed, found.false) == (1, 1, 2)
    assert found.recall == 0.5
    assert found.precision == pytest.approx(1 / 3)
    nothing = tasks.detected([], truth, 0.5)
    assert (nothing.hits, nothing.recall, nothing.precision) == (0, 0, 0)
    assert tasks.detected([Box(5, 0, 10, 10)], truth, 0.5).hits == 0
    assert tasks.detected([Box(5, 0, 10, 10)], truth, 0.3).hits == 1
