"""Beside real frames: the same measures on both."""

from pathlib import Path

import numpy as np
import pytest

from sera_core.simulate.measures import NAMES, speckle_of
from sera_core.simulate.realism import main, real_frames, simulated_frames, table, which_centre


def test_speckle_cell_of_a_known_texture() -> None:
    from scipy import ndimage

    noise = np.random.default_rng(0).standard_normal((64, 64))
    spread, across, along = speckle_of(ndimage.gaussian_filter(noise, (0.8, 2.0)))
    # the autocorrelation of a Gaussian blur of SD s is a Gaussian of SD s * sqrt(2)
    assert across == pytest.approx(2.3548 * 2.0 * np.sqrt(2), rel=0.2)
    assert along == pytest.approx(2.3548 * 0.8 * np.sqrt(2), rel=0.2)
    assert spread > 0


def test_simulated_frames_lie_in_the_range_of_real_ones(shared_data: Path) -> None:
    real = table(real_frames(shared_data / "ddti", 120))
    made = table(simulated_frames(40))
    low, high = np.percentile(real, (5, 95), axis=0)
    middle = np.median(made, axis=0)
    outside = [name for name, m, a, b in zip(NAMES, middle, low, high, strict=True) if not a <= m <= b]
    assert not outside
    inside = ((made >= low) & (made <= high)).mean(0)
    assert inside.min() > 0.5
    assert inside.mean() > 0.75


def test_a_classifier_names_the_centre() -> None:
    assert which_centre(40) > 0.6


def test_a_wrong_folder_is_refused_in_words(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(tmp_path)]) == 2
    assert "labels.csv" in capsys.readouterr().err
