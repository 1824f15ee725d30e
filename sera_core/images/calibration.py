"""Millimetres from two clicks: a scale from a known distance, a size from a known scale.

A frame that carries no scale shows one: the ruler at its edge. Two points on it and the distance between them, typed by
the user, give millimetres per pixel, the same along rows and columns.
"""

from __future__ import annotations

import math

from sera_core.contracts import BadInput, Scale

Point = tuple[float, float]  # x, y in pixels of the whole frame

MIN_RULER_PX = 20  # a click is about a pixel off: shorter rulers give scales wrong by more than a tenth
DISTANCE_MM = 1.0, 300.0  # what a depth scale shows
SCALE_MM = 0.005, 2.0  # per pixel; from a magnified high-frequency frame to a thumbnail


def scale_from_ruler(first: Point, second: Point, distance_mm: float) -> Scale:
    """Millimetres per pixel from two points on the depth scale.

    Parameters
    ----------
    first, second : (x, y)
        Pixels of the whole frame.
    distance_mm : float
        What the ruler says lies between them.

    Returns
    -------
    (row, column) : mm per pixel, both the same

    Raises
    ------
    BadInput
        ``ruler_distance``, ``ruler_points`` or ``ruler_scale``, when the distance or the points cannot be right.

    Examples
    --------
    >>> scale_from_ruler((10, 50), (10, 250), 20.0)
    (0.1, 0.1)
    """
    low, high = DISTANCE_MM
    if not low <= distance_mm <= high:  # also refuses NaN
        raise BadInput(
            "ruler_distance",
            f"A distance of {distance_mm:g} mm is not on a depth scale: type one between {low:g} and {high:g} mm "
            "(1 cm is 10 mm).",
        )
    pixels = math.dist(first, second)
    if not pixels >= MIN_RULER_PX:
        raise BadInput(
            "ruler_points",
            f"The two points are {pixels:.0f} pixels apart, too close for a reliable scale: "
            f"choose marks at least {MIN_RULER_PX} pixels apart.",
        )
    scale = distance_mm / pixels
    if not SCALE_MM[0] <= scale <= SCALE_MM[1]:
        raise BadInput(
            "ruler_scale",
            f"{distance_mm:g} mm over {pixels:.0f} pixels would be {scale:.3g} mm per pixel, which no ultrasound frame "
            "has: check the points and the distance (in millimetres, not centimetres).",
        )
    return scale, scale


def length_mm(first: Point, second: Point, scale: Scale | None) -> float:
    """Length in millimetres of the segment between two points.

    Parameters
    ----------
    first, second : (x, y)
        Pixels of the whole frame.
    scale : (row, column) mm per pixel, or None
        As :meth:`~sera_core.contracts.GreyImage.scale_at` gives it.

    Raises
    ------
    BadInput
        ``no_scale`` when the scale is unknown, ``same_point`` when the points are one.

    Examples
    --------
    >>> length_mm((0, 0), (30, 40), (0.1, 0.1))
    5.0
    """
    if scale is None:
        raise BadInput(
            "no_scale",
            "The scale of this frame is not known, so pixels cannot become millimetres: "
            "calibrate it with two points on its depth scale.",
        )
    length = math.hypot((second[1] - first[1]) * scale[0], (second[0] - first[0]) * scale[1])
    if not length > 0:
        raise BadInput("same_point", "Both points are the same: choose the two ends of the nodule.")
    return length
