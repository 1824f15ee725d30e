"""Overlay graphics on a frame: rows of letters, and callipers.

Speckle is as wide as the point-spread function; what a machine writes over it is one to three pixels thin and bright.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Box, Grey
from sera_core.images.strokes import relief

Bool = NDArray[np.bool_]
Place = tuple[slice, slice]

ROW = 3  # letters that make a row


def find_marks(part: Grey) -> tuple[bool, bool]:
    """(text, callipers) among the thin bright strokes of a region; a calliper is a piece in the form of a plus."""
    labels, places = _strokes(part, stands_out=0.25, bright=0.5)
    callipers = any(_is_plus(labels[place] == k) for k, place in enumerate(places, start=1))
    return bool(_rows(_letters(labels, places))), callipers


def find_text(part: Grey, stands_out: float = 0.25, bright: float = 0.5) -> list[Box]:
    """Where rows of text lie.

    Parameters
    ----------
    part : float32 [h, w]
        0 ... 1; reduce a large frame first (:func:`reduced`), since strokes are looked for by their width.
    stands_out, bright : float
        How much brighter than its surroundings, and how bright, a stroke is at least.

    Returns
    -------
    list of Box
        Around three or more pieces of like height that follow each other on one line.
    """
    labels, places = _strokes(part, stands_out, bright)
    return [_around(row) for row in _rows(_letters(labels, places))]


def reduced(part: Grey, longest: int) -> Grey:
    """The picture with its longer side at most ``longest`` pixels, by area averages."""
    shrink = max(part.shape) / longest
    if shrink <= 1:
        return part
    size = max(round(part.shape[1] / shrink), 1), max(round(part.shape[0] / shrink), 1)
    return np.asarray(Image.fromarray(np.ascontiguousarray(part)).resize(size, Image.Resampling.BOX))


def _strokes(part: Grey, stands_out: float, bright: float) -> tuple[NDArray[np.int32], list[Place]]:
    labels, _ = ndimage.label((relief(part) > stands_out) & (part > bright), np.ones((3, 3)))
    return labels, ndimage.find_objects(labels)


def _letters(labels: NDArray[np.int32], places: list[Place]) -> list[Place]:
    areas = np.bincount(labels.ravel(), minlength=1)[1:]
    return [place for place, area in zip(places, areas, strict=True) if _like_letter(place, int(area))]


def _like_letter(place: Place, area: int) -> bool:
    height, width = (side.stop - side.start for side in place)
    return 5 <= height <= 30 and width <= 2.2 * height and area >= 6  # two letters may touch


def _rows(places: list[Place]) -> list[list[Place]]:
    """Runs of at least :data:`ROW` pieces that follow each other on one line, top and bottom within two pixels."""
    places = sorted(places, key=lambda place: place[1].start)
    rows, used = [], set[int]()
    for first, start in enumerate(places):
        if first in used:
            continue
        row, last = [first], start
        for n, place in enumerate(places[first + 1 :], start=first + 1):
            height = last[0].stop - last[0].start
            if place[1].start - last[1].stop > 1.2 * height + 2:
                break
            level = abs(place[0].stop - last[0].stop) <= 2 and abs(place[0].start - last[0].start) <= 2
            if level and place[1].start >= last[1].stop - 1:
                row.append(n)
                last = place
        if len(row) >= ROW:
            rows.append([places[n] for n in row])
            used.update(row)
    return rows


def _around(row: list[Place]) -> Box:
    left, right = min(place[1].start for place in row), max(place[1].stop for place in row)
    top, bottom = min(place[0].start for place in row), max(place[0].stop for place in row)
    return Box(left, top, right - left, bottom - top)


def _is_plus(piece: Bool) -> bool:
    height, width = piece.shape
    if not (6 <= height <= 30 and 6 <= width <= 30 and abs(height - width) <= max(2, height // 4)):
        return False
    y, x = np.ogrid[:height, :width]
    middle_y, middle_x = (height - 1) / 2, (width - 1) / 2
    arms = (abs(y - middle_y) <= 1) | (abs(x - middle_x) <= 1)
    on_arms = piece[np.broadcast_to(arms, piece.shape)].sum() / piece.sum()
    upright = piece[:, int(middle_x) : int(middle_x) + 2].any(axis=1).mean()
    across = piece[int(middle_y) : int(middle_y) + 2].any(axis=0).mean()
    return bool(on_arms > 0.75 and min(upright, across) > 0.8)
