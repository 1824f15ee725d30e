"""The fidelity number: its regions, its level, and that it tells a right map from a wrong one."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy import ndimage
from scipy.stats import pearsonr

from sera_core.contracts import Box, CamMethod
from sera_core.explain.cam import heatmap, scale, trace
from sera_core.explain.fidelity import MOVED, SHARE, agreement, fidelity, hot_fifth, random_patches
from sera_core.explain.occlusion import occlusion_map
from sera_core.explain.perturb import ask, blurred
from sera_core.explain.why import Asked, explain
from sera_core.images.prepare import Crop
from tests.explain.toys import QuadrantTexture, frozen, probability, quadrant_head, speckle


@pytest.fixture
def toy():
    body, head = frozen(QuadrantTexture()), quadrant_head()
    crop = speckle()
    predict = probability(body, head)
    assert 0.6 < predict(crop[None])[0] < 0.999
    return body, head, crop, predict


@pytest.mark.parametrize("shape", [(60, 60), (15, 200), (111, 37), (3, 4), (1, 1)])
def test_random_patches_are_connected_and_of_equal_area(shape):
    regions = random_patches(shape, 40, np.random.default_rng(1))
    assert regions.shape == (40, *shape)
    assert set(regions.sum(axis=(1, 2))) == {max(round(SHARE * shape[0] * shape[1]), 1)}
    assert all(ndimage.label(region, structure=np.ones((3, 3)))[1] == 1 for region in regions)


def test_random_patches_reach_every_part_of_the_crop():
    share = random_patches((50, 50), 2000, np.random.default_rng(0)).mean(axis=0)
    assert share.min() > SHARE / 4
    assert share.mean() == pytest.approx(SHARE)


def test_hot_fifth_by_brute_force():
    values = np.random.default_rng(2).random((20, 30), dtype=np.float32)
    wanted = np.zeros(600, bool)
    wanted[np.argsort(values.ravel())[-120:]] = True
    np.testing.assert_array_equal(hot_fifth(values).ravel(), wanted)
    assert not hot_fifth(np.ones((20, 30), np.float32)).any()


def test_heats_falls_and_their_correlation_by_hand():
    """Every fall is a difference of log-odds, every heat a mean, and the correlation is Pearson's."""
    crop, asked = speckle(), []
    values = np.float32(np.hypot(*np.mgrid[-30:66, -40:56]))

    def predict(crops):
        asked.extend(crops)
        return crops.std(axis=(1, 2))

    found = fidelity(predict, crop, values, seed=3, patches=6)
    np.testing.assert_array_equal(asked[0], crop)
    spread = np.array([picture.std() for picture in asked])
    odds = np.log(spread / (1 - spread))
    np.testing.assert_allclose(odds[0] - odds[1:], found.falls, rtol=1e-3)
    regions = random_patches(crop.shape, 6, np.random.default_rng(3))
    np.testing.assert_allclose([values[region].mean() for region in regions], found.heats, rtol=1e-5)
    assert found.correlation == pytest.approx(np.corrcoef(found.heats, found.falls)[0, 1])
    for picture, region in zip(asked[1:], regions, strict=True):
        changed = picture != crop
        assert changed[region].mean() > 0.95
        assert changed.sum() < 3 * region.sum()  # the soft edge reaches a little over the patch


def test_blur_takes_texture_and_leaves_brightness():
    crop = speckle()
    region = np.zeros((1, 96, 96), bool)
    region[0, 20:70, 20:70] = True
    inner = np.s_[30:60, 30:60]
    after = blurred(crop, region, side=96)[0]
    assert after[inner].std() < 0.1 * crop[inner].std()
    assert after[inner].mean() == pytest.approx(crop[inner].mean(), abs=0.03)
    np.testing.assert_allclose(after[80:], crop[80:], atol=1e-6)


def test_same_seed_same_patches_whichever_map_is_asked_about(toy):
    _, _, crop, predict = toy
    assert fidelity(predict, crop, speckle(7), seed=4) == fidelity(predict, crop, speckle(7), seed=4)
    first, second, third = (
        fidelity(predict, crop, speckle(map_), seed=seed) for map_, seed in ((7, 4), (8, 4), (7, 5))
    )
    assert first.falls == second.falls != third.falls


@pytest.mark.parametrize("seed", range(5))
def test_right_map_is_trusted(toy, seed):
    body, head, crop, predict = toy
    values = heatmap(CamMethod.GRADCAM, trace(body(torch.from_numpy(crop)[None, None]), head), 1, crop.shape)
    found = fidelity(predict, crop, values, seed=seed)
    assert found.trusted
    assert found.correlation > 0.5


def test_wrong_maps_are_not_trusted(toy):
    """A map that knows nothing is trusted once in twenty times; 40 of them: at most 6 (binomial, p < 0.01)."""
    _, _, crop, predict = toy
    rng = np.random.default_rng(0)
    trusted = 0
    for seed in range(40):
        values = scale(rng.normal(size=(6, 6)).astype(np.float32), crop.shape)
        trusted += fidelity(predict, crop, values, seed=seed).trusted
    assert trusted <= 6
    away = np.zeros((96, 96), np.float32)
    away[48:, 48:] = speckle(1)[48:, 48:]
    assert fidelity(predict, crop, away).correlation < 0


def test_flat_map_is_not_trusted(toy):
    _, _, crop, predict = toy
    found = fidelity(predict, crop, np.zeros_like(crop))
    assert found.correlation == 0
    assert not found.trusted


def test_chance_counts_the_movements_that_do_as_well_by_brute_force():
    """Pearson's by scipy, of the map and of each of its rolled and turned copies."""
    rng = np.random.default_rng(5)
    values, falls = rng.random((12, 9), dtype=np.float32), rng.normal(size=10)
    regions = random_patches((12, 9), 10, rng)
    found = agreement(values, regions, falls)
    wanted = pearsonr([values[region].mean() for region in regions], falls).statistic
    assert found.correlation == pytest.approx(wanted)
    draw, others = np.random.default_rng(0), []
    for _ in range(MOVED):
        down, right, over, across = draw.integers(0, (12, 9, 2, 2))
        turned = np.flip(values, [axis for axis, flip in enumerate((over, across)) if flip])
        moved = np.roll(turned, (down, right), (0, 1))
        others.append(pearsonr([moved[region].mean() for region in regions], falls).statistic)
    assert found.chance == pytest.approx((1 + np.sum(np.array(others) >= wanted - 1e-12)) / (1 + MOVED))


def test_falls_that_are_no_number_are_not_trusted():
    values, regions = speckle()[:20, :20], random_patches((20, 20), 8, np.random.default_rng(0))
    assert not agreement(values, regions, np.full(8, np.nan)).trusted


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


def test_explain_makes_the_map_that_its_fidelity_is_asked_of(toy):
    body, head, crop, predict = toy
    traced = trace(body(torch.from_numpy(crop)[None, None]), head)
    shown = Crop(crop, Box(100, 50, 192, 192))
    asked = Asked((shown,), traced, 1)
    for method in (CamMethod.GRADCAM, CamMethod.OCCLUSION):
        found = explain(method, shown, predict, asked)
        assert found.method is method
        assert found.crop_box == shown.box
        assert found.values.shape == crop.shape
        assert found.fidelity is None, "asked apart"
        assert fidelity(predict, found.crop, found.values).trusted
    with pytest.raises(ValueError, match="occlusion"):
        explain(CamMethod.GRADCAM, shown, predict)
