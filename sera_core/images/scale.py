"""What a DICOM file says about millimetres, and whether that can be true of a thyroid.

Follows DICOM PS3.3 C.8.5.5 (ultrasound regions) and 10.7.1.3 (Pixel Spacing). A scale that cannot be read or cannot be
believed costs no image: it is left out, and a notice says so.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from math import isfinite
from typing import TYPE_CHECKING, Any

from sera_core.contracts import BadInput, Box, GreyImage, Notice, Scale, ScaledRegion

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

NARROWEST_MM, WIDEST_MM = 20.0, 120.0  # a thyroid frame is this wide, and this deep
DETAIL_MM = 5.0  # the longer side of the smallest detail that somebody cuts out of one
_PLACEHOLDER = (1.0, 1.0)  # what programs write when they know no spacing
_CENTIMETRE = 3  # PS3.3 C.8.5.5.1.15
_TWO_DIMENSIONAL = 1  # PS3.3 C.8.5.5.1.1
_LOW_PRIORITY = 1  # bit 0 of Region Flags, PS3.3 C.8.5.5.1.3
UNREADABLE = Notice(
    "scale_unreadable", "The file's scale cannot be read, or not everywhere; there nothing is shown in millimetres."
)


@dataclass(frozen=True)
class Calibration:
    """The scales of a file as it gives them, before anybody asks whether they can be true."""

    mm_per_px: Scale | None
    regions: tuple[ScaledRegion, ...]
    notices: tuple[Notice, ...]


def read_calibration(dataset: Dataset, rows: int, columns: int) -> Calibration:
    """Ultrasound regions and Pixel Spacing of a data set.

    A region whose place cannot be read is left out; one whose axes are not both centimetres, or whose scale cannot
    be read, stays without a scale, for it still says where the ultrasound picture is.

    Parameters
    ----------
    dataset : Dataset
    rows, columns : int
        Size of the frame in pixels.
    """
    items = list(dataset.get("SequenceOfUltrasoundRegions") or ())
    regions = tuple(region for item in items if (region := _region(item, rows, columns)) is not None)
    spacing, given = _spacing(dataset)
    unread = len(regions) < len(items) or any(map(_lacks_scale, items)) or (given and spacing is None)
    return Calibration(spacing, regions, (UNREADABLE,) if unread else ())


def _region(item: Dataset, rows: int, columns: int) -> ScaledRegion | None:
    edges = [_number(item, f"RegionLocation{edge}") for edge in ("MinX0", "MinY0", "MaxX1", "MaxY1")]
    left, top, right, bottom = (int(edge) if edge is not None else -1 for edge in edges)  # right and bottom inclusive
    right, bottom = min(right, columns - 1), min(bottom, rows - 1)
    if not (0 <= left < right and 0 <= top < bottom):
        return None
    underneath = bool(int(_number(item, "RegionFlags") or 0) & _LOW_PRIORITY)
    scale = _region_scale(item) if _in_centimetres(item) else None
    return ScaledRegion(Box(left, top, right - left + 1, bottom - top + 1), scale, underneath)


def _in_centimetres(item: Dataset) -> bool:
    names = ("RegionSpatialFormat", "PhysicalUnitsXDirection", "PhysicalUnitsYDirection")
    return [_number(item, name) for name in names] == [_TWO_DIMENSIONAL, _CENTIMETRE, _CENTIMETRE]


def _region_scale(item: Dataset) -> Scale | None:
    steps = _number(item, "PhysicalDeltaY"), _number(item, "PhysicalDeltaX")
    if steps[0] is None or steps[1] is None:
        return None
    return _positive(10 * abs(steps[0]), 10 * abs(steps[1]))


def _lacks_scale(item: Dataset) -> bool:
    return _in_centimetres(item) and _region_scale(item) is None


def _spacing(dataset: Dataset) -> tuple[Scale | None, bool]:
    """Pixel Spacing in mm (row, column), of the file or shared by all its frames, and whether there is one at all."""
    holder = dataset
    if shared := dataset.get("SharedFunctionalGroupsSequence"):
        measures = shared[0].get("PixelMeasuresSequence")
        holder = measures[0] if measures else dataset
    try:
        spacing = holder.get("PixelSpacing")
        if spacing is None:
            return None, False
        row, column = (float(step) for step in spacing)
        return _positive(row, column), True
    except (TypeError, ValueError, OverflowError):  # pydicom converts when it is asked
        return None, True


def _positive(row: float, column: float) -> Scale | None:
    return (row, column) if all(isfinite(step) and step > 0 for step in (row, column)) else None


def _number(item: Dataset, name: str) -> float | None:
    try:
        value: Any = item.get(name)
        number = float(value)
    except (TypeError, ValueError, OverflowError):
        return None
    return number if isfinite(number) else None


def field_of_view(scale: Scale, box: Box) -> tuple[float, float]:
    """(width, depth) of a part of the frame in millimetres, to a tenth."""
    return round(box.width * scale[1], 1), round(box.height * scale[0], 1)


def doubt(scale: Scale, box: Box, inset: bool = False) -> str:
    """What makes a scale doubtful, in one clause; empty for one that can be true.

    Parameters
    ----------
    scale : (row, column)
    box : Box
        The ultrasound picture for which it holds.
    inset : bool
        True for an enlarged detail, which may be narrower than any frame.
    """
    width, depth = field_of_view(scale, box)
    least = 0.0 if inset else NARROWEST_MM
    if scale != _PLACEHOLDER and all(least <= side <= WIDEST_MM for side in (width, depth)):
        return ""
    return (
        f"{scale[0]:.3g} mm a pixel makes the picture {width:g} × {depth:g} mm, and a thyroid frame is "
        f"{NARROWEST_MM:g} to {WIDEST_MM:g} mm wide and deep"
    )


def typed(mm_per_px: float, image: GreyImage) -> Scale:
    """The scale that a person gives for a frame of square pixels.

    Raises
    ------
    BadInput
        Code ``bad_scale``, when it makes the ultrasound picture larger than any thyroid frame, or smaller than a detail
        of one.
    """
    from sera_core.images.checks import lit_parts  # its scipy is not for the process that decodes

    picture = lit_parts(image.pixels)[0]
    longest = max(picture.width, picture.height)
    least, most = (float(f"{side / longest:.2g}") for side in (DETAIL_MM, WIDEST_MM))
    if least <= mm_per_px <= most:
        return mm_per_px, mm_per_px
    raise BadInput(
        "bad_scale",
        f"A scale of {mm_per_px:g} mm a pixel cannot be used: give the length of a pixel in millimetres, on this frame "
        f"from {least:g} to {most:g} (a picture is {DETAIL_MM:g} to {WIDEST_MM:g} mm wide or deep).",
    )


def believe(image: GreyImage, picture: Box) -> GreyImage:
    """The image without the scales that cannot be true, and with a notice for the first of them.

    Parameters
    ----------
    image : GreyImage
    picture : Box
        Where the ultrasound picture lies on the frame: the field of view of a scale that holds on the whole frame is
        taken there.
    """
    doubts = []
    regions = []
    for region in image.regions:
        found = region.mm_per_px and doubt(region.mm_per_px, region.box, _is_inset(region, image))
        doubts += [found] if found else []
        regions.append(replace(region, mm_per_px=None) if found else region)
    spacing = image.mm_per_px
    if spacing is not None and (found := doubt(spacing, picture)):
        doubts.append(found)
        spacing = None
    if not doubts:
        return image
    said = f"The file's scale is not used: {doubts[0]}. Set it by the depth scale."
    notices = (*image.warnings, Notice("implausible_scale", said))
    return replace(image, mm_per_px=spacing, regions=tuple(regions), warnings=notices)


def _is_inset(region: ScaledRegion, image: GreyImage) -> bool:
    """True for a region laid over another one."""
    return any(other is not region and other.box.contains(region.box) for other in image.regions)
