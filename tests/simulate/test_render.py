"""Frames and crops: the same bytes from the same seed, and nothing of the pathology in them."""

from dataclasses import replace

import numpy as np
import pytest

from sera_core.images.prepare import Preparation, prepare
from sera_core.simulate import CENTRES, SAMPLES, Pathology, crop, render
from sera_core.simulate.cohort import any_cohort, build, findings_of

CASES = [any_cohort(name, 20, 4)[place] for place, name in enumerate(CENTRES)]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.centre)
def test_a_crop_is_the_frame_cropped(case) -> None:
    frame = render(case)
    for padding in (1.3, 2.0):
        expected = prepare(frame.image.pixels, frame.box, Preparation(224, "square", padding, 0, 1)).pixels
        seen = crop(case, 224, padding)
        assert seen.dtype == np.float32
        assert np.abs(seen - expected).max() <= 2 / 255  # a rounding of the grey level here and there
        assert np.abs(seen - expected).mean() < 1e-4


def test_the_same_seed_gives_the_same_bytes() -> None:
    case = SAMPLES["papillary"].case
    assert render(case).image.pixels.tobytes() == render(case).image.pixels.tobytes()
    assert crop(case).tobytes() == crop(case).tobytes()
    assert render(replace(case, seed=12)).image.pixels.tobytes() != render(case).image.pixels.tobytes()


@pytest.mark.parametrize("case", CASES, ids=lambda c: c.centre)
def test_pathology_acts_only_through_the_findings(case) -> None:
    as_drawn = crop(case).tobytes()
    for pathology in (Pathology.BENIGN, Pathology.MALIGNANT, None):
        again = build(
            findings_of(case), case.seed, CENTRES[case.centre].scanner, CENTRES[case.centre].diffuse, pathology
        )
        assert again.nodule == case.nodule
        assert again.anatomy == case.anatomy
        assert crop(again).tobytes() == as_drawn


def test_another_size_of_frame_keeps_the_scale() -> None:
    case = SAMPLES["cyst"].case
    small, whole = render(case, 224), render(case)
    assert small.image.pixels.shape == small.mask.shape == (224, 224)
    assert small.image.mm_per_px[0] == pytest.approx(2 * whole.image.mm_per_px[0])
    assert small.box.width == pytest.approx(whole.box.width / 2, abs=1.5)


def test_scale_box_and_mask_agree() -> None:
    for case in CASES:
        frame = render(case)
        rows, columns = np.nonzero(frame.mask)
        assert frame.box.as_list() == [
            columns.min(),
            rows.min(),
            np.ptp(columns) + 1,
            np.ptp(rows) + 1,
        ]
        assert frame.image.mm_per_px == (case.scanner.mm_per_px,) * 2
        assert frame.image.source == "simulated"
        assert frame.image.pixels.min() >= 0
        assert frame.image.pixels.max() <= 1


def test_a_sandbox_step_is_quick_enough() -> None:
    import time

    case = SAMPLES["follicular"].case
    render(case)
    best = min(_seconds(time.process_time, case) for _ in range(3))
    assert best < 0.3


def _seconds(clock, case) -> float:
    start = clock()
    render(case)
    return clock() - start
