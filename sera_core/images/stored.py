"""Stored values of one frame of a DICOM file, whatever its transfer syntax.

Each has its fixed decoders: Pillow for JPEG, Pillow and then gdcm for JPEG 2000, CharLS for JPEG-LS, pydicom
for RLE, and gdcm for lossless and 12-bit JPEG.
"""

from __future__ import annotations

from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.encaps import get_frame
from pydicom.pixels import convert_color_space, pixel_array
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    RLELossless,
)

from sera_core.contracts import BadInput
from sera_core.images.decoded import damaged
from sera_core.images.structure import check_jpeg, check_jpeg_2000, jpeg_size

_PLUGINS = {
    JPEGBaseline8Bit: ("pillow",),
    JPEGExtended12Bit: ("pillow",),
    JPEG2000Lossless: ("pillow", "gdcm"),
    JPEG2000: ("pillow", "gdcm"),
    JPEGLSLossless: ("pyjpegls",),
    JPEGLSNearLossless: ("pyjpegls",),
}


def stored_values(dataset: Dataset, frame: int) -> NDArray[Any]:
    """Stored values of one frame, [H, W] or [H, W, 3]; YCbCr is already RGB.

    Raises
    ------
    BadInput
        ``unsupported``, ``damaged`` or ``too_many_parts``.
    """
    syntax = dataset.file_meta.TransferSyntaxUID
    if syntax.is_private or not syntax.is_transfer_syntax:
        raise _unread()
    if not syntax.is_compressed or syntax == DeflatedExplicitVRLittleEndian:
        return _native(dataset, frame)
    if syntax in (JPEGLossless, JPEGLosslessSV1) or (syntax == JPEGExtended12Bit and dataset.BitsStored > 8):
        return _decode_lossless(dataset, frame)
    if syntax == RLELossless:
        return _native(dataset, frame, decoding_plugin="pydicom")
    if syntax not in _PLUGINS:
        raise _unread()
    stream = _frame_bytes(dataset, frame)
    _check_stream(stream, syntax, dataset)
    if syntax in (JPEGBaseline8Bit, JPEGExtended12Bit) and dataset.SamplesPerPixel == 3:
        colour = _self_told_jpeg(stream)
        if colour is not None:
            return colour
    first, *others = _PLUGINS[syntax]
    try:
        return pixel_array(dataset, index=frame, decoding_plugin=first)
    except MemoryError:
        raise
    except Exception:  # a decoder raises anything on what it does not know
        if not others:
            raise
        return pixel_array(dataset, index=frame, decoding_plugin=others[0])


def _native(dataset: Dataset, frame: int, **options: Any) -> NDArray[Any]:
    """Values that are stored bit by bit, from the bits where the file says they lie (PS3.5 8.1.1)."""
    if "PixelData" not in dataset:  # floats
        return pixel_array(dataset, index=frame, **options)
    allocated, stored = int(dataset.BitsAllocated), int(dataset.BitsStored)
    high = int(dataset.get("HighBit", stored - 1))
    if high == stored - 1 or dataset.SamplesPerPixel > 1:
        return pixel_array(dataset, index=frame, **options)
    if not stored - 1 <= high < allocated:
        raise BadInput(
            "unsupported",
            "This DICOM file contradicts itself about where its grey levels are stored: export it again, as PNG.",
        )
    values = pixel_array(dataset, index=frame, correct_unused_bits=False, **options)
    return np.right_shift(np.left_shift(values, allocated - 1 - high), allocated - stored)


def _unread() -> BadInput:
    return BadInput("unsupported", "This DICOM file is compressed in a way that is not read: save it uncompressed.")


def _frame_bytes(dataset: Dataset, frame: int) -> bytes:
    frames = int(dataset.get("NumberOfFrames") or 1)
    offsets = None
    if "ExtendedOffsetTable" in dataset:
        offsets = (dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths)
    return get_frame(dataset.PixelData, frame, number_of_frames=frames, extended_offsets=offsets)


def _check_stream(stream: bytes, syntax: str, dataset: Dataset) -> None:
    """Refuse a compressed frame whose own size is not the one the file declares: it could fill the memory."""
    if syntax in (JPEGLSLossless, JPEGLSNearLossless):
        size = jpeg_size(stream)
    else:
        check_jpeg(stream, "DICOM")
        check_jpeg_2000(stream)
        with Image.open(BytesIO(stream), formats=("JPEG", "JPEG2000")) as image:
            size = image.size
    if size != (dataset.Columns, dataset.Rows):
        raise damaged("DICOM")


def _self_told_jpeg(stream: bytes) -> NDArray[np.uint8] | None:
    """RGB of a colour JPEG that tells itself how its colours are stored; None when only the file's word is left.

    Many devices call the frame RGB and store YCbCr. A JFIF or Adobe marker is the truth, and so is a stream that
    treats its first component unlike the others: nobody samples red more finely than green.
    """
    with Image.open(BytesIO(stream), formats=("JPEG",)) as image:
        marked = "jfif" in image.info or "adobe_transform" in image.info
        alike = len({tuple(component[1:]) for component in getattr(image, "layer", ())}) == 1
        return np.asarray(image.convert("RGB")) if marked or not alike else None


def _decode_lossless(dataset: Dataset, frame: int) -> NDArray[Any]:
    stream = _frame_bytes(dataset, frame)
    if jpeg_size(stream) != (dataset.Columns, dataset.Rows):
        raise damaged("DICOM")
    from sera_core.images.lossless import decode_with_gdcm

    values = decode_with_gdcm(stream, dataset)
    if str(dataset.PhotometricInterpretation).startswith("YBR_FULL"):
        return convert_color_space(values, "YBR_FULL", "RGB")
    return values
