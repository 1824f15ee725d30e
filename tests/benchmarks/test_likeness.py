"""Real against simulated crops: one nodule a crop, two halves of patients, and what a loan changes."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from sera_core.benchmarks.likeness import finished, likeness, most_telling
from sera_core.contracts import BadInput
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.finish import EXPORTED
from sera_core.simulate.loans import everything
from sera_core.simulate.realism import crops, nodules, real_frames, real_or_simulated
from sera_core.simulate.render import crop


def test_a_mask_of_two_views_gives_two_nodules_without_crumbs() -> None:
    mask = np.zeros((80, 120), bool)
    mask[20:50, 10:40] = mask[30:60, 70:110] = True
    mask[0:3, 0:3] = True
    (_, first), (_, second) = nodules([(np.zeros(mask.shape, np.float32), mask)])
    assert (first.sum(), second.sum()) == (900, 1200)


def test_the_halves_of_a_data_set_hold_every_patient_once(tmp_path: Path) -> None:
    lines = ["image,mask,patient_group,duplicate"]
    for number, patient in enumerate(("p1", "p2", "p1", "p3", "p4", "p3")):
        Image.new("L", (24, 24), 40 * int(patient[1])).save(tmp_path / f"{number}.png")
        lines.append(f"{number}.png,nodule.png,{patient},{int(number == 5)}")
    Image.new("L", (24, 24), 255).save(tmp_path / "nodule.png")
    (tmp_path / "labels.csv").write_text("\n".join(lines))
    halves = [real_frames(tmp_path, half=half) for half in (0, 1)]
    seen = [{round(float(grey[0, 0]) * 255 / 40) for grey, _ in half} for half in halves]
    assert seen[0] | seen[1] == {1, 2, 3, 4}
    assert [len(patients) for patients in seen] == [2, 2]
    assert sum(map(len, halves)) == 5


def test_two_halves_of_the_real_frames_are_alike_and_simulated_ones_only_with_what_they_lend(shared_data: Path) -> None:
    one, other = (crops(real_frames(shared_data / "ddti", 70, half))[:90] for half in (0, 1))
    drawn = [crop(case, 96, 1.6) for case in any_cohort("internal", 90, 5)]
    lent = list(everything(np.stack(drawn), np.stack(one)))
    assert real_or_simulated(one, other) < 0.7
    assert real_or_simulated(other, lent) + 0.05 < real_or_simulated(other, drawn)


def test_the_most_telling_number_is_found_by_itself() -> None:
    generator = np.random.default_rng(0)
    dark, bright = ([*generator.normal(mean, 0.05, (8, 96, 96)).astype(np.float32)] for mean in (0.3, 0.5))
    assert most_telling(dark, bright) == most_telling(bright, dark) == 1
    assert most_telling(dark, dark) == 0.5


def test_every_frame_is_finished_by_its_own_draw() -> None:
    flat = np.full((64, 64), 0.4, np.float32)
    first, second = finished([(flat, flat > 0)] * 2, EXPORTED)
    assert abs(float(first[0].mean()) - float(second[0].mean())) > 1e-3
    assert first[1].all()


def test_without_real_frames_it_says_what_is_missing() -> None:
    with pytest.raises(BadInput, match="--frames"):
        likeness(None)
