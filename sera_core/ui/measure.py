"""Two points on the image: a length in millimetres, or the scale that a known length gives; a box put elsewhere."""

from __future__ import annotations

from dataclasses import dataclass, replace

from sera_core.contracts import BadInput, Box, GreyImage, Line, Scale
from sera_core.images.checks import lit_parts

SHORTEST_PX = 5.0  # shorter rulers would give a scale that is mostly the error of the hand


@dataclass(frozen=True)
class Calibration:
    """The reader's own scale: a ruler laid between two marks, and how far apart they are."""

    line: Line
    distance_mm: float


def scale_from(line: Line, distance_mm: float) -> Scale:
    """The scale of an image with square pixels on which ``line`` is ``distance_mm`` long.

    Raises
    ------
    BadInput
        When the two points are too close together, or the distance is not above zero.
    """
    if distance_mm <= 0:
        raise BadInput("bad_distance", "The distance must be above 0 mm: type what the depth scale shows.")
    if line.length_px < SHORTEST_PX:
        raise BadInput("short_ruler", "The two points are too close together: click marks at least 1 cm apart.")
    mm = distance_mm / line.length_px
    return mm, mm


def with_scale(image: GreyImage, calibration: Calibration | None) -> GreyImage:
    """The same image with the reader's own scale, where the ruler was laid.

    That is the region under the ruler's middle; everywhere, where none lies there, as for a depth scale beside the
    picture.
    """
    if calibration is None:
        return image
    line, scale = calibration.line, scale_from(calibration.line, calibration.distance_mm)
    under = image.regions_at(*line.centre)
    regions = tuple(
        replace(region, mm_per_px=scale) if not under or region in under else region for region in image.regions
    )
    return replace(image, regions=regions, mm_per_px=image.mm_per_px if under else scale)


def picture_at(image: GreyImage, place: Box | Line) -> Box:
    """The ultrasound picture in which a box or a line lies: the region at its middle, or the lit part."""
    x, y = place.centre
    if under := image.regions_at(x, y):
        return under[0].box
    lit = lit_parts(image.pixels)
    return next((box for box in lit if 0 <= x - box.x < box.width and 0 <= y - box.y < box.height), lit[0])


def on_picture(image: GreyImage, x: int, y: int) -> bool:
    """Whether a pixel lies on an ultrasound picture: in a region that the file names, or in a lit part."""
    pixel = Box(x, y, 1, 1)
    return bool(image.regions_at(x, y)) or any(part.contains(pixel) for part in lit_parts(image.pixels))


def centred(box: Box, shape: tuple[int, int], x: int, y: int) -> Box:
    """The box moved so that (x, y) is its centre, pushed inside the image."""
    left = min(max(x - box.width // 2, 0), shape[1] - box.width)
    return Box(left, min(max(y - box.height // 2, 0), shape[0] - box.height), box.width, box.height)
