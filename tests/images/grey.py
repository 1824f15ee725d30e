"""One noisy picture in three depths, and the levels that a DICOM file of it is read with."""

from __future__ import annotations

import numpy as np

from sera_core.images.dicom import read_dicom
from tests.images.files import (
    speckle,
)

GREY = speckle()
DEEP = GREY.astype(np.uint16) * 16 + 15  # 12 bits: 15 ... 4095
FULL = GREY.astype(np.uint16) * 257


def levels(data: bytes, frame: int = 0) -> np.ndarray:
    return read_dicom(data, frame).grey.astype(float)
