"""Untrusted bytes to one grey image: what the file is, how many pixels it claims, and only then its pixels.

The kind of a file is told by its first bytes, never by its name. Nothing is decoded before the claimed size is
within :data:`MAX_PIXELS`, and only the frame asked for is decoded.
"""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from sera_core.contracts import BadInput, GreyImage

MAX_PIXELS = 36_000_000


def read_image(data: bytes, frame: int = 0) -> GreyImage:
    """Read one frame of a picture or DICOM file."""
    from sera_core.images.dicom import read_dicom

    if data[128:132] == b"DICM":
        return read_dicom(data, frame)
    try:
        image = Image.open(BytesIO(data), formats=("PNG", "JPEG", "BMP", "TIFF"))
        if image.width * image.height > MAX_PIXELS:
            raise BadInput("too_many_pixels", "The picture is too large.")
        pixels = np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)
    except (OSError, SyntaxError) as error:
        raise BadInput("not_an_image", "This is not a PNG, JPEG, BMP, TIFF or DICOM image.") from error
    return GreyImage(pixels, source=str(image.format))
