"""The last steps between a scanner and a file, and what a real crop would have to lend."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy import ndimage

from sera_core.simulate.finish import QUALITY, STEPS, gain, noise, resolution
from sera_core.simulate.loans import LOANS, histogram, slow_greys, spectrum

GREY = np.float32(0.4)


def speckle(seed: int = 0, width: float = 1.5) -> np.ndarray:
    rough = ndimage.gaussian_filter(np.random.default_rng(seed).standard_normal((96, 96)), width)
    return np.clip(GREY + 0.08 * rough / rough.std(), 0, 1).astype(np.float32)


@pytest.mark.parametrize("name", STEPS)
def test_a_step_keeps_to_the_scale_and_is_the_same_for_the_same_draw(name: str) -> None:
    frame = speckle()
    once, again, other = (STEPS[name](frame, np.random.default_rng(seed)) for seed in (1, 1, 2))
    assert once.dtype == np.float32
    assert once.shape == frame.shape
    assert 0 <= once.min() < once.max() <= 1
    assert np.array_equal(once, again)
    assert name == "JPEG" or not np.array_equal(once, other)


@pytest.mark.parametrize("name", [name for name in STEPS if name != "JPEG"])
def test_black_outside_the_field_stays_black(name: str) -> None:
    frame = speckle()
    frame[:, :20] = 0
    assert not STEPS[name](frame, np.random.default_rng(0))[:, :20].any()


def test_gain_darkens_the_depth_on_average_by_a_seventh_of_the_scale() -> None:
    flat = np.full((60, 60), GREY)
    mean = np.mean([gain(flat, np.random.default_rng(seed)) for seed in range(400)], axis=0)
    assert mean[0].mean() - mean[-1].mean() == pytest.approx(0.15, abs=0.03)


def test_noise_is_even_from_nothing_to_three_hundredths() -> None:
    flat, generator = np.full((60, 60), GREY), np.random.default_rng(0)
    spread = [float(noise(flat, generator).std()) for _ in range(300)]
    assert max(spread) == pytest.approx(0.03, rel=0.05)
    assert np.mean(spread) == pytest.approx(0.015, rel=0.1)


def test_a_wider_spot_is_as_rough_as_before() -> None:
    frame = speckle()
    rough = frame - ndimage.gaussian_filter(frame, 4)
    for seed in range(5):
        made = resolution(frame, np.random.default_rng(seed))
        assert (made - ndimage.gaussian_filter(frame, 4)).std() == pytest.approx(rough.std(), rel=0.01)


def test_the_quality_is_that_of_the_real_files(shared_data: Path) -> None:
    written = BytesIO()
    Image.new("L", (16, 16)).save(written, "JPEG", quality=QUALITY)
    real = sorted((shared_data / "ddti" / "images").glob("*.jpg"))[0]
    assert Image.open(written).quantization[0] == Image.open(real).quantization[0]  # type: ignore[attr-defined]


@pytest.mark.parametrize("name", LOANS)
def test_what_a_crop_lends_itself_changes_nothing(name: str) -> None:
    crop = speckle()[None]
    assert LOANS[name](crop, crop) == pytest.approx(crop, abs=1e-5)


def test_a_loan_takes_what_its_name_says() -> None:
    crop, donor = speckle(1, 1.0)[None], speckle(2, 3.0)[None] * np.linspace(0.5, 1.5, 96, dtype=np.float32)[:, None]
    taken = histogram(crop, donor)[0]
    assert np.array_equal(np.sort(taken.ravel()), np.sort(donor.ravel()))
    assert np.array_equal(taken.ravel().argsort(kind="stable"), crop[0].ravel().argsort(kind="stable"))
    slow = ndimage.gaussian_filter(slow_greys(crop, donor)[0], 8)
    assert np.corrcoef(slow.ravel(), ndimage.gaussian_filter(donor[0], 8).ravel())[0, 1] > 0.98
    bands = np.log([band_power(picture) for picture in (crop[0], donor[0], spectrum(crop, donor)[0])])
    assert np.abs(bands[2] - bands[1]).max() < 0.5 < 1.5 < np.abs(bands[0] - bands[1]).max()


def band_power(crop: np.ndarray) -> list[float]:
    """Mean power of a crop in rings of 8 to 16, 16 to 24 and 24 to 40 waves a side."""
    waves = np.hypot(*np.meshgrid(*[np.fft.fftfreq(96, 1 / 96)] * 2))
    power = np.abs(np.fft.fft2(crop)) ** 2
    return [float(power[(waves >= low) & (waves < high)].mean()) for low, high in ((8, 16), (16, 24), (24, 40))]
