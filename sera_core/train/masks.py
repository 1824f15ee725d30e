"""Outlines as pictures: white on black, 0 and 1, or a palette of which the first colour is outside."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

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


def parts_of(mask: Mask) -> list[Mask]:
    """The connected parts, the largest first; what is smaller than a twentieth of it is a slip of the hand, no part."""
    labels, count = ndimage.label(mask)
    sizes = np.bincount(labels.ravel(), minlength=count + 1)[1:]
    order = np.argsort(-sizes, kind="stable")
    return [labels == 1 + part for part in order if 20 * sizes[part] >= sizes.max()]


def part_in(mask: Mask, box: Box) -> Mask | None:
    """The connected part that lies in a box with most of its pixels; None where none does.

    A frame may show a nodule twice, in two views side by side, and one mask outlines both.
    """
    labels, count = ndimage.label(mask)
    held = box.clipped(*mask.shape)
    inside = labels[held.y : held.y + held.height, held.x : held.x + held.width]
    pixels = np.bincount(inside.ravel(), minlength=count + 1)[1:]
    return np.asarray(labels == 1 + int(np.argmax(pixels))) if pixels.any() else None


def ellipse(shape: tuple[int, int], box: Box) -> Mask:
    """The ellipse that fills a box, on a frame of ``shape`` (height, width): an outline where nobody drew one."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    middle_x, middle_y = box.centre
    across, down = (x + 0.5 - middle_x) / max(box.width / 2, 0.5), (y + 0.5 - middle_y) / max(box.height / 2, 0.5)
    return np.asarray(across**2 + down**2 <= 1)
