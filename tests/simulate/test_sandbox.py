"""The sandbox's controls and the way from benign to malignant."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from sera_core.contracts import BadInput, Guideline
from sera_core.guidelines import assess
from sera_core.simulate import SAMPLES, Nodule, Scanner, render
from sera_core.simulate.readers import score
from sera_core.simulate.sandbox import NODULE_CONTROLS, SCANNER_CONTROLS, steps_to_malignant, truth_of


def test_each_step_is_worse_for_the_guideline_and_for_the_truth() -> None:
    steps = steps_to_malignant(SAMPLES["hyperplasia"].case)
    points = [score(assess(Guideline.ACR2017, step.case.nodule.descriptors, 18)) for step in steps]
    assert points == sorted(points)
    truths = [truth_of(step.case) for step in steps]
    assert truths == sorted(truths)
    assert truths[0] < 0 < truths[-1]
    assert [step.adds for step in steps] == pytest.approx(np.diff(truths, prepend=truths[0]))
    chances = 1 / (1 + np.exp(-np.asarray(truths)))
    assert np.diff(chances[:5]).min() > 0.1  # no step but the last is lost near 100 %
    frames = [render(step.case).image.pixels for step in steps]
    changed = [float(np.mean(a != b)) for a, b in pairwise(frames)]
    assert min(changed) > 0.001
    assert changed[0] < 0.4  # darkening the nodule leaves the neck as it was


def test_every_slider_can_go_to_both_ends() -> None:
    case = SAMPLES["hyperplasia"].case
    for control in NODULE_CONTROLS:
        assert isinstance(getattr(Nodule(10), control.field), float | int)
    for control in SCANNER_CONTROLS:
        for value in (control.low, control.high):
            fields = {control.field: int(value) if control.field == "looks" else value}
            pixels = render(replace(case, scanner=replace(Scanner(), **fields))).image.pixels
            assert np.isfinite(pixels).all()
            assert pixels.std() > 0.01


def test_a_step_that_does_not_fit_is_refused() -> None:
    case = SAMPLES["hyperplasia"].case
    wide = replace(case, nodule=replace(case.nodule, size_mm=36.0, ratio=0.6))
    with pytest.raises(BadInput, match="deep"):
        steps_to_malignant(wide)
