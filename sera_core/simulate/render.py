"""From a case to a picture: the whole frame, or only the square around the nodule that a network sees."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from sera_core.contracts import SIMULATED, Box, Descriptors, Grey, GreyImage
from sera_core.images.prepare import window
from sera_core.simulate import anatomy, nodule
from sera_core.simulate.canvas import Canvas
from sera_core.simulate.case import Case, Nodule, Pathology
from sera_core.simulate.nodule import Placed
from sera_core.simulate.scanner import (
    PIXELS,
    RECEIVER,
    Array,
    Scanner,
    compress,
    display_filter,
    echo,
    scatterers,
    with_clutter,
)

MARGIN_MM = 2.2  # around a window: wider than any blur
BEAM_MM = 0.35  # a shadow's edge is as soft as the beam is wide
WHOLE = Box(0, 0, PIXELS, PIXELS)


@dataclass(frozen=True)
class Frame:
    """One simulated frame and its truth.

    Attributes
    ----------
    image : GreyImage
        With its scale; ``source`` is "simulated".
    pathology : Pathology or None
        None in the sandbox, where nobody drew one.
    descriptors : Descriptors
    nodule : Nodule
        The same with its continuous values.
    mask : bool [H, W]
    box : Box
        Bounding box of the nodule.
    size_mm : float
        Largest diameter.
    scanner : Scanner
    centre : str
    seed : int
    """

    image: GreyImage
    pathology: Pathology | None
    descriptors: Descriptors
    nodule: Nodule
    mask: NDArray[np.bool_]
    box: Box
    size_mm: float
    scanner: Scanner
    centre: str
    seed: int


@dataclass(frozen=True)
class Span:
    """Rows and lines of the beam grid, ends excluded."""

    top: int
    bottom: int
    left: int
    right: int


def render(case: Case, size: int = PIXELS) -> Frame:
    """Draw a whole frame.

    Parameters
    ----------
    case : Case
    size : int
        Side of the square frame in pixels.

    Returns
    -------
    Frame
        The same case gives the same bytes.

    Examples
    --------
    >>> from sera_core.simulate import SAMPLES
    >>> frame = render(SAMPLES["papillary"].case)
    >>> frame.image.pixels.shape, frame.box, round(frame.image.mm_per_px[0], 3)
    ((448, 448), Box(x=184, y=87, width=125, height=157), 0.089)
    """
    grey = pixels(case)
    mask, box = truth_mask(case)
    scale = case.scanner.mm_per_px
    if size != PIXELS:
        grey = np.asarray(Image.fromarray(grey).resize((size, size), Image.Resampling.BILINEAR), np.float32)
        mask = np.asarray(Image.fromarray(mask).resize((size, size), Image.Resampling.NEAREST))
        box, scale = Box.around(mask), scale * PIXELS / size
    image = GreyImage(grey, (scale, scale), source=SIMULATED)
    return Frame(
        image,
        case.pathology,
        case.nodule.descriptors,
        case.nodule,
        mask,
        box,
        case.nodule.size_mm,
        case.scanner,
        case.centre,
        case.seed,
    )


def crop(case: Case, size: int = 224, padding: float = 2.0) -> Grey:
    """Draw only the square around the nodule; equals cropping the whole frame, but faster.

    Parameters
    ----------
    case : Case
    size : int
        Side of the square in pixels.
    padding : float
        Side of the square over the longest side of the nodule's box.

    Returns
    -------
    float32 [size, size]

    Examples
    --------
    >>> from sera_core.simulate import SAMPLES
    >>> crop(SAMPLES["cyst"].case, size=64).shape
    (64, 64)
    """
    part = window((PIXELS, PIXELS), truth_mask(case)[1], "square", padding)
    pixels = Image.fromarray(_pixels(case, part))
    return np.asarray(pixels.resize((size, size), Image.Resampling.BILINEAR), np.float32)


def pixels(case: Case, part: Box = WHOLE) -> Grey:
    """Grey levels of the whole frame, float32 [PIXELS, PIXELS], or of a window of it."""
    return _pixels(case, part)


def punctate_pixels(case: Case, redraw: int = 0) -> NDArray[np.float64]:
    """Where the punctate foci lie on the whole frame, [number, 2] (column, row), as :func:`.nodule.punctate_points`."""
    spots = nodule.punctate_points(_placed(case), redraw) / case.scanner.mm_per_px
    return spots + np.asarray([PIXELS / 2, 0]) - 0.5


@lru_cache(maxsize=4)
def _placed(case: Case) -> Placed:
    x, z = anatomy.layout(case).spot(case.nodule)
    return nodule.place(case.nodule, x, z, case.seed)


def truth_mask(case: Case) -> tuple[NDArray[np.bool_], Box]:
    """Mask [PIXELS, PIXELS] and box of the nodule."""
    placed, scale = _placed(case), case.scanner.mm_per_px
    x = ((np.arange(PIXELS, dtype=np.float32) + 0.5 - PIXELS / 2) * np.float32(scale))[None, :]
    z = ((np.arange(PIXELS, dtype=np.float32) + 0.5) * np.float32(scale))[:, None]
    reach = 0.5 * case.nodule.size_mm + 0.5
    c, d = np.searchsorted(z[:, 0], (placed.z - reach, placed.z + reach))
    a, b = np.searchsorted(x[0], (placed.x - reach, placed.x + reach))
    mask = np.zeros((PIXELS, PIXELS), bool)
    mask[c:d, a:b] = placed.polar(x[:, a:b], z[c:d])[0] > 0
    return mask, Box.around(mask)


def _pixels(case: Case, part: Box) -> Grey:
    """Grey levels of a window of the frame."""
    scanner, scale = case.scanner, case.scanner.mm_per_px
    rows = min(part.y + part.height, scanner.rows)
    first_px = (part.x - PIXELS / 2) * scale
    last_px = (part.x + part.width - PIXELS / 2) * scale
    lines = np.arange(-_spare(scanner), scanner.lines + _spare(scanner))
    place = ((lines + 0.5) * scanner.pitch_mm - scanner.aperture_mm / 2).astype(np.float32)
    left, right = np.searchsorted(place, (first_px - MARGIN_MM, last_px + MARGIN_MM))
    spare_rows = int(MARGIN_MM / scale)
    span = Span(max(part.y - spare_rows, 0), min(rows + spare_rows, scanner.rows + spare_rows), int(left), int(right))
    grey = _beams(case, place, span)
    return _scan_convert(grey, place[span.left : span.right], span, part, scanner)


def _spare(scanner: Scanner) -> int:
    return int(np.ceil(MARGIN_MM / scanner.pitch_mm))


def _beams(case: Case, place: Array, span: Span) -> Grey:
    """Compressed grey on the beam grid [span rows, span lines]."""
    scanner = case.scanner
    depth = ((np.arange(span.bottom) + 0.5) * scanner.mm_per_px).astype(np.float32)
    canvas, gain = tissue(case, place[span.left : span.right], depth)
    rows = slice(span.top, span.bottom)
    level = np.power(np.float32(10), (canvas.db[rows] + gain[0][rows]) / np.float32(20))
    level = with_clutter(level, scanner)
    mirror = canvas.mirror[rows] * np.power(np.float32(10), gain[0][rows] / np.float32(20))
    receiver = np.power(np.float32(10), (scanner.noise_db + gain[1][rows]) / np.float32(20)).astype(np.float32)
    envelope: Array = np.zeros(level.shape, np.float32)
    place_on_grid = range(span.top, span.bottom), range(span.left, span.right)
    hiss = scatterers(case.seed, RECEIVER, *place_on_grid)
    for look in range(scanner.looks):
        noise = scatterers(case.seed, look, *place_on_grid)
        envelope += echo(level, mirror, receiver, (noise, hiss), scanner, depth[rows])
    return compress(envelope / np.float32(scanner.looks), scanner)


def tissue(case: Case, x: Array, depth: Array) -> tuple[Canvas, tuple[Array, Array]]:
    """Tissue map on the lines ``x`` and depths ``depth`` (from the skin), and what depth does to the echoes.

    Returns
    -------
    canvas : Canvas
    gain : (float32 [rows, lines], float32 [rows])
        Depth gain minus absorption, dB; and the depth gain alone, against that at 20 mm.
    """
    canvas = Canvas.empty_at(x[None, :], depth[:, None])
    where = anatomy.layout(case)
    anatomy.paint(canvas, case, where)
    if case.second is not None:
        _paint_second(canvas, case, where)
    if not case.bare:
        nodule.paint(canvas, _placed(case))
    return canvas, depth_gain(canvas, case)


def _paint_second(canvas: Canvas, case: Case, where: anatomy.Layout) -> None:
    assert case.second is not None
    x, z = where.spot(case.second)
    nodule.paint(canvas, nodule.place(case.second, x, z, case.seed + 1))


def depth_gain(canvas: Canvas, case: Case) -> tuple[Array, Array]:
    """Absorption on the way there and back, against what the depth gain adds."""
    scanner = case.scanner
    there_and_back = np.float32(2 * scanner.working_mhz * scanner.mm_per_px / 10)
    lost = np.cumsum(canvas.loss, axis=0) * there_and_back
    passed = ndimage.gaussian_filter1d(np.exp(lost * np.float32(-np.log(10) / 20)), BEAM_MM / scanner.pitch_mm, axis=1)
    added = _slider(case, canvas.z[:, 0])
    at_20_mm = float(_slider(case, np.asarray([20.0], np.float32))[0])
    return added[:, None] + 20 * np.log10(np.maximum(passed, np.float32(1e-5))), added - np.float32(at_20_mm)


def _slider(case: Case, depth: Array) -> Array:
    """Depth gain, dB: what a path through typical tissue loses, with the operator's slider errors and a limit."""
    scanner, neck = case.scanner, case.anatomy
    steps = ((neck.skin_mm, anatomy.SKIN_LOSS), (neck.fat_mm, anatomy.FAT_LOSS), (neck.strap_mm, anatomy.MUSCLE_LOSS))
    lost, top = np.zeros_like(depth), 0.0
    for thick, loss in steps:
        lost += loss * np.clip(depth - top, 0, thick)
        top += thick
    lost += anatomy.GLAND_LOSS * np.maximum(depth - np.float32(top), 0)
    gain = np.minimum(lost * np.float32(2 * scanner.working_mhz / 10), np.float32(scanner.gain_limit_db))
    knobs = np.linspace(0, scanner.depth_mm, len(scanner.gain_error_db))
    return np.asarray(gain + np.interp(depth, knobs, scanner.gain_error_db), np.float32)


def _scan_convert(grey: Grey, place: Array, span: Span, part: Box, scanner: Scanner) -> Grey:
    """From lines to square pixels, the display filter, and black outside the field."""
    x = ((np.arange(part.x, part.x + part.width) + 0.5 - PIXELS / 2) * scanner.mm_per_px).astype(np.float32)
    margin = 8  # pixels that the display filter may look at
    rows = slice(max(part.y - margin, 0) - span.top, min(part.y + part.height + margin, span.bottom) - span.top)
    wide = np.pad(x, margin, "reflect", reflect_type="odd")
    position = np.clip((wide - place[0]) / np.float32(scanner.pitch_mm), 0, place.size - 1.001)
    left = position.astype(np.int32)
    share = (position - left).astype(np.float32)
    lines = grey[rows]
    shown = lines[:, left] + (lines[:, left + 1] - lines[:, left]) * share
    shown = display_filter(shown, scanner)
    top = part.y - (rows.start + span.top)
    out = np.zeros((part.height, part.width), np.float32)
    bottom = min(part.y + part.height, scanner.rows) - part.y
    out[:bottom] = shown[top : top + bottom, margin:-margin]
    out[:, np.abs(x) > scanner.aperture_mm / 2] = 0
    return np.asarray(np.round(out * np.float32(255)) / np.float32(255), np.float32)
