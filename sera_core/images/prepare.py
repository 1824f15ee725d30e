"""From a region on a grey frame to the square that a network sees.

The same function runs when a model is trained and when it answers, and its settings are part of the
model's card, so that both always see the same thing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydantic import Field

from sera_core.contracts import Box, Grey

Framing = Literal["square", "letterbox", "stretch", "frame"]
InputPx = Annotated[int, Field(ge=16, le=1024)]
Padding = Annotated[float, Field(ge=0.1, le=10)]
Mean = Annotated[float, Field(ge=-1, le=1)]
Deviation = Annotated[float, Field(ge=1e-3, le=10)]  # VGG counts in grey levels of 255
Level = float | tuple[float, float, float]


@dataclass(frozen=True)
class Preparation:
    """How a region becomes a network's input.

    Attributes
    ----------
    input_px : int
        Side of the square input in pixels.
    framing : {"square", "letterbox", "stretch", "frame"}
        ``square``: a square window around the box's centre, pushed inside the frame. It holds the whole box:
        where that needs more than the frame is high or wide, the rest is black.
        ``letterbox``: the padded box, clipped to the frame, aspect kept, the rest black.
        ``stretch``: the padded box, clipped to the frame, stretched to a square.
        ``frame``: the whole frame, letterboxed; the box is not used.
    padding : float
        Side of the window over the longest side of the box (``square``), or of each side of the box.
    mean, std : float or three floats
        Normalisation of the grey level: one number for the three input channels (R, G, B), or one for each.
    """

    input_px: InputPx
    framing: Framing
    padding: Padding
    mean: Mean | tuple[Mean, Mean, Mean]
    std: Deviation | tuple[Deviation, Deviation, Deviation]


@dataclass(frozen=True)
class Crop:
    """The square that a network sees, before normalisation.

    Attributes
    ----------
    pixels : float32 [input_px, input_px]
    box : Box
        Where the square lies on the frame; it may reach over the edge, except for ``stretch``.
    """

    pixels: Grey
    box: Box


def window(shape: tuple[int, int], box: Box, framing: Framing, padding: float) -> Box:
    """The part of a frame of ``shape`` (height, width) that a framing shows, before letterboxing."""
    height, width = shape
    centre_x, centre_y = box.centre
    if framing == "frame":
        return Box(0, 0, width, height)
    if framing == "square":
        longest = max(box.width, box.height)
        side = max(min(round(padding * longest), height, width), longest)
        wide, high = min(side, width), min(side, height)
        left = min(max(round(centre_x - wide / 2), 0), width - wide)
        top = min(max(round(centre_y - high / 2), 0), height - high)
        return Box(left, top, wide, high)
    half_width, half_height = padding * box.width / 2, padding * box.height / 2
    left, top = round(centre_x - half_width), round(centre_y - half_height)
    right, bottom = round(centre_x + half_width), round(centre_y + half_height)
    return Box(left, top, max(right - left, 1), max(bottom - top, 1)).clipped(height, width)


def prepare(pixels: Grey, box: Box, preparation: Preparation) -> Crop:
    """Cut, frame and resize (antialiased bilinear) the region of one frame.

    Parameters
    ----------
    pixels : float32 [H, W]
        Grey levels 0 ... 1.
    box : Box
        The region of interest on the frame.
    preparation : Preparation
        Settings from the model card.

    Returns
    -------
    Crop
    """
    part = window((pixels.shape[0], pixels.shape[1]), box, preparation.framing, preparation.padding)
    size = preparation.input_px
    if preparation.framing == "stretch":
        return Crop(_resize(pixels, part, size, size), part)
    scale = size / max(part.width, part.height)
    inner_width, inner_height = max(round(part.width * scale), 1), max(round(part.height * scale), 1)
    left, top = (size - inner_width) // 2, (size - inner_height) // 2
    canvas = np.zeros((size, size), np.float32)
    canvas[top : top + inner_height, left : left + inner_width] = _resize(pixels, part, inner_width, inner_height)
    side = max(part.width, part.height)
    outer = Box(part.x - round(left / scale), part.y - round(top / scale), side, side)
    return Crop(canvas, outer)


def normalise(crops: Grey, preparation: Preparation) -> NDArray[np.float32]:
    """Network input from grey crops: ``[..., h, w]`` to ``[..., 3, h, w]``, normalised as in the card."""
    level = (crops[..., None, :, :] - _channels(preparation.mean)) / _channels(preparation.std)
    return np.repeat(level, 3 // level.shape[-3], axis=-3)


def _channels(level: Level) -> NDArray[np.float32]:
    """``[1, 1, 1]`` or ``[3, 1, 1]``."""
    return np.asarray(level, np.float32).reshape(-1, 1, 1)


def _resize(pixels: Grey, part: Box, width: int, height: int) -> Grey:
    image = Image.fromarray(np.ascontiguousarray(pixels[part.y : part.y + part.height, part.x : part.x + part.width]))
    return np.asarray(image.resize((width, height), Image.Resampling.BILINEAR), dtype=np.float32)
