"""A DICOM file to one decoded frame with its scale, and to nothing about the patient.

Only the elements listed in :data:`_TAGS` are parsed, so identity never enters the program. Only the frame asked for is
decoded. Every transfer syntax has one fixed decoder: Pillow for JPEG and JPEG 2000, CharLS for JPEG-LS, pydicom for
RLE, and gdcm for lossless and 12-bit JPEG.
"""

from __future__ import annotations

import zlib
from io import BytesIO
from typing import Any

import numpy as np  # before pydicom: gdcm, which pydicom loads, breaks OpenCV's PNG writer if it comes before numpy
from numpy.typing import NDArray
from PIL import Image
from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import get_frame
from pydicom.filereader import read_dataset, read_preamble
from pydicom.pixels import convert_color_space, pixel_array
from pydicom.tag import BaseTag, Tag
from pydicom.uid import (
    JPEG2000,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
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
from sera_core.images.decoded import Decoded, check_frame, check_size, damaged
from sera_core.images.presentation import present
from sera_core.images.scale import read_calibration

config.settings.reading_validation_mode = config.IGNORE  # its warnings quote what stands in the file

MAX_INFLATED = 256 * 2**20  # bytes
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_TAGS = [
    "NumberOfFrames",
    "SamplesPerPixel",
    "PhotometricInterpretation",
    "PlanarConfiguration",
    "Rows",
    "Columns",
    "BitsAllocated",
    "BitsStored",
    "HighBit",
    "PixelRepresentation",
    "PixelSpacing",
    "SharedFunctionalGroupsSequence",
    "SequenceOfUltrasoundRegions",
    "RescaleIntercept",
    "RescaleSlope",
    "ModalityLUTSequence",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "VOILUTSequence",
    "RedPaletteColorLookupTableDescriptor",
    "GreenPaletteColorLookupTableDescriptor",
    "BluePaletteColorLookupTableDescriptor",
    "RedPaletteColorLookupTableData",
    "GreenPaletteColorLookupTableData",
    "BluePaletteColorLookupTableData",
    "ExtendedOffsetTable",
    "ExtendedOffsetTableLengths",
    *_PIXELS,
]
_TAG_NUMBERS: list[BaseTag | int] = [Tag(name) for name in _TAGS]
_PLUGINS = {
    JPEGBaseline8Bit: "pillow",
    JPEGExtended12Bit: "pillow",
    JPEG2000Lossless: "pillow",
    JPEG2000: "pillow",
    JPEGLSLossless: "pyjpegls",
    JPEGLSNearLossless: "pyjpegls",
    RLELossless: "pydicom",
}


def read_dicom(data: bytes, frame: int = 0) -> Decoded:
    """Decode one frame of a DICOM file.

    Parameters
    ----------
    data : bytes
        The whole file.
    frame : int
        Frame number, from 0.

    Raises
    ------
    BadInput
        ``damaged``, ``no_pixels``, ``unsupported``, ``too_many_pixels``, ``no_such_frame`` or ``not_finite``.
    """
    try:
        dataset = _parse(data)
        frames = int(dataset.get("NumberOfFrames") or 1)
        rows, columns = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
        said = read_calibration(dataset, rows, columns)
    except BadInput:
        raise
    except Exception:  # pydicom raises anything on a broken file, and its words may quote the file
        raise damaged("DICOM") from None
    if not rows * columns or not any(name in dataset for name in _PIXELS):
        raise BadInput(
            "no_pixels", "This DICOM file holds no image (it may be a report or an index): upload the ultrasound frame."
        )
    check_size(columns, rows)
    check_frame(frame, frames)
    try:
        grey, thumbnail, notices = present(dataset, _decode(dataset, frame))
    except BadInput:
        raise
    except Exception:
        raise damaged("DICOM") from None
    return Decoded(
        grey=grey,
        thumbnail=thumbnail,
        frames=frames,
        mm_per_px=said.mm_per_px,
        regions=said.regions,
        notices=said.notices + notices,
    )


def _parse(data: bytes) -> Dataset:
    """The listed elements only; a deflated data set is inflated up to :data:`MAX_INFLATED`."""
    stream = BytesIO(data)
    read_preamble(stream, force=True)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != 2)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        inflater = zlib.decompressobj(-zlib.MAX_WBITS)
        inflated = inflater.decompress(data[stream.tell() :], MAX_INFLATED)
        if inflater.unconsumed_tail:
            raise BadInput(
                "too_many_pixels", f"This DICOM file inflates beyond {MAX_INFLATED >> 20} MB: save it uncompressed."
            )
        dataset = read_dataset(BytesIO(inflated), False, True, specific_tags=_TAG_NUMBERS)
        dataset.set_original_encoding(False, True)
        dataset.file_meta = FileMetaDataset(meta)
        return dataset
    dataset = dcmread(BytesIO(data), force=True, specific_tags=_TAG_NUMBERS)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    return dataset


def _decode(dataset: Dataset, frame: int) -> NDArray[Any]:
    """Stored values of one frame, [H, W] or [H, W, 3]; YCbCr is already RGB."""
    syntax = dataset.file_meta.TransferSyntaxUID
    compressed = syntax.is_compressed and syntax != DeflatedExplicitVRLittleEndian
    if not compressed:
        return pixel_array(dataset, index=frame)
    if syntax in (JPEGLossless, JPEGLosslessSV1) or (syntax == JPEGExtended12Bit and dataset.BitsStored > 8):
        return _decode_lossless(dataset, frame)
    if syntax not in _PLUGINS:
        raise BadInput("unsupported", "This DICOM file is compressed in a way that is not read: save it uncompressed.")
    if syntax != RLELossless:
        stream = _frame_bytes(dataset, frame)
        _check_stream(stream, syntax, dataset)
        if syntax in (JPEGBaseline8Bit, JPEGExtended12Bit) and dataset.SamplesPerPixel == 3:
            colour = _self_told_jpeg(stream)
            if colour is not None:
                return colour
    return pixel_array(dataset, index=frame, decoding_plugin=_PLUGINS[syntax])


def _frame_bytes(dataset: Dataset, frame: int) -> bytes:
    frames = int(dataset.get("NumberOfFrames") or 1)
    offsets = None
    if "ExtendedOffsetTable" in dataset:
        offsets = (dataset.ExtendedOffsetTable, dataset.ExtendedOffsetTableLengths)
    return get_frame(dataset.PixelData, frame, number_of_frames=frames, extended_offsets=offsets)


def _check_stream(stream: bytes, syntax: str, dataset: Dataset) -> None:
    """Refuse a compressed frame whose own size is not the one the file declares: it could fill the memory."""
    if syntax in (JPEGLSLossless, JPEGLSNearLossless):
        size = _jpeg_size(stream)
    else:
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


def _jpeg_size(stream: bytes) -> tuple[int, int] | None:
    """(width, height) in the frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2, T.87 C.2.2)."""
    at = 2
    while at + 9 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
        elif (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)) or marker == 0xF7:
            return int.from_bytes(stream[at + 7 : at + 9]), int.from_bytes(stream[at + 5 : at + 7])
        else:
            at += 2 + int.from_bytes(stream[at + 2 : at + 4])
    return None


def _decode_lossless(dataset: Dataset, frame: int) -> NDArray[Any]:
    stream = _frame_bytes(dataset, frame)
    if _jpeg_size(stream) != (dataset.Columns, dataset.Rows):
        raise damaged("DICOM")
    from sera_core.images.lossless import decode_with_gdcm

    values = decode_with_gdcm(stream, dataset)
    if str(dataset.PhotometricInterpretation).startswith("YBR_FULL"):
        return convert_color_space(values, "YBR_FULL", "RGB")
    return values
