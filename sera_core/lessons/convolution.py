"""Convolution as a network does it: the kernel is laid on the input, not mirrored, and the products are summed.

Every function is plain loops over the places of the window, slow and readable; the tests hold them to torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.lessons.window import Window

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[np.float32]


def _kernel(*rows: tuple[float, ...]) -> Array:
    return np.asarray(rows, np.float32)


KERNELS: dict[str, Array] = {
    "vertical edges": _kernel((-1, 0, 1), (-2, 0, 2), (-1, 0, 1)),  # Sobel
    "horizontal edges": _kernel((-1, -2, -1), (0, 0, 0), (1, 2, 1)),
    "blur": np.full((3, 3), 1 / 9, np.float32),
    "Gauss": _kernel((1, 2, 1), (2, 4, 2), (1, 2, 1)) / np.float32(16),
    "sharpen": _kernel((0, -1, 0), (-1, 5, -1), (0, -1, 0)),
    "outline": _kernel((-1, -1, -1), (-1, 8, -1), (-1, -1, -1)),
    "emboss": _kernel((-2, -1, 0), (-1, 1, 1), (0, 1, 2)),
    "nothing": _kernel((0, 0, 0), (0, 1, 0), (0, 0, 0)),
}


def convolve(x: Array, kernels: Array, bias: Array, window: Window) -> Array:
    """Slide every filter over the input.

    Parameters
    ----------
    x : float32 [C, H, W]
    kernels : float32 [F, C, k, k]
        One filter an output map; each has a kernel for every input channel.
    bias : float32 [F]
    window : Window
        Its size is ``k``.

    Returns
    -------
    float32 [F, H', W']
    """
    padded = pad(x, window.padding)
    rows, columns = window.places(x.shape[1]), window.places(x.shape[2])
    out = np.empty((len(kernels), rows, columns), np.float32)
    for row in range(rows):
        for column in range(columns):
            patch = patch_at(padded, row, column, window)  # [C, k, k]
            out[:, row, column] = (kernels * patch).sum(axis=(1, 2, 3)) + bias
    return out


def pad(x: Array, cells: int, value: float = 0.0) -> Array:
    """``x [C, H, W]`` with a rim of ``cells`` cells."""
    return np.pad(x, ((0, 0), (cells, cells), (cells, cells)), constant_values=value)


def patch_at(padded: Array, row: int, column: int, window: Window) -> Array:
    """What the window sees at a place: ``[C, k, k]`` of ``padded [C, H, W]``."""
    top, left = row * window.stride, column * window.stride
    return padded[:, top : top + window.reach : window.dilation, left : left + window.reach : window.dilation]


def channels_of(x: Array) -> Array:
    """Channels ``[3, H, W]`` of a grey patch ``[H, W]``: itself, its edges, and its blur, each as large as it."""
    window, no_bias = Window(3, padding=1), np.zeros(1, np.float32)
    across, down, blur = (
        convolve(x[None], KERNELS[name][None, None], no_bias, window)[0]
        for name in ("vertical edges", "horizontal edges", "blur")
    )
    return np.stack([x, np.hypot(across, down) / 4, blur]).astype(np.float32)


def first_kernels(body: nn.Module) -> Array:
    """The learned kernels ``[F, C, k, k]`` of a network's first convolution."""
    from torch import nn

    layer = next(module for module in body.modules() if isinstance(module, nn.Conv2d))
    return layer.weight.detach().float().cpu().numpy()
