"""Co-occurrence matrices and their properties against scikit-image's, and by hand."""

from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import graycomatrix, graycoprops

from sera_core.contracts import BadInput
from sera_core.lessons import glcm

ANGLES = {"horizontal": 0, "vertical": np.pi / 2, "45° diagonal": -np.pi / 4, "135° diagonal": np.pi / 4}


def noise(seed: int, shape: tuple[int, int] = (37, 52)) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0, 1, shape).astype(np.float32) ** 2


@pytest.mark.parametrize("bits", [1, 4, 5, 8])
@pytest.mark.parametrize("distance", [1, 2, 7])
@pytest.mark.parametrize("symmetric", [True, False])
def test_matrices_and_properties_equal_scikit_images(bits: int, distance: int, symmetric: bool) -> None:
    levels = glcm.quantise(noise(bits), bits)
    ours = glcm.four_directions(levels, bits, distance, symmetric)
    for name, angle in ANGLES.items():
        step = distance * (np.sqrt(2) if "diagonal" in name else 1)  # scikit-image rounds this times the sine
        theirs = graycomatrix(levels.astype(np.uint8), [step], [angle], 2**bits, symmetric=symmetric)
        assert (ours[name] == theirs[:, :, 0, 0]).all()
        for key, value in glcm.properties(ours[name]).items():
            assert value == pytest.approx(graycoprops(theirs, key)[0, 0], rel=1e-9), key


def test_a_matrix_counted_by_hand() -> None:
    levels = np.array([[0, 0, 1], [0, 1, 1]])
    assert glcm.cooccurrence(levels, 1, 0, 1, symmetric=False).tolist() == [[1, 2], [0, 1]]
    assert glcm.cooccurrence(levels, 1, 1, 0).tolist() == [[2, 1], [1, 2]]
    assert glcm.cooccurrence(levels, 1, -1, 1, symmetric=False).tolist() == [[1, 0], [0, 1]]


def test_the_example_is_the_papers() -> None:
    """Haralick 1973, figure 3: its 45 degrees lead up and to the right."""
    printed = {
        "horizontal": [[4, 2, 1, 0], [2, 4, 0, 0], [1, 0, 6, 1], [0, 0, 1, 2]],
        "vertical": [[6, 0, 2, 0], [0, 4, 2, 0], [2, 2, 2, 2], [0, 0, 2, 0]],
        "45° diagonal": [[4, 1, 0, 0], [1, 2, 2, 0], [0, 2, 4, 1], [0, 0, 1, 0]],
        "135° diagonal": [[2, 1, 3, 0], [1, 2, 1, 0], [3, 1, 0, 2], [0, 0, 2, 0]],
    }
    assert {name: counts.tolist() for name, counts in glcm.four_directions(glcm.HARALICK, 2).items()} == printed
    for name, (down, right) in glcm.DIRECTIONS.items():
        for i, j in np.ndindex(4, 4):
            found = glcm.pairs(glcm.HARALICK, down, right, i, j)
            assert all(
                glcm.HARALICK[row, column] == i and glcm.HARALICK[row + down, column + right] == j
                for row, column in found
            )
            back = glcm.pairs(glcm.HARALICK, down, right, j, i)
            assert len(found) + len(back) == printed[name][i][j]


def test_levels_have_equal_width_and_white_is_the_last() -> None:
    grey = np.array([[0, 0.2499, 0.25, 0.5, 0.99, 1]], np.float32)
    assert glcm.quantise(grey, 2).tolist() == [[0, 0, 1, 2, 3, 3]]


def test_a_flat_image_has_no_contrast() -> None:
    assert glcm.texture(np.full((8, 8), 0.4, np.float32)) == {
        "contrast": 0,
        "correlation": 1,
        "energy": 1,
        "homogeneity": 1,
    }


def test_a_step_out_of_the_image_is_refused() -> None:
    with pytest.raises(BadInput, match="leaves the image"):
        glcm.cooccurrence(np.zeros((5, 9), np.int64), 4, 5, 0)
