"""What the network sees of a frame, and the soft map it answers with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sera_core.contracts import Box, Grey
from sera_core.outline.hint import Map, box_map, box_odds, click_map

if TYPE_CHECKING:
    from sera_core.outline.unet import UNet

SHAPE = (144, 192)  # height and width of the network's input
Hint = Box | tuple[int, int] | None


@dataclass(frozen=True)
class Window:
    """A part of the frame, fitted into the network's input and centred there.

    Attributes
    ----------
    box : Box
        The part, in pixels of the frame.
    scale : float
        Input pixels per frame pixel.
    left, top, width, height : int
        Where it lies on the input.
    """

    box: Box
    scale: float
    left: int
    top: int
    width: int
    height: int

    @classmethod
    def of(cls, box: Box) -> Window:
        """Fit a part of a frame."""
        scale = min(SHAPE[0] / box.height, SHAPE[1] / box.width)
        width, height = max(round(box.width * scale), 1), max(round(box.height * scale), 1)
        return cls(box, scale, (SHAPE[1] - width) // 2, (SHAPE[0] - height) // 2, width, height)

    def seen(self, pixels: Grey) -> Grey:
        """The network's input, float32 [144, 192], black around the part."""
        box = self.box
        part = Image.fromarray(np.ascontiguousarray(pixels[box.y : box.y + box.height, box.x : box.x + box.width]))
        out = np.zeros(SHAPE, np.float32)
        resized = part.resize(
            (self.width, self.height), Image.Resampling.BOX if self.scale < 1 else Image.Resampling.BILINEAR
        )
        out[self.top : self.top + self.height, self.left : self.left + self.width] = np.asarray(resized)
        return out

    def told(self, hint: Hint) -> Map:
        """The hint on the network's input; zeros without one."""
        if hint is None:
            return np.zeros(SHAPE, np.float32)
        if isinstance(hint, Box):
            return box_map(SHAPE, *self._edges(hint))
        return click_map(SHAPE, *self.at(hint[0] + 0.5, hint[1] + 0.5))

    def odds(self, hint: Hint) -> Map:
        """What a box says by itself at the output's resolution [72, 96]; zeros without one."""
        half = SHAPE[0] // 2, SHAPE[1] // 2
        if not isinstance(hint, Box):
            return np.zeros(half, np.float32)
        return box_odds(half, *(edge / 2 for edge in self._edges(hint)))

    def _edges(self, box: Box) -> tuple[float, float, float, float]:
        return *self.at(box.x, box.y), *self.at(box.x + box.width, box.y + box.height)

    def at(self, x: float, y: float) -> tuple[float, float]:
        """A point of the frame on the input."""
        return self.left + (x - self.box.x) * self.scale, self.top + (y - self.box.y) * self.scale

    def back(self, soft: Map, shape: tuple[int, int]) -> Map:
        """A soft map of the input [72, 96] on the whole frame [H, W], 0 outside the part."""
        box = self.box
        whole = Image.fromarray(soft).resize((SHAPE[1], SHAPE[0]), Image.Resampling.BILINEAR)
        part = whole.crop((self.left, self.top, self.left + self.width, self.top + self.height))
        out = np.zeros(shape, np.float32)
        resized = part.resize((box.width, box.height), Image.Resampling.BILINEAR)
        out[box.y : box.y + box.height, box.x : box.x + box.width] = np.asarray(resized)
        return out


def soft_maps(net: UNet, pixels: Grey, window: Window, hint: Hint) -> NDArray[np.float32]:
    """The network's probabilities for a window and for its mirror image, turned back, float32 [2, 72, 96].

    Parameters
    ----------
    net : UNet
    pixels : float32 [H, W]
        The frame.
    window : Window
    hint : Box, (x, y) or None
        In pixels of the frame.
    """
    import torch

    grey, told = window.seen(pixels), window.told(hint)
    both = np.stack([np.stack([grey, grey[:, ::-1]]), np.stack([told, told[:, ::-1]])])[:, :, None]
    frames, hints = (torch.from_numpy(np.ascontiguousarray(one)) for one in both)
    with torch.inference_mode():
        logits = net(frames.contiguous(memory_format=torch.channels_last), hints)[:, 0].numpy()
    odds = np.stack([logits[0], logits[1, :, ::-1]]) + window.odds(hint)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)
