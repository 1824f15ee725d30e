"""One nodule in two planes."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.simulate.case import Case, View
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.plane import other_plane
from sera_core.simulate.render import render, truth_mask


@pytest.fixture(scope="module")
def pairs() -> list[tuple[Case, Case]]:
    return [(case, other_plane(case)) for case in any_cohort("B", 300, 5)]


def test_every_nodule_has_another_plane_with_the_same_depth_and_findings(pairs: list[tuple[Case, Case]]) -> None:
    for one, other in pairs:
        assert {one.anatomy.view, other.anatomy.view} == set(View)
        assert other.nodule.height_mm == pytest.approx(one.nodule.height_mm)
        assert (other.pathology, other.nodule.foci, other.nodule.margin) == (
            one.pathology,
            one.nodule.foci,
            one.nodule.margin,
        )
        assert other.nodule.echo_db == one.nodule.echo_db
        assert other == other_plane(one)
        assert other.seed != one.seed
    across = np.log([other.nodule.width_mm / one.nodule.width_mm for one, other in pairs])
    assert across.mean() == pytest.approx(0, abs=0.04)
    assert across.std() == pytest.approx(0.2, abs=0.03)


def test_its_picture_shows_that_depth(pairs: list[tuple[Case, Case]]) -> None:
    one, other = pairs[0]
    boxes = [truth_mask(case)[1] for case in (one, other)]
    scale = render(other).image.mm_per_px
    assert scale is not None
    assert boxes[1].height * scale[0] == pytest.approx(one.nodule.height_mm, abs=0.3)
    assert not np.array_equal(render(one).image.pixels, render(other).image.pixels)
