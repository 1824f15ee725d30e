"""The fidelity number: its regions, its level, and that it tells a right map from a wrong one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage

from sera_core.contracts import Box, CamMethod, Fidelity
from sera_core.explain.cam import heatmap, scale
from sera_core.explain.fidelity import fidelity, hot_fifth, random_fifths
from sera_core.explain.occlusion import occlusion_map
from sera_core.explain.perturb import ask, blurred
from sera_core.explain.why import box_on_crop, explain
from tests.explain.toys import QuadrantTexture, frozen, probability, quadrant_head, speckle

WHOLE = Box(0, 0, 96, 96)


@pytest.fixture
def toy():
    body, head = frozen(QuadrantTexture()), quadrant_head()
    crop = speckle()
    predict = probability(body, head)
    assert 0.6 < predict(crop[None])[0] < 0.999
    return body, head, crop, predict


@pytest.mark.parametrize("shape", [(60, 60), (15, 200), (111, 37), (3, 4), (1, 1)])
def test_random_fifths_are_connected_and_of_equal_area(shape):
    regions = random_fifths(shape, 40, np.random.default_rng(1))
    assert regions.shape == (40, *shape)
    assert set(regions.sum(axis=(1, 2))) == {max(round(0.2 * shape[0] * shape[1]), 1)}
    assert all(ndimage.label(region, structure=np.ones((3, 3)))[1] == 1 for region in regions)


def test_random_fifths_reach_every_part_of_the_box():
    share = random_fifths((50, 50), 2000, np.random.default_rng(0)).mean(axis=0)
    assert share.min() > 0.05
    assert share.mean() == pytest.approx(0.2)


def test_hot_fifth_by_brute_force():
    values = np.random.default_rng(2).random((20, 30), dtype=np.float32)
    wanted = np.zeros(600, bool)
    wanted[np.argsort(values.ravel())[-120:]] = True
    np.testing.assert_array_equal(hot_fifth(values).ravel(), wanted)
    assert not hot_fifth(np.ones((20, 30), np.float32)).any()


def test_falls_by_hand():
    """Every fall equals the probability of the crop minus that of the crop with one region blurred."""
    crop, box = speckle(), Box(10, 20, 60, 40)
    values = np.float32(np.hypot(*np.mgrid[-30:66, -40:56]))
    asked = []

    def predict(crops):
        asked.extend(crops)
        return crops.std(axis=(1, 2))

    found = fidelity(predict, crop, values, box, seed=3, n_random=4)
    np.testing.assert_array_equal(asked[0], crop)
    answers = np.array([picture.std() for picture in asked])
    np.testing.assert_allclose(answers[0] - answers[1:], (found.hot_fall, *found.random_falls), rtol=1e-5)
    assert len(asked) == 6
    for picture in asked[1:]:
        changed = np.argwhere(picture != crop)
        assert changed.min(axis=0)[0] >= 20 - 3  # the soft edge may reach a little over the box
        assert changed.max(axis=0)[1] < 10 + 60 + 3
        assert 0.2 * 2400 <= len(changed) < 0.5 * 2400


def test_blur_takes_texture_and_leaves_brightness():
    crop = speckle()
    region = np.zeros((1, 96, 96), bool)
    region[0, 20:70, 20:70] = True
    inner = np.s_[30:60, 30:60]
    after = blurred(crop, region, side=96)[0]
    assert after[inner].std() < 0.1 * crop[inner].std()
    assert after[inner].mean() == pytest.approx(crop[inner].mean(), abs=0.03)
    np.testing.assert_allclose(after[80:], crop[80:], atol=1e-6)


def test_same_seed_same_numbers(toy):
    _, _, crop, predict = toy
    values = speckle(7)
    assert fidelity(predict, crop, values, WHOLE, seed=4) == fidelity(predict, crop, values, WHOLE, seed=4)
    first, second = (fidelity(predict, crop, values, WHOLE, seed=seed) for seed in (4, 5))
    assert first.random_falls != second.random_falls
    assert first.hot_fall == second.hot_fall


@pytest.mark.parametrize("seed", range(5))
def test_right_map_is_trusted(toy, seed):
    body, head, crop, predict = toy
    values = heatmap(CamMethod.GRADCAM, body(torch.from_numpy(crop)[None, None]), head, 1, crop.shape)
    found = fidelity(predict, crop, values, WHOLE, seed=seed)
    assert found.trusted
    assert found.gain > 0.05


def test_wrong_maps_are_not_trusted(toy):
    """A map that knows nothing is trusted once in twenty times; 60 of them: at most 8 (binomial, p < 0.01)."""
    _, _, crop, predict = toy
    rng = np.random.default_rng(0)
    trusted = 0
    for seed in range(60):
        values = scale(rng.normal(size=(6, 6)).astype(np.float32), crop.shape)
        trusted += fidelity(predict, crop, values, WHOLE, seed=seed).trusted
    assert trusted <= 8
    away = np.zeros((96, 96), np.float32)
    away[48:, 48:] = speckle(1)[48:, 48:]
    assert not fidelity(predict, crop, away, WHOLE).trusted


def test_flat_map_is_not_trusted(toy):
    _, _, crop, predict = toy
    found = fidelity(predict, crop, np.zeros_like(crop), WHOLE)
    assert found.hot_fall == 0
    assert not found.trusted


def test_a_hot_fifth_that_changes_nothing_is_not_trusted_though_the_others_do_worse():
    others = (-0.1,) * 19
    assert not Fidelity(0.0, others).trusted
    assert Fidelity(1e-6, others).trusted
    assert not Fidelity(float("nan"), others).trusted
    assert not Fidelity(0.1, (float("nan"),) * 19).trusted


def test_occlusion_finds_the_quadrant_within_fifty_answers(toy):
    _, _, crop, predict = toy
    asked = []

    def counting(crops):
        asked.append(len(crops))
        return predict(crops)

    falls = occlusion_map(counting, crop)
    assert sum(asked) <= 50
    assert falls.shape == (8, 8)
    assert falls[:4, :4].mean() > 10 * abs(falls[5:, 5:]).mean()
    values = scale(falls, crop.shape)
    hottest = values > np.quantile(values, 0.8)
    assert hottest[:54, :54].sum() / hottest.sum() > 0.95  # squares of 24 pixels blur the border


def test_occlusion_by_hand():
    """A model that measures the texture of one corner cell: only the one square over the corner matters there."""
    crop = speckle()
    corner = occlusion_map(lambda crops: crops[:, :12, :12].std(axis=(1, 2)), crop)
    square = np.zeros((1, 96, 96), bool)
    square[0, :24, :24] = True
    fall = crop[:12, :12].std() - blurred(crop, square, 96.0)[0, :12, :12].std()
    assert corner[0, 0] == pytest.approx(fall, rel=1e-4)
    assert corner[1, 1] == pytest.approx(fall / 4, rel=0.15)  # of four squares one matters; soft edges
    assert abs(corner[4:, 4:]).max() < 1e-6


def test_crops_go_to_the_model_a_few_at_a_time():
    sizes = []

    def predict(crops):
        sizes.append(len(crops))
        return crops[:, 0, 0]

    crops = np.arange(21, dtype=np.float32)[:, None, None] * np.ones((1, 2, 2), np.float32)
    np.testing.assert_array_equal(ask(predict, crops), np.arange(21))
    assert max(sizes) <= 16


def test_explain_puts_map_and_fidelity_together(toy):
    body, head, crop, predict = toy
    activations = body(torch.from_numpy(crop)[None, None])
    frame_box, crop_box = Box(100, 50, 192, 192), Box(100, 50, 192, 192)
    for method in (CamMethod.GRADCAM, CamMethod.OCCLUSION):
        found = explain(method, crop, crop_box, frame_box, predict, network=(activations, head, 1))
        assert found.method is method
        assert found.crop_box == crop_box
        assert found.values.shape == crop.shape
        assert found.fidelity is not None
        assert found.fidelity.trusted
    with pytest.raises(ValueError, match="occlusion"):
        explain(CamMethod.GRADCAM, crop, crop_box, frame_box, predict)


def test_box_on_crop():
    assert box_on_crop(Box(110, 60, 50, 20), Box(100, 50, 100, 50), (200, 200)) == Box(20, 40, 100, 80)
    over_the_edge = box_on_crop(Box(-10, 0, 50, 50), Box(0, 0, 100, 100), (100, 100))
    assert over_the_edge == Box(0, 0, 40, 50)
