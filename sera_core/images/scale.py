"""The scale of a DICOM frame: its ultrasound regions (PS3.3 C.8.5.5) and its Pixel Spacing (10.7.1.3)."""

from __future__ import annotations

from pydicom.dataset import Dataset

from sera_core.contracts import Box, Scale, ScaledRegion

_CENTIMETRE = 3  # PS3.3 C.8.5.5.1.15
_TWO_DIMENSIONAL = 1  # PS3.3 C.8.5.5.1.1


def regions_of(dataset: Dataset, rows: int, columns: int) -> tuple[ScaledRegion, ...]:
    """Two-dimensional ultrasound regions whose axes are both in centimetres; a broken one is left out."""
    found = []
    for item in dataset.get("SequenceOfUltrasoundRegions") or ():
        if item.get("RegionSpatialFormat") != _TWO_DIMENSIONAL:
            continue
        if (item.get("PhysicalUnitsXDirection"), item.get("PhysicalUnitsYDirection")) != (_CENTIMETRE, _CENTIMETRE):
            continue
        scale = 10 * abs(float(item.PhysicalDeltaY)), 10 * abs(float(item.PhysicalDeltaX))
        left, top = int(item.RegionLocationMinX0), int(item.RegionLocationMinY0)
        right, bottom = int(item.RegionLocationMaxX1), int(item.RegionLocationMaxY1)  # inclusive
        right, bottom = min(right, columns - 1), min(bottom, rows - 1)
        if _plausible(scale) and right > left and bottom > top:
            found.append(ScaledRegion(Box(left, top, right - left + 1, bottom - top + 1), scale))
    return tuple(found)


def spacing_of(dataset: Dataset) -> Scale | None:
    """Pixel Spacing in mm (row, column), of the file or shared by all its frames."""
    holder = dataset
    if shared := dataset.get("SharedFunctionalGroupsSequence"):
        measures = shared[0].get("PixelMeasuresSequence")
        holder = measures[0] if measures else dataset
    spacing = holder.get("PixelSpacing")
    if spacing is None or isinstance(spacing, str | float) or len(spacing) != 2:
        return None
    scale = float(spacing[0]), float(spacing[1])
    return scale if _plausible(scale) else None


def _plausible(scale: Scale) -> bool:
    """Between a hundredth of a millimetre and a centimetre per pixel."""
    return all(0.001 <= step <= 10 for step in scale)
