"""A border that a person drew, as an outline."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy import ndimage

from sera_core.contracts import BadInput, Box, Outline


def drawn(corners: Sequence[tuple[float, float]], shape: tuple[int, int]) -> Outline:
    """The outline inside a closed line: every pixel whose middle lies in it, the largest part where it crosses itself.

    Parameters
    ----------
    corners : sequence of (x, y)
        In pixels of the frame, as :attr:`~sera_core.contracts.Outline.polygon` gives them.
    shape : (height, width)
        Of the frame.

    Raises
    ------
    BadInput
        When no pixel's middle lies in it.
    """
    from skimage.draw import polygon2mask

    inside = polygon2mask(shape, [(y - 0.5, x - 0.5) for x, y in corners])
    parts, number = ndimage.label(inside)
    if not number:
        raise BadInput("empty_outline", "The outline holds no pixel of the image: draw it around the nodule.")
    mask = np.asarray(parts == 1 + int(np.argmax(np.bincount(parts.ravel())[1:])))
    return Outline(mask, Box.around(mask), 1.0, "reader")
