"""Tomography, k-space and echoes against closed forms, numpy and the simulator."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sera_core.lessons import echoes, kspace, tomography
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES


def test_the_shadow_of_a_disc_is_its_chord() -> None:
    size, radius = 160, 0.5
    place = (np.arange(size) + 0.5) / size * 2 - 1
    disc = (place[None, :] ** 2 + place[:, None] ** 2 <= radius**2) * 1.0
    sinogram = tomography.project(disc, 12)
    chord = 2 * np.sqrt(np.maximum(radius**2 - place**2, 0)) * tomography.SIDE_CM / 2
    assert np.abs(sinogram - chord[:, None]).mean() < 0.08
    assert sinogram.max() == pytest.approx(chord.max(), rel=0.03)


def test_more_directions_restore_more() -> None:
    truth = tomography.neck()
    found = [tomography.error(tomography.back_project(tomography.project(truth, n)), truth) for n in (8, 30, 180)]
    assert found[0] > found[1] > found[2]
    assert found[2] < 0.03
    assert tomography.back_project(tomography.project(truth, 180))[80, 60] == pytest.approx(truth[80, 60], abs=0.02)


def test_metal_makes_streaks_and_filling_its_shadow_takes_most_of_them() -> None:
    clean, truth = tomography.neck(), tomography.neck(metal=True)
    sinogram = tomography.starved(tomography.project(truth, 120))
    hole = tomography.metal_shadow(120)
    streaks = tomography.error(tomography.back_project(sinogram), clean)
    filled = tomography.error(tomography.back_project(tomography.inpainted(sinogram, hole)), clean)
    assert filled < streaks
    assert (tomography.inpainted(sinogram, hole)[~hole] == sinogram[~hole]).all()


def test_a_hole_is_filled_along_a_straight_line() -> None:
    sinogram = np.array([[1.0], [9.0], [9.0], [4.0]])
    hole = np.array([[False], [True], [True], [False]])
    assert tomography.inpainted(sinogram, hole).ravel().tolist() == [1, 2, 3, 4]


def test_k_space_is_the_sum_of_waves_with_the_sign_of_the_talk() -> None:
    image = np.random.default_rng(0).uniform(0, 1, (6, 8))
    space = kspace.signal(image)
    rows, columns = np.indices(image.shape)
    by_hand = (image * np.exp(2j * np.pi * (2 * rows / 6 + -3 * columns / 8))).sum() / np.sqrt(48)
    assert space[3 + 2, 4 - 3] == pytest.approx(by_hand)
    assert kspace.image_of(space) == pytest.approx(image)


def test_centre_and_rim_are_the_whole() -> None:
    space = kspace.signal(np.random.default_rng(1).uniform(0, 1, (32, 32)))
    centre, inside = kspace.keep(space, 0.3, "Centre")
    rim, outside = kspace.keep(space, 0.3, "Rim")
    assert centre + rim == pytest.approx(space)
    assert kspace.shares(space, inside)[1] + kspace.shares(space, outside)[1] == pytest.approx(1)
    assert kspace.shares(space, np.ones_like(inside)) == pytest.approx((1, 1))


def test_the_stages_end_in_the_simulators_grey() -> None:
    case = SAMPLES["cyst"].case
    stages = echoes.echoes(case)
    frame = render(case).image.pixels
    lines = np.clip(np.round((stages.place / case.scanner.mm_per_px) + frame.shape[1] / 2).astype(int), 0, 447)
    smooth = frame[: len(stages.depth), lines]
    assert np.corrcoef(stages.grey[20:-20].ravel(), smooth[20:-20].ravel())[0, 1] > 0.9
    assert stages.grey.min() >= 0
    assert stages.grey.max() <= 1


def test_gland_speckle_has_the_ratio_of_theory() -> None:
    case = replace(SAMPLES["hyperplasia"].case, second=None)
    stages = echoes.echoes(case)
    even = (np.abs(stages.level) < 0.01) & (stages.depth[:, None] > 8)
    whitened = stages.field[even]
    assert whitened.mean() / whitened.std() == pytest.approx(np.sqrt(np.pi / (4 - np.pi)), rel=0.25)
