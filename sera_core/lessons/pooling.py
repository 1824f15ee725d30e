"""Pooling: one number for every window, and no parameter."""

from __future__ import annotations

from typing import Literal

import numpy as np

from sera_core.lessons.convolution import Array, pad, patch_at
from sera_core.lessons.window import Window

Mode = Literal["max", "average"]
# "Single depth slice", the example of the talk, which it took from CS231n.
TALK = np.asarray([[1, 1, 2, 4], [5, 6, 7, 8], [3, 2, 1, 0], [1, 2, 3, 4]], np.float32)


def pool(x: Array, window: Window, mode: Mode) -> Array:
    """Pool one map.

    Parameters
    ----------
    x : float32 [H, W]
    window : Window
        Padding counts as minus infinity for the maximum and as zeros for the average.
    mode : {"max", "average"}

    Returns
    -------
    float32 [H', W']
    """
    padded = pad(x[None], window.padding, -np.inf if mode == "max" else 0.0)
    out = np.empty((window.places(x.shape[0]), window.places(x.shape[1])), np.float32)
    for row in range(out.shape[0]):
        for column in range(out.shape[1]):
            patch = patch_at(padded, row, column, window)
            out[row, column] = patch.max() if mode == "max" else patch.mean()
    return out


def change_after_shift(x: Array, shift: int, window: Window, mode: Mode) -> float:
    """How much a map changes when the picture moves by ``shift`` cells, as a share of its own spread.

    The moved picture is cut so that both show the same field; 0 is no change, and two unrelated pictures give
    about 1.4 (the root of 2).
    """
    still, moved = x[:, : x.shape[1] - shift], x[:, shift:]
    before, after = pool(still, window, mode), pool(moved, window, mode)
    return float(np.sqrt(np.mean((after - before) ** 2)) / max(float(before.std()), 1e-9))


def weights_behind(shape: tuple[int, int], channels: int, outputs: int) -> int:
    """Weights of a fully connected layer behind maps of this shape."""
    return shape[0] * shape[1] * channels * outputs
