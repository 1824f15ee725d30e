from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.sequence import Sequence
from scipy import ndimage

from sera_core.images.panes import has_seam
from sera_core.images.read import read_image
from tests.images.drawn import region
from tests.images.files import dataset, encode, save, speckle


def tissue(height: int, width: int, seed: int) -> np.ndarray:
    """Smooth layers under speckle, as neighbouring columns of an ultrasound picture resemble each other."""
    layers = ndimage.gaussian_filter(np.random.default_rng(seed).random((height, width)), 14)
    layers = (layers - layers.min()) / np.ptp(layers)
    return (layers * 200 + speckle(height, width, seed) * 0.15 + 10).astype(np.uint8)


def codes(pixels: np.ndarray) -> list[str]:
    return [notice.code for notice in read_image(encode(pixels, "PNG")).warnings]


@pytest.mark.parametrize("gap", [0, 3, 8, 20])
@pytest.mark.parametrize("width", [200, 500])
def test_two_pictures_are_told(width: int, gap: int) -> None:
    gap = min(gap, width // 20)
    frame = np.hstack([tissue(300, width, 0), np.zeros((300, gap), np.uint8), tissue(300, width, 1)])
    assert "two_panes" in codes(frame)


def test_one_picture_is_one() -> None:
    frame = tissue(300, 500, 0)
    assert "two_panes" not in codes(frame)
    frame[40:250, 250:252] = 255  # a calliper line
    frame[150, 100:400:3] = 255
    assert "two_panes" not in codes(frame)
    frame[:, :260] = np.hstack([np.zeros((300, 200), np.uint8), frame[:, :60]])  # a panel beside the picture
    assert "two_panes" not in codes(frame)


def test_regions_side_by_side_are_told() -> None:
    data = dataset(speckle(40, 48))
    right = region()
    right.RegionLocationMinX0, right.RegionLocationMaxX1 = 24, 47
    data.SequenceOfUltrasoundRegions = Sequence([region(), right])
    assert "two_panes" in [notice.code for notice in read_image(save(data)).warnings]
    data.SequenceOfUltrasoundRegions = Sequence([region()])
    assert "two_panes" not in [notice.code for notice in read_image(save(data)).warnings]


@pytest.mark.parametrize(("folder", "step", "split"), [("busi", 4, 0), ("les3", 1, 1), ("ddti", 1, 92)])
def test_real_frames(folder: str, step: int, split: int, shared_data: Path) -> None:
    found = 0
    for path in sorted((shared_data / folder / "images").iterdir())[::step]:
        with Image.open(path) as image:
            found += has_seam(np.asarray(image.convert("L"), dtype=np.float32) / 255)
    assert found == split
