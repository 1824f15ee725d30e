"""A DICOM file to one grey frame with its scale."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pydicom
from pydicom.pixels import pixel_array

from sera_core.contracts import GreyImage


def read_dicom(data: bytes, frame: int = 0) -> GreyImage:
    """Read one frame of a DICOM file."""
    header = pydicom.dcmread(BytesIO(data))
    frames = int(header.get("NumberOfFrames", 1) or 1)
    array = pixel_array(header, index=frame).astype(np.float32)
    if array.ndim == 3:
        array = array @ np.float32([0.299, 0.587, 0.114])
    pixels = array / np.float32(2 ** int(header.BitsStored) - 1)
    return GreyImage(pixels.astype(np.float32), source="DICOM", frame=frame, frames=frames)
