"""Measurements against the simulator, which knows the true values."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from sera_core.contracts import Composition
from sera_core.signs import measure
from sera_core.signs.measure import Signs
from sera_core.simulate import CENTRES, Anatomy, Case, Nodule, render


def of(centre: str, nodule: Nodule) -> Signs:
    frame = render(Case(5, nodule, Anatomy(), CENTRES[centre].scanner))
    return measure(frame.image.pixels, frame.mask, frame.image.mm_per_px)


@pytest.mark.parametrize("centre", list(CENTRES))
def test_sizes_and_echo_follow_the_truth_on_every_scanner(centre: str) -> None:
    dark, bright = (of(centre, Nodule(12, 1.2, echo_db=level)) for level in (-12, 2))
    for signs in (dark, bright):
        assert signs["height"] == pytest.approx(12, abs=0.3)
        assert signs["width"] == pytest.approx(10, abs=0.3)
        assert signs["height_over_width"] == pytest.approx(1.2, abs=0.03)
    assert dark["echo"] < bright["echo"] - 0.2
    assert dark["edge_contrast"] > bright["edge_contrast"] + 0.2
    cyst = of(centre, Nodule(12, 0.8, Composition.CYSTIC))
    assert cyst["dark_share"] > 0.5 > 0.2 > bright["dark_share"]
    assert cyst["behind"] > bright["behind"]


def test_the_example_runs() -> None:
    ran = doctest.testmod(import_module("sera_core.signs.measure"))
    assert ran.attempted > 0
    assert ran.failed == 0
