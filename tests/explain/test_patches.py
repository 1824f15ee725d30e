"""The fidelity's patches, their falls and its correlations, each in a loop."""

from __future__ import annotations

import cmath
import math

import numpy as np
import pytest

from sera_core.contracts import Grey
from sera_core.explain import fidelity as room
from sera_core.explain.fidelity import agreement, fidelity, hot_fifth, moved, patch_falls, random_patches
from sera_core.explain.perturb import blurred


@pytest.mark.parametrize("shape", [(17, 40), (33, 12)])
def test_a_patch_is_the_tenth_nearest_in_a_turned_ellipse(shape: tuple[int, int]) -> None:
    draw = np.random.default_rng(6).uniform(size=(4, 5))
    found = random_patches(shape, 5, np.random.default_rng(6))
    for patch, (down, right, turn, stretch) in zip(found, draw.T, strict=True):
        far = {}
        for row in range(shape[0]):
            for column in range(shape[1]):
                away = complex(column + 0.5 - right * shape[1], row + 0.5 - down * shape[0])
                turned = away * cmath.exp(-1j * math.pi * turn)
                far[row, column] = turned.real**2 / 2.5**stretch + turned.imag**2 * 2.5**stretch
        nearest = sorted(far, key=far.__getitem__)[: round(0.1 * shape[0] * shape[1])]
        assert {tuple(map(int, spot)) for spot in np.argwhere(patch)} == set(nearest)


def sure(crops: Grey) -> np.ndarray:
    """So sure of some crops that their log-odds are endless."""
    return (crops[:, :17].mean(axis=(1, 2)) > 0.999).astype(float)


def test_a_sure_model_falls_by_the_log_odds_of_one_in_a_thousand_million() -> None:
    crop = np.zeros((30, 20), np.float32)
    crop[:17], crop[17:] = 1, 0
    regions, falls = patch_falls(sure, crop, seed=3, patches=40)
    bound = math.log(1e-9 / (1 - 1e-9))
    answers = sure(blurred(crop, regions, side=600**0.5))
    np.testing.assert_allclose(falls, [0 if answer else -2 * bound for answer in answers], rtol=1e-6)
    assert {0.0, 1.0} == set(answers), "both occur"
    none = patch_falls(lambda crops: 1 - sure(crops), crop, seed=3, patches=40)[1]
    np.testing.assert_allclose(none, -falls, rtol=1e-6)


def test_the_blur_of_patches_grows_with_the_side_of_a_square_of_the_crops_area() -> None:
    crop = np.random.default_rng(0).random((50, 24), dtype=np.float32)
    regions, falls = patch_falls(lambda crops: crops.std(axis=(1, 2)), crop, seed=0, patches=4)
    odds = [math.log(p / (1 - p)) for p in (crop.std(), *blurred(crop, regions, 1200**0.5).std(axis=(1, 2)))]
    np.testing.assert_allclose(falls, odds[0] - np.array(odds[1:]), rtol=1e-3, atol=1e-5)


def test_unless_told_the_first_patches_are_asked() -> None:
    crop = np.random.default_rng(0).random((20, 20), dtype=np.float32)
    asked = [
        room.patch_falls(lambda crops: crops.std(axis=(1, 2)), crop, *seed)[0].tolist() for seed in ((), (0,), (1,))
    ]
    assert asked[0] == asked[1] != asked[2]
    found = [fidelity(lambda crops: crops.std(axis=(1, 2)), crop, crop, *seed) for seed in ((), (0,), (1,))]
    assert found[0] == found[1] != found[2]


def test_correlations_in_a_loop_and_none_where_a_side_is_flat_or_no_number() -> None:
    rng = np.random.default_rng(4)
    rows, wanted = rng.normal(size=(6, 9)), rng.normal(size=9)
    rows[2, 4], rows[3], rows[5, 0] = np.nan, 7.0, np.inf
    found = room._correlations(rows, wanted)
    for i in (0, 1, 4):
        assert found[i] == pytest.approx(np.corrcoef(rows[i], wanted)[0, 1])
    assert found[[2, 3, 5]].tolist() == [0, 0, 0]
    assert not room._correlations(rows, np.where(np.arange(9) == 3, np.nan, wanted)).any()
    assert not room._correlations(rows, np.ones(9)).any()


def test_a_patch_that_holds_one_pixel_has_its_heat() -> None:
    values = np.arange(12, dtype=np.float32).reshape(3, 4)
    regions = np.eye(12, dtype=bool).reshape(12, 3, 4)
    assert agreement(values, regions, np.arange(12.0)).heats == tuple(range(12))


def test_as_likely_as_not_counts_as_well() -> None:
    """A map that is the same in every place: each copy does exactly as well, so chance is 1."""
    regions = random_patches((8, 8), 6, np.random.default_rng(0))
    assert agreement(np.ones((8, 8), np.float32), regions, np.arange(6.0)).chance == 1


def test_a_map_moves_by_whole_pixels_and_turns_over() -> None:
    values = np.arange(35, dtype=np.float32).reshape(5, 7)
    for copy, again in zip(moved(values, 20), moved(values, 20), strict=True):
        assert sorted(copy) == sorted(values.ravel())
        np.testing.assert_array_equal(copy, again)
    assert len({copy.tobytes() for copy in moved(values, 20)}) > 15


def test_a_flat_maps_hottest_fifth_is_an_empty_mask() -> None:
    found = hot_fifth(np.ones((4, 5), np.float32))
    assert found.dtype == bool
    assert not found.any()
