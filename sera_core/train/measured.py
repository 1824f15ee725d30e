"""What is measured on the nodules of frames, in the outlines that the app would draw."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Box, GreyImage
from sera_core.outline import propose, within
from sera_core.signs.shaken import by_hands
from sera_core.train.frames import Frame, in_threads
from sera_core.train.masks import Mask

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

Find = Callable[[Frame], "Mask | None"]


def in_region(frame: Frame, network: UNet | None = None) -> Mask | None:
    """The outline ``bool [H, W]`` in the frame's box, or wherever it is found where the box is the whole frame.

    None where no border is found: an ellipse that stands for it is not measured.
    """
    image, whole = GreyImage(frame.pixels), Box(0, 0, frame.levels.shape[1], frame.levels.shape[0])
    hint = None if frame.box == whole else frame.box
    found = propose(image, hint, network=network)
    if found is None or found.confidence == 0:
        return None
    return within(found, hint).mask if hint else found.mask


def measured(frames: list[Frame], find: Find) -> NDArray[np.float32]:
    """Measured signs ``[N, V, Q]`` of each frame's nodule, in its outline as several hands would draw it."""
    return np.stack(list(in_threads(lambda frame: by_hands(frame.pixels, find(frame)), frames)))
