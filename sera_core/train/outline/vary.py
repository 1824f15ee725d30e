"""From a stored frame to one training example: another framing, scanner, drawing and hint every time."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from sera_core.outline.hint import box_map, click_map
from sera_core.simulate.screen import calliper_pair, draw_calliper, scribble

Pixels = NDArray[np.uint8]
Map = NDArray[np.float32]
Bool = NDArray[np.bool_]

SMALLEST, LARGEST = 0.04, 0.9  # the nodule's width as a share of the view's
NATURAL = 0.35  # share of examples that keep the framing of their frame
SHRUNK = 0.55  # a frame fills at least this share of the view, as a black border leaves it
CALLIPERS = 0.1  # share with callipers at the nodule
HINTED, CLICKED = 0.5, 0.4  # share with a hint, and of those with a click
MOST_OFF = 0.25  # a hint's edges are off by up to this share of the box


@dataclass(frozen=True)
class Example:
    """What the network sees once.

    Attributes
    ----------
    grey, hint : float32 [h, w]
        0 ... 1.
    mask : bool [h, w]
    """

    grey: Map
    hint: Map
    mask: Bool


@dataclass(frozen=True)
class _Window:
    """Where a frame comes to lie on the view: ``x' = wide * x + left``, ``y' = high * y + top``."""

    wide: float
    high: float
    left: float
    top: float


def example(pixels: Pixels, mask: Pixels, shape: tuple[int, int], generator: np.random.Generator) -> Example:
    """Draw one example.

    Parameters
    ----------
    pixels, mask : uint8 [H, W]
        The mask is 255 inside and empty on a frame without a nodule.
    shape : (height, width)
        Of the network's input.
    generator : numpy.random.Generator
    """
    if generator.uniform() < 0.5:
        pixels, mask = pixels[:, ::-1], mask[:, ::-1]
    window = _framing(mask, shape, generator)
    grey, inside = _shown(pixels, window, shape), _shown(mask, window, shape) > 127
    blackness = int(generator.integers(0, 50)) if generator.uniform() < 0.3 else 0
    grey = _scanner(grey, generator)
    if generator.uniform() < 0.2:
        grey, inside = _sector(grey, inside, blackness, generator)
    elif blackness:
        grey = np.maximum(grey, np.uint8(blackness))
    grey = np.ascontiguousarray(grey)
    if inside.any() and generator.uniform() < CALLIPERS:
        for calliper in calliper_pair(inside, generator)[: int(generator.integers(1, 3))]:
            draw_calliper(grey, calliper)
    scribble(grey, generator)
    return Example(np.asarray(grey / 255, np.float32), _hint(inside, generator), inside)


def _framing(mask: Pixels, shape: tuple[int, int], generator: np.random.Generator) -> _Window:
    """Scale and place of the frame on the view; the nodule stays inside."""
    (height, width), (high, wide) = mask.shape, shape
    fit = min(high / height, wide / width)
    left, top, right, bottom = _edges(mask > 127, generator)
    if generator.uniform() < NATURAL:
        scale = fit * float(np.exp(generator.uniform(-0.12, 0.12)))
    else:
        share = float(np.exp(generator.uniform(np.log(SMALLEST), np.log(LARGEST))))
        scale = min(share * wide / (right - left), 0.95 * high / (bottom - top), 2.0 * wide / 256)
        scale = max(scale, SHRUNK * fit)
    across, down = scale * np.exp(generator.uniform(-0.1, 0.1, 2))
    return _Window(
        float(across),
        float(down),
        _place(across * width, wide, across * left, across * right, generator),
        _place(down * height, high, down * top, down * bottom, generator),
    )


def _edges(inside: Bool, generator: np.random.Generator) -> tuple[float, float, float, float]:
    """Left, top, right and bottom of the nodule; of any box on a frame without one."""
    height, width = inside.shape
    if not inside.any():
        w, h = generator.uniform(0.1, 0.5) * width, generator.uniform(0.1, 0.5) * height
        x, y = generator.uniform(0, width - w), generator.uniform(0, height - h)
        return x, y, x + w, y + h
    rows, columns = np.flatnonzero(inside.any(1)), np.flatnonzero(inside.any(0))
    return float(columns[0]), float(rows[0]), float(columns[-1] + 1), float(rows[-1] + 1)


def _place(length: float, room: float, start: float, end: float, generator: np.random.Generator) -> float:
    """Where the frame begins on the view, so that no more is empty than must be and the nodule is in sight."""
    low, high = min(0.0, room - length), max(0.0, room - length)
    low, high = max(low, -start), min(high, room - end)
    return float(generator.uniform(low, high)) if low < high else room / 2 - (start + end) / 2


def _shown(pixels: Pixels, window: _Window, shape: tuple[int, int]) -> Pixels:
    image = Image.fromarray(np.ascontiguousarray(pixels))
    shrink = max(int(0.75 / max(window.wide, window.high)), 1)
    if shrink > 1:
        image = image.reduce(shrink)
    wide, high = window.wide * shrink, window.high * shrink
    inverse = (1 / wide, 0, -window.left / wide, 0, 1 / high, -window.top / high)
    size = shape[1], shape[0]
    return np.asarray(image.transform(size, Image.Transform.AFFINE, inverse, Image.Resampling.BILINEAR))


def _scanner(grey: Pixels, generator: np.random.Generator) -> Pixels:
    """Another gain, grey map, depth gain and sharpness."""
    level = grey.astype(np.float32) / 255
    if generator.uniform() < 0.3:
        level = ndimage.gaussian_filter(level, float(generator.uniform(0.3, 1.2)))
    if generator.uniform() < 0.2:
        level *= 1 + generator.uniform(0.05, 0.25) * generator.standard_normal(level.shape, np.float32)
    level = np.power(np.clip(level, 0, 1), np.exp(generator.uniform(-0.5, 0.5)))
    depth = np.linspace(0, 1, len(level), dtype=np.float32)[:, None]
    level *= np.exp(generator.uniform(-0.45, 0.6)) * np.exp(generator.normal(0, 0.4) * (depth - 0.5))
    return np.asarray(np.clip(level, 0, 1) * 255, np.uint8)


def _sector(grey: Pixels, inside: Bool, blackness: int, generator: np.random.Generator) -> tuple[Pixels, Bool]:
    """Only a trapezoid of the frame, dark around; not where that would cut the nodule."""
    height, width = grey.shape
    a, b = generator.uniform(0.05, 0.3, 2) * width
    top = generator.uniform(0, 0.08) * height
    stencil = Image.new("1", (width, height))
    corners = [(a, top), (width - b, top), (width - 0.1 * b, height), (0.1 * a, height)]
    ImageDraw.Draw(stencil).polygon(corners, fill=1)
    seen = np.asarray(stencil)
    if (inside & ~seen).sum() > 0.05 * inside.sum():
        return grey, inside
    return np.where(seen, grey, np.uint8(blackness)), inside & seen


def _hint(inside: Bool, generator: np.random.Generator) -> Map:
    """A box with edges off, or a click in the nodule; most often nothing."""
    if not inside.any() or generator.uniform() > HINTED:
        return np.zeros(inside.shape, np.float32)
    if generator.uniform() < CLICKED:
        rows, columns = np.nonzero(ndimage.binary_erosion(inside, iterations=2) if inside.sum() > 60 else inside)
        if not len(rows):
            rows, columns = np.nonzero(inside)
        pick = generator.integers(len(rows))
        return click_map(inside.shape, float(columns[pick]), float(rows[pick]))
    left, top, right, bottom = _edges(inside, generator)
    off = generator.uniform(-1, 1, 4) * generator.uniform(0, MOST_OFF)
    wide, high = right - left, bottom - top
    edges = (left + off[0] * wide, top + off[1] * high, right + off[2] * wide, bottom + off[3] * high)
    return box_map(inside.shape, *(float(edge) for edge in edges))
