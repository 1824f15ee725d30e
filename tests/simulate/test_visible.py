"""What a picture can show: a sign that no eye finds counts for nothing in the truth as visible."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sera_core.contracts import Focus, Margin
from sera_core.simulate.case import Case, Pathology
from sera_core.simulate.centres import centre_named
from sera_core.simulate.cohort import Cohort, findings_of
from sera_core.simulate.frequencies import HALO, MARGIN, MARGINS, SHAPE, density
from sera_core.simulate.render import pixels
from sera_core.simulate.sandbox import TYPICAL_MARGIN, beyond, truth_of
from sera_core.simulate.settings import case_from
from sera_core.simulate.visible import VISIBLE, around, outline_contrast, unseen, visible_truth


def nodule(echo_db: float, margin: Margin = Margin.IRREGULAR, **fields: float) -> Case:
    border = {"margin": margin.value, **TYPICAL_MARGIN[margin]}
    return case_from({"seed": 2, "echo_db": echo_db, **border, **fields})


def test_a_margin_at_the_glands_own_level_counts_for_nothing_and_on_a_dark_nodule_for_all() -> None:
    faint, smooth, dark = nodule(-1), nodule(-1, Margin.SMOOTH), nodule(-8)
    assert {MARGIN, SHAPE} <= unseen(faint)
    assert truth_of(faint) > 0.5 > truth_of(smooth)  # as built the sign is worth a lot
    assert visible_truth(faint) == pytest.approx(visible_truth(smooth), abs=0.05)  # the absence of a halo apart
    assert not {MARGIN, SHAPE} & unseen(dark)
    assert visible_truth(dark) - visible_truth(nodule(-8, Margin.SMOOTH)) > 1.5


def test_the_border_stands_out_as_the_nodule_darkens_and_more_where_the_scanner_averages() -> None:
    levels = (-1, -3, -5, -8, -14)
    contrast = [outline_contrast(nodule(level)) for level in levels]
    assert contrast == sorted(contrast)
    assert contrast[0] < VISIBLE < contrast[-2]
    averaged = replace(nodule(-5), scanner=replace(nodule(-5).scanner, looks=4))
    assert outline_contrast(averaged) > 1.5 * contrast[2]


def test_spikes_of_no_depth_are_no_margin() -> None:
    assert MARGIN in unseen(nodule(-8, margin_depth=0.0))


def test_foci_are_seen_on_dark_ground_and_lost_on_bright() -> None:
    assert Focus.PUNCTATE not in unseen(nodule(-8, Margin.SMOOTH, punctate=8))
    assert Focus.PUNCTATE in unseen(nodule(6, Margin.SMOOTH, punctate=8))


def test_what_is_unseen_is_summed_over_all_that_it_could_be() -> None:
    findings, centre = findings_of(nodule(-8)), centre_named("internal")
    for kind, share in zip((Pathology.MALIGNANT, Pathology.BENIGN), centre.follicular, strict=True):
        every = [
            density(replace(findings, descriptors=replace(findings.descriptors, margin=margin)), kind, share, 1.0)
            for margin in MARGINS
        ]
        assert density(findings, kind, share, 1.0, frozenset({MARGIN})) == pytest.approx(sum(every))
        both = [density(replace(findings, halo=halo), kind, share, 1.0) for halo in (False, True)]
        assert density(findings, kind, share, 1.0, frozenset({HALO})) == pytest.approx(sum(both))


def test_a_window_of_the_frame_is_that_part_of_it() -> None:
    case = nodule(-8)
    part = around(case)
    whole = pixels(case)[part.y : part.y + part.height, part.x : part.x + part.width]
    assert np.abs(pixels(case, part) - whole).max() <= 1 / 255


def test_no_patient_of_a_cohort_lies_beyond_what_networks_learnt_from() -> None:
    for case in Cohort(centre_named("internal"), "train", 150, 150, 7):
        assert beyond(case) == ()
    assert [control.field for control in beyond(nodule(-20, margin_depth=0.35))] == ["echo_db", "margin_depth"]
