"""Callipers on a frame: where a reader measured, and the frame without them.

A mark is a plus or a cross whose four arms are all bright while the four fields between them are not, so that a line,
a letter or a bright spot is none. Marks that belong together span a box, which is evidence of where the nodule is.
The marks and the dots between them are painted out before a network sees the frame: it must not read them.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.contracts import Box, Grey
from sera_core.images.marks import find_text
from sera_core.images.strokes import relief

ARMS = (3, 4, 6, 8)  # lengths of an arm in pixels that are looked for
BRIGHT, CONTRAST = 0.55, 0.3  # of the arms, and of the arms against the fields between them
THIN = 0.12  # a stroke stands out of its surroundings by this much
MOST = 8  # more marks than two nodules have: letters or a grid, and no evidence

Way = tuple[int, int]  # rows and columns of a step
STRAIGHT: tuple[Way, ...] = ((0, 1), (0, -1), (1, 0), (-1, 0))
DIAGONAL: tuple[Way, ...] = ((1, 1), (1, -1), (-1, 1), (-1, -1))

Bool = NDArray[np.bool_]
Index = NDArray[np.intp]


@dataclass(frozen=True)
class Mark:
    """One mark: its centre and the length of its arms in pixels."""

    x: int
    y: int
    arm: int


def find_callipers(pixels: Grey) -> tuple[Mark, ...]:
    """All calliper marks of a frame, float32 [H, W] of 0 ... 1; none when there are more than :data:`MOST`.

    A mark in a word is a letter (the T of BREAST is two crossing strokes).
    """
    thin = ndimage.binary_dilation((pixels > BRIGHT) & (relief(pixels) > THIN), np.ones((3, 3)))
    rows, columns = np.nonzero(thin)
    trials = [(arm, upright) for arm in ARMS for upright in (True, False)]
    rays = {way: _ray(pixels, rows, columns, way) for way in STRAIGHT + DIAGONAL}
    scores = np.stack([_score(rays, arm, upright) for arm, upright in trials])  # [trials, points]
    best = np.zeros(pixels.shape, np.float32)
    best[rows, columns] = scores.max(0, initial=0)
    arms = np.zeros(pixels.shape, np.int32)
    arms[rows, columns] = np.asarray(ARMS)[scores.argmax(0) // 2] if len(rows) else 0
    peaks = (best > CONTRAST) & (best == ndimage.maximum_filter(best, 2 * max(ARMS) + 1))
    labels, count = ndimage.label(peaks, np.ones((3, 3)))
    if not 0 < count <= MOST:
        return ()
    centres = ndimage.center_of_mass(peaks, labels, range(1, count + 1))
    longest = ndimage.maximum(arms, labels, range(1, count + 1))
    marks = (Mark(round(x), round(y), int(arm)) for (y, x), arm in zip(centres, longest, strict=True))
    words = find_text(pixels)
    return tuple(mark for mark in marks if not any(word.contains(Box(mark.x, mark.y, 1, 1)) for word in words))


def _ray(pixels: Grey, rows: Index, columns: Index, way: Way) -> Grey:
    """What is seen from each point on a way of eight pixels, ``[pixels of the way, points]``."""
    away = np.arange(1, max(ARMS) + 1)[:, None]
    y = np.clip(rows + way[0] * away, 0, pixels.shape[0] - 1)
    return pixels[y, np.clip(columns + way[1] * away, 0, pixels.shape[1] - 1)]


def _score(rays: dict[Way, Grey], arm: int, upright: bool) -> Grey:
    """How much the darkest of four arms outshines the brightest of the fields between them; 0 where it is dim."""
    along, between = (STRAIGHT, DIAGONAL) if upright else (DIAGONAL, STRAIGHT)
    darkest = np.min([rays[way][:arm].mean(0) for way in along], axis=0)
    brightest = np.max([rays[way][max(round(0.6 * arm), 2) - 1] for way in between], axis=0)
    return np.where(darkest > BRIGHT, darkest - brightest, 0).astype(np.float32)


def spanned(marks: tuple[Mark, ...], shape: tuple[int, int]) -> Box | None:
    """The box that the marks of one measurement span.

    Two callipers that cross give width and height; a single one gives its length, and the box is taken to be at least
    0.7 times as wide and as high as it is long (the median nodule's height over width).

    Parameters
    ----------
    marks : tuple of Mark
    shape : (height, width)
        Of the frame.

    Returns
    -------
    Box or None
        None without two marks, or where two measurements lie apart.
    """
    if not 2 <= len(marks) <= 4:
        return None
    xs, ys = [mark.x for mark in marks], [mark.y for mark in marks]
    longest = max(np.hypot(a.x - b.x, a.y - b.y) for a, b in combinations(marks, 2))
    wide, high = (max(max(ends) - min(ends), 0.7 * longest if len(marks) == 2 else 1.0) for ends in (xs, ys))
    middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
    if min(wide, high) < 8 or max(wide, high) > 0.95 * max(shape):
        return None
    return Box(round(middle_x - wide / 2), round(middle_y - high / 2), round(wide), round(high)).clipped(*shape)


def painted_out(pixels: Grey, marks: tuple[Mark, ...]) -> Grey:
    """The frame without its marks and without the dots between them, filled from what lies around."""
    if not marks:
        return pixels
    strokes = (relief(pixels) > THIN) & _near(pixels.shape, marks)
    strokes = ndimage.binary_dilation(strokes, iterations=1)
    known = (~strokes).astype(np.float32)
    weight = ndimage.gaussian_filter(known, 2.0)
    around = ndimage.gaussian_filter(pixels * known, 2.0) / np.maximum(weight, 1e-3)
    return np.where(strokes, around, pixels).astype(np.float32)


def _near(shape: tuple[int, ...], marks: tuple[Mark, ...]) -> Bool:
    """The squares of the marks and the lines between any two of them."""
    y, x = np.ogrid[: shape[0], : shape[1]]
    near = np.zeros(shape, bool)
    for mark in marks:
        near |= (abs(x - mark.x) <= mark.arm + 2) & (abs(y - mark.y) <= mark.arm + 2)
    for a, b in combinations(marks, 2):
        length = float(np.hypot(b.x - a.x, b.y - a.y))
        along = ((x - a.x) * (b.x - a.x) + (y - a.y) * (b.y - a.y)) / length**2
        across = abs((x - a.x) * (b.y - a.y) - (y - a.y) * (b.x - a.x)) / length
        near |= (along >= 0) & (along <= 1) & (across <= 2)
    return near
