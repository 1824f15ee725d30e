"""What a scanner writes on a frame: callipers with dotted lines, a depth scale, a body mark, words; with their truth.

Everything is drawn on uint8 pixels in place. Positions and sizes are pixels of the frame.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

Pixels = NDArray[np.uint8]
Point = tuple[float, float]
Mark = Literal["plus", "cross"]
MARKS: tuple[Mark, ...] = ("plus", "cross")
TICK, MARK, WORD = 220, 200, 230  # grey levels of what a scanner writes on its screen
WORDS = ("RT LOBE", "LT", "TRANS", "SAG", "ISTHMUS", "D1 12.3 mm", "D2 0.84 cm", "2D 45%", "FR 24", "MI 0.9", "L12-5")


@dataclass(frozen=True)
class Calliper:
    """Two marks of a distance measurement.

    Attributes
    ----------
    ends : two (x, y)
        Centres of the marks.
    mark : {"plus", "cross"}
    arm : float
        Half the length of a stroke.
    dotted : bool
        Whether a dotted line joins the marks.
    level : int
        Grey level of the strokes, 0 ... 255.
    """

    ends: tuple[Point, Point]
    mark: Mark = "plus"
    arm: float = 5.0
    dotted: bool = True
    level: int = 255

    @property
    def length(self) -> float:
        """Distance of the ends."""
        (x1, y1), (x2, y2) = self.ends
        return float(np.hypot(x2 - x1, y2 - y1))


def draw_calliper(pixels: Pixels, calliper: Calliper) -> None:
    """Both marks and, if asked for, the dotted line."""
    with _pen(pixels) as draw:
        for x, y in calliper.ends:
            arm = calliper.arm
            strokes: tuple[tuple[Point, Point], ...] = (((x - arm, y), (x + arm, y)), ((x, y - arm), (x, y + arm)))
            if calliper.mark == "cross":
                strokes = (((x - arm, y - arm), (x + arm, y + arm)), ((x - arm, y + arm), (x + arm, y - arm)))
            for stroke in strokes:
                draw.line(stroke, fill=calliper.level)
        if calliper.dotted:
            (x1, y1), (x2, y2) = calliper.ends
            for share in np.linspace(0, 1, max(int(calliper.length / 4), 2)):
                draw.point((x1 + share * (x2 - x1), y1 + share * (y2 - y1)), fill=calliper.level)


def calliper_pair(mask: NDArray[np.bool_], generator: np.random.Generator) -> tuple[Calliper, Calliper]:
    """Callipers across the longest and the upright extent of a nodule, as a reader lays them, give or take a little.

    Parameters
    ----------
    mask : bool [H, W]
        With at least one pixel set.
    generator : numpy.random.Generator
    """
    rows, columns = np.nonzero(mask)
    left, right, top, bottom = columns.argmin(), columns.argmax(), rows.argmin(), rows.argmax()
    mark, dotted, level = (
        MARKS[generator.integers(2)],
        bool(generator.uniform() < 0.6),
        int(generator.integers(190, 256)),
    )
    arm = float(generator.uniform(3, 7)) * mask.shape[1] / 448

    def end(index: np.intp) -> Point:
        return tuple(float(v) + generator.normal(0, 0.01 * mask.shape[1]) for v in (columns[index], rows[index]))

    return (
        Calliper((end(left), end(right)), mark, arm, dotted, level),
        Calliper((end(top), end(bottom)), mark, arm, dotted, level),
    )


def draw_scale(pixels: Pixels, spacing: float, right: bool) -> None:
    """Ticks of a depth scale along one side, a longer one at every fifth."""
    height, width = pixels.shape
    with _pen(pixels) as draw:
        for number, y in enumerate(np.arange(0, height, max(spacing, 3.0))):
            long = 0.02 * width * (2 if number % 5 == 0 else 1)
            start = width - 2 - long if right else 1
            draw.line(((start, y), (start + long, y)), fill=TICK)


def draw_body_mark(pixels: Pixels, corner: Point, size: float) -> None:
    """The little neck with two lobes and a stroke for the probe."""
    x, y = corner
    with _pen(pixels) as draw:
        draw.arc((x, y, x + 0.35 * size, y + size), -70, 80, fill=MARK)
        draw.arc((x + 0.65 * size, y, x + size, y + size), 100, 250, fill=MARK)
        for lobe in (0.36, 0.54):
            draw.ellipse((x + lobe * size, y + 0.4 * size, x + (lobe + 0.12) * size, y + 0.8 * size), outline=MARK)
        draw.line((x + 0.4 * size, y + 0.55 * size, x + 0.62 * size, y + 0.5 * size), fill=MARK, width=2)


def draw_words(pixels: Pixels, text: str, corner: Point, size: float) -> None:
    """Burned-in text."""
    with _pen(pixels) as draw:
        draw.text(corner, text, fill=WORD, font=ImageFont.load_default(max(size, 6.0)))


def scribble(pixels: Pixels, generator: np.random.Generator) -> None:
    """Now and then a scale, a body mark, words and a calliper that measures something else, each at random."""
    height, width = pixels.shape
    steps: tuple[tuple[float, Callable[[], None]], ...] = (
        (0.25, lambda: draw_scale(pixels, generator.uniform(0.02, 0.12) * height, bool(generator.integers(2)))),
        (
            0.12,
            lambda: draw_body_mark(pixels, _corner(generator, width, height), generator.uniform(0.08, 0.16) * width),
        ),
        (
            0.25,
            lambda: draw_words(
                pixels,
                WORDS[generator.integers(len(WORDS))],
                (generator.uniform(0, 0.8) * width, generator.uniform(0, 0.95) * height),
                generator.uniform(0.025, 0.06) * width,
            ),
        ),
        (0.08, lambda: draw_calliper(pixels, _stray(generator, width, height))),
    )
    for chance, step in steps:
        if generator.uniform() < chance:
            step()


def _corner(generator: np.random.Generator, width: int, height: int) -> Point:
    return (0.02 + 0.8 * float(generator.integers(2))) * width, (0.02 + 0.75 * float(generator.integers(2))) * height


def _stray(generator: np.random.Generator, width: int, height: int) -> Calliper:
    """A calliper on any other thing."""
    x, y = generator.uniform(0.05, 0.95) * width, generator.uniform(0.05, 0.95) * height
    angle, length = generator.uniform(0, np.pi), generator.uniform(0.04, 0.4) * width
    other = float(x + length * np.cos(angle)), float(y + length * np.sin(angle))
    arm = float(generator.uniform(3, 7)) * width / 448
    return Calliper(((float(x), float(y)), other), MARKS[generator.integers(2)], arm, bool(generator.integers(2)))


class _pen:
    """A drawing on the pixels that is put back when done."""

    def __init__(self, pixels: Pixels) -> None:
        self.pixels = pixels

    def __enter__(self) -> ImageDraw.ImageDraw:
        self.image = Image.fromarray(self.pixels)
        return ImageDraw.Draw(self.image)

    def __exit__(self, *_: object) -> None:
        self.pixels[:] = np.asarray(self.image)
