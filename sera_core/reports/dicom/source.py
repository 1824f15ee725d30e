"""The DICOM image that a view was read from, by the numbers under which a report is filed beside it."""

from __future__ import annotations

from dataclasses import dataclass
from io import BytesIO

from pydicom import dcmread
from pydicom.errors import InvalidDicomError

_UIDS = {
    "study": "StudyInstanceUID",
    "series": "SeriesInstanceUID",
    "instance": "SOPInstanceUID",
    "kind": "SOPClassUID",
}


@dataclass(frozen=True)
class Source:
    """Four UIDs, and nothing that says whose the image is.

    Attributes
    ----------
    study, series, instance, kind : str
        UIDs of the study, the series, the image, and its SOP class.
    """

    study: str
    series: str
    instance: str
    kind: str


def source_of(data: bytes) -> Source | None:
    """The source of a view that was read from this file; None for other files and where a number is missing.

    Parameters
    ----------
    data : bytes
        Of a file that :func:`~sera_core.images.read.read_image` has taken.
    """
    try:
        known = dcmread(BytesIO(data), stop_before_pixels=True, specific_tags=[*_UIDS.values()])
    except InvalidDicomError:
        return None
    found = {name: str(known.get(keyword) or "") for name, keyword in _UIDS.items()}
    return Source(**found) if all(found.values()) else None
