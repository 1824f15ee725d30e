"""A picture is known again however it was saved, and no other passes for it."""

from __future__ import annotations

import io
from collections.abc import Callable

import numpy as np
import pytest
from PIL import Image

from sera_core.images.fingerprint import BYTES, fingerprint, same_picture
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.render import render


@pytest.fixture(scope="module")
def frames() -> list[np.ndarray]:
    """Six patients of one virtual scanner, 8 bits."""
    return [np.rint(255 * render(case).image.pixels).astype(np.uint8) for case in any_cohort("internal", 6, 9)]


def jpeg(frame: np.ndarray) -> np.ndarray:
    file = io.BytesIO()
    Image.fromarray(frame).save(file, "JPEG", quality=60)
    return np.asarray(Image.open(file))


COPIES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as it is": lambda frame: frame,
    "JPEG": jpeg,
    "half the size": lambda frame: np.asarray(
        Image.fromarray(frame).resize((frame.shape[1] // 2, frame.shape[0] // 2))
    ),
    "brighter": lambda frame: np.clip(1.1 * frame + 8, 0, 255).astype(np.uint8),
}


@pytest.mark.parametrize("how", COPIES)
def test_a_copy_is_known_and_another_patient_of_the_same_scanner_is_not(how: str, frames: list[np.ndarray]) -> None:
    known = np.stack([fingerprint(frame / np.float32(255)) for frame in frames[:3]])
    asked = np.stack([fingerprint(COPIES[how](frame) / np.float32(255)) for frame in frames])
    assert asked.shape == (6, BYTES)
    assert same_picture(asked, known).tolist() == [True] * 3 + [False] * 3


def test_without_known_pictures_none_is_known(frames: list[np.ndarray]) -> None:
    asked = fingerprint(frames[0] / np.float32(255))[None]
    assert same_picture(asked, np.empty((0, BYTES), np.uint8)).tolist() == [False]
    assert same_picture(np.empty((0, BYTES), np.uint8), asked).tolist() == []
