"""Outlines as pictures: white on black, 0 and 1, or a palette of which the first colour is outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sera_core.contracts import BadInput, Box

Mask = NDArray[np.bool_]  # [H, W]


def read_mask(file: Path) -> Mask:
    """The inside of an outline that was saved as a picture, ``bool [H, W]``.

    Raises
    ------
    BadInput
        When the picture cannot be read.
    """
    try:
        with Image.open(file) as image:
            levels = np.asarray(image if image.mode in ("1", "P", "I;16", "I") else image.convert("L"))
            palette = image.mode == "P"
    except OSError as error:
        raise BadInput("no_mask", f"The mask {file} cannot be read: copy it again or leave its row out.") from error
    return np.asarray(levels > (0 if palette or len(np.unique(levels)) <= 2 else 127))


def ellipse(shape: tuple[int, int], box: Box) -> Mask:
    """The ellipse that fills a box, on a frame of ``shape`` (height, width): an outline where nobody drew one."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    middle_x, middle_y = box.centre
    across, down = (x + 0.5 - middle_x) / max(box.width / 2, 0.5), (y + 0.5 - middle_y) / max(box.height / 2, 0.5)
    return np.asarray(across**2 + down**2 <= 1)
