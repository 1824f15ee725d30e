"""Every sample file that pydicom ships: its pixels are pydicom's own, or the reason why there are none stands here."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
from numpy.typing import NDArray
from pydicom.pixels import pixel_array

from sera_core.contracts import BadInput
from sera_core.images.dicom import parse
from sera_core.images.kinds import kind_of
from sera_core.images.read import read_image
from sera_core.images.stored import stored_values

FOLDERS = [Path(pydicom.__file__).parent / "data" / name for name in ("test_files", "charset_files")]
FILES = sorted(path for folder in FOLDERS for path in folder.rglob("*") if path.is_file())
NO_PIXELS_IN_PYDICOM = {
    "JPEG-lossy.dcm": "12-bit JPEG, which gdcm decodes here and pydicom gives to no decoder",
    "JPGExtended.dcm": "12-bit JPEG, which gdcm decodes here and pydicom gives to no decoder",
    "nested_priv_SQ.dcm": "it does not say how its pixel data are to be read",
    "JPEG2000-embedded-sequence-delimiter.dcm": "its JPEG 2000 stream is cut",
    "meta_missing_tsyntax.dcm": "it names no transfer syntax, which is guessed here",
    "MR_truncated.dcm": "its pixel data are cut",
    "badVR.dcm": "its number of frames is no number",
}
REFUSED = {  # by the reader as a whole
    "not_an_image": "README files, a colour profile, and a file without a prefix in big-endian order",
    "no_pixels": "reports, plans, waveforms, directories",
    "modality": "CT, MR, radiographs, dose maps, segmentations",
    "colour": "colour bars and photos",
    "blank": "one colour all over",
    "too_small": "a few pixels",
}


def own_pixels(path: Path) -> NDArray[np.generic] | None:
    """What pydicom makes of the first frame; None when it makes nothing of it."""
    try:
        return np.asarray(pixel_array(pydicom.dcmread(path), index=0))
    except Exception:
        return None


@pytest.mark.filterwarnings("ignore")
def test_pixels_are_pydicoms_own() -> None:
    own = {path: own_pixels(path) for path in FILES}
    equal = {
        path: np.array_equal(stored_values(parse(path.read_bytes()), 0), expected)
        for path, expected in own.items()
        if expected is not None
    }
    assert [path.name for path, same in equal.items() if not same] == []
    assert len(equal) >= 90
    without = {path.name for path in FILES if path not in equal and has_pixels(path)}
    assert without == set(NO_PIXELS_IN_PYDICOM)


def has_pixels(path: Path) -> bool:
    try:
        return "PixelData" in pydicom.dcmread(io.BytesIO(path.read_bytes()), force=True)
    except Exception:
        return False


def test_every_file_is_read_or_refused_for_a_reason() -> None:
    read = 0
    for path in FILES:
        try:
            image = read_image(path.read_bytes())
        except BadInput as refusal:
            assert refusal.code in REFUSED, (path.name, refusal.code)  # noqa: PT017 - either outcome is right
        else:
            assert (image.source, kind_of(path.read_bytes())) == ("DICOM", "DICOM")
            read += 1
    assert read >= 10
