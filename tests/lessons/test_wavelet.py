"""The wavelet transform against PyWavelets and against its own formula."""

from __future__ import annotations

import numpy as np
import pytest
import pywt

from sera_core.lessons import wavelet

NAMES = {"Haar": "haar", "Daubechies 2": "db2"}


def noise(seed: int, shape: tuple[int, int]) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, shape)


@pytest.mark.parametrize(("ours", "theirs"), NAMES.items())
@pytest.mark.parametrize("shape", [(8, 8), (36, 50), (4, 64)])
def test_bands_equal_pywavelets(ours: str, theirs: str, shape: tuple[int, int]) -> None:
    image = noise(1, shape)
    bands = wavelet.transform(image, ours)
    low, (horizontal, vertical, diagonal) = pywt.dwt2(image, theirs, mode="periodization")
    for band, reference in {"LL": low, "HL": horizontal, "LH": vertical, "HH": diagonal}.items():
        assert bands[band] == pytest.approx(reference, abs=1e-12), band
    assert wavelet.restore(bands, ours) == pytest.approx(image, abs=1e-12)


@pytest.mark.parametrize("removed", wavelet.BANDS)
def test_without_a_band_the_image_equals_pywavelets(removed: str) -> None:
    image = noise(2, (20, 28))
    bands = {band: values for band, values in wavelet.transform(image, "Daubechies 2").items() if band != removed}
    kept = {band: bands.get(band) for band in wavelet.BANDS}
    theirs = pywt.idwt2((kept["LL"], (kept["HL"], kept["LH"], kept["HH"])), "db2", mode="periodization")
    assert wavelet.restore(bands, "Daubechies 2") == pytest.approx(theirs, abs=1e-12)


@pytest.mark.parametrize(("name", "taps", "shift"), [("Haar", 2, 0), ("Daubechies 2", 4, -1)])
def test_the_formula_on_the_page(name: str, taps: int, shift: int) -> None:
    image, low = noise(3, (8, 10)), wavelet.LOW[name]
    high = wavelet.high_of(low)
    whole = np.pad(image, 4, mode="wrap")

    def talk(i: int, j: int) -> float:
        """X_LH as the talk writes it: every place is kept."""
        return sum(low[p] * high[r] * whole[4 + i + p, 4 + j + r] for p in range(taps) for r in range(taps))

    assert wavelet.first_of(low) == shift
    found = wavelet.transform(image, name)["LH"]
    for i, j in np.ndindex(found.shape):
        assert found[i, j] == pytest.approx(talk(2 * i + shift, 2 * j + shift))


def test_energy_is_kept() -> None:
    image = noise(4, (16, 16))
    for name in wavelet.LOW:
        bands = wavelet.transform(image, name)
        assert sum((values**2).sum() for values in bands.values()) == pytest.approx((image**2).sum())
        assert sum(wavelet.energies(bands).values()) == pytest.approx(1)


def test_vertical_stripes_stand_in_one_band() -> None:
    stripes = np.tile([0.0, 1.0], (8, 8))
    shares = wavelet.energies(wavelet.transform(stripes - stripes.mean()))
    assert shares == pytest.approx({"LL": 0, "LH": 1, "HL": 0, "HH": 0}, abs=1e-12)


def test_an_odd_side_loses_its_last_pixel() -> None:
    assert wavelet.even(np.zeros((5, 8), np.float32)).shape == (4, 8)
