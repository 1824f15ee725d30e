"""Textures against counting by hand and against the libraries' own figures, and on pictures whose answer is known."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
import pywt
from skimage.feature import graycomatrix, graycoprops

from sera_core.features import glcm, wavelet
from sera_core.features.texture import TEXTURES, texture

STEPS = {0: (0, 1), 1: (1, 1), 2: (1, 0), 3: (1, -1)}  # at distance 1, in scikit-image's order of angles


def crops(count: int = 3, side: int = 40) -> np.ndarray:
    random = np.random.default_rng(4)
    return np.clip(random.normal(0.5, 0.2, (count, side, side)), 0, 1).astype(np.float32)


def column(names: tuple[str, ...], features: np.ndarray, name: str) -> np.ndarray:
    return features[:, names.index(name)]


def counted(levels: np.ndarray, down: int, right: int) -> np.ndarray:
    """Co-occurrence in both orders, pair by pair."""
    shares = np.zeros((glcm.LEVELS, glcm.LEVELS))
    height, width = levels.shape
    for row, col in product(range(height), range(width)):
        if 0 <= row + down < height and 0 <= col + right < width:
            here, there = levels[row, col], levels[row + down, col + right]
            shares[here, there] += 1
            shares[there, here] += 1
    return shares / shares.sum()


def test_contrast_energy_and_entropy_at_one_pixel_equal_counting_by_hand() -> None:
    picture = crops(1, 12)
    levels = np.floor(picture[0] * glcm.LEVELS).clip(0, glcm.LEVELS - 1).astype(int)
    i, j = np.indices((glcm.LEVELS, glcm.LEVELS))
    found = glcm.glcm(picture)
    shares = [counted(levels, *step) for step in STEPS.values()]
    by_hand = {
        "contrast": [(share * (i - j) ** 2).sum() for share in shares],
        "energy": [np.sqrt((share**2).sum()) for share in shares],
        "entropy": [-sum(p * np.log(p) for p in share.ravel() if p > 0) for share in shares],
    }
    for name, values in by_hand.items():
        assert column(glcm.NAMES, found, f"{name} at 1 px, mean")[0] == pytest.approx(np.mean(values), rel=1e-5)
        assert column(glcm.NAMES, found, f"{name} at 1 px, range")[0] == pytest.approx(np.ptp(values), rel=1e-3)


@pytest.mark.parametrize("name", glcm.PROPERTIES)
def test_all_properties_equal_those_of_scikit_image(name: str) -> None:
    pictures = crops()
    found = glcm.glcm(pictures)
    for number, picture in enumerate(pictures):
        levels = (picture * glcm.LEVELS).clip(0, glcm.LEVELS - 1).astype(np.uint8)
        matrices = graycomatrix(levels, glcm.DISTANCES, glcm.ANGLES, glcm.LEVELS, symmetric=True, normed=True)
        values = graycoprops(matrices, name)  # [distance, angle]
        for distance, over_angles in zip(glcm.DISTANCES, values, strict=True):
            mean = column(glcm.NAMES, found, f"{name} at {distance} px, mean")[number]
            spread = column(glcm.NAMES, found, f"{name} at {distance} px, range")[number]
            assert mean == pytest.approx(over_angles.mean(), rel=1e-4, abs=1e-6)
            assert spread == pytest.approx(np.ptp(over_angles), rel=1e-3, abs=1e-5)


def test_distances_and_angles_are_all_different_steps() -> None:
    steps = [
        (round(np.sin(angle) * distance), round(np.cos(angle) * distance))
        for distance, angle in product(glcm.DISTANCES, glcm.ANGLES)
    ]
    assert len(set(steps)) == len(steps)


def test_a_flat_picture_has_no_contrast_and_full_correlation() -> None:
    found = glcm.glcm(np.full((1, 20, 20), 1.0, np.float32))
    assert column(glcm.NAMES, found, "contrast at 3 px, mean")[0] == 0
    assert column(glcm.NAMES, found, "correlation at 3 px, mean")[0] == 1
    assert column(glcm.NAMES, found, "entropy at 1 px, mean")[0] == 0


@pytest.mark.parametrize("side", [40, 128, 61])
def test_wavelet_measures_equal_pywavelets_one_crop_at_a_time(side: int) -> None:
    pictures = crops(2, side)
    found = wavelet.wavelet(pictures)
    for number, picture in enumerate(pictures):
        low = picture.astype(float)
        bands = {}
        for level in range(1, 4):
            low, (bands[f"HL{level}"], bands[f"LH{level}"], bands[f"HH{level}"]) = pywt.dwt2(low, "db2")
        bands["LL3"] = low
        for name, band in bands.items():
            shares = band.ravel() ** 2 / (band**2).sum()
            by_hand = {
                "energy": (band**2).mean(),
                "entropy": -sum(p * np.log(p) for p in shares if p > 0),
                "mean": np.abs(band).mean(),
                "spread": band.std(),
            }
            for measure, value in by_hand.items():
                assert column(wavelet.NAMES, found, f"{measure} of {name}")[number] == pytest.approx(value, rel=1e-4)


def test_vertical_stripes_answer_in_lh_and_horizontal_ones_in_hl() -> None:
    stripes = np.tile(np.array([0, 0, 1, 1], np.float32), (64, 16))
    found = wavelet.wavelet(np.stack([stripes, stripes.T]))
    lh, hl = (column(wavelet.NAMES, found, f"energy of {band}2") for band in ("LH", "HL"))
    assert lh[0] > 100 * hl[0]
    assert hl[1] > 100 * lh[1]


@pytest.mark.parametrize("name", TEXTURES)
def test_many_crops_are_the_same_as_one_by_one(name: str) -> None:
    pictures = crops(300, 32)
    together = texture(name, pictures)
    names = {"glcm": glcm.NAMES, "wavelet": wavelet.NAMES}[name]
    assert together.dtype == np.float32
    assert together.shape == (300, len(names))
    assert len(set(names)) == len(names)
    assert np.isfinite(together).all()
    alone = np.concatenate([texture(name, pictures[k : k + 1]) for k in (0, 130, 299)])
    np.testing.assert_allclose(together[[0, 130, 299]], alone, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("name", TEXTURES)
def test_black_crops_give_finite_features(name: str) -> None:
    assert np.isfinite(texture(name, np.zeros((2, 32, 32), np.float32))).all()
