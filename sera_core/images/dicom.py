"""A DICOM file to one decoded frame with its scale, and to nothing about the patient.

Only the elements listed in :data:`_TAGS` are parsed, so identity never enters the program, and only the frame asked for
is decoded.
"""

from __future__ import annotations

import zlib
from io import BytesIO

from pydicom import config, dcmread
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.filereader import read_dataset, read_preamble
from pydicom.tag import BaseTag, Tag
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian

from sera_core.contracts import BadInput
from sera_core.images.decoded import Decoded, check_frame, check_size, damaged
from sera_core.images.modality import check_modality
from sera_core.images.presentation import present
from sera_core.images.scale import read_calibration
from sera_core.images.stored import stored_values
from sera_core.images.structure import check_dicom, check_frames

config.settings.reading_validation_mode = config.IGNORE  # its warnings quote what stands in the file

MAX_INFLATED = 256 * 2**20  # bytes
_PIXELS = ("PixelData", "FloatPixelData", "DoubleFloatPixelData")
_TAGS = [
    "SOPClassUID",
    "Modality",
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
    "BurnedInAnnotation",
    "PixelSpacing",
    "SharedFunctionalGroupsSequence",
    "PerFrameFunctionalGroupsSequence",
    "SequenceOfUltrasoundRegions",
    "RescaleIntercept",
    "RescaleSlope",
    "ModalityLUTSequence",
    "WindowCenter",
    "WindowWidth",
    "VOILUTFunction",
    "VOILUTSequence",
    "PresentationLUTShape",
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
# what a frame of an enhanced file says of itself, PS3.3 C.7.6.16.2
_MACROS = ("PixelMeasuresSequence", "PixelValueTransformationSequence", "FrameVOILUTSequence")
_TAG_NUMBERS: list[BaseTag | int] = [Tag(name) for name in _TAGS]


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
        ``damaged``, ``no_pixels``, ``modality``, ``unsupported``, ``too_many_pixels``, ``too_many_parts``,
        ``no_such_frame`` or ``not_finite``.
    """
    try:
        dataset = parse(data)
        check_modality(dataset)
        dataset.NumberOfFrames = frames = max(int(dataset.get("NumberOfFrames") or 1), 1)
        check_frames(frames)
        _lift_groups(dataset, frame)
        rows, columns = int(dataset.get("Rows") or 0), int(dataset.get("Columns") or 0)
        said = read_calibration(dataset, rows, columns)
    except (BadInput, MemoryError):
        raise
    except Exception:  # pydicom raises anything on a broken file, and its words may quote the file
        raise damaged("DICOM") from None
    if not rows * columns or not any(name in dataset for name in _PIXELS):
        raise BadInput(
            "no_pixels", "This DICOM file holds no image (it may be a report or an index): give the ultrasound frame."
        )
    check_size(columns, rows)
    check_frame(frame, frames)
    try:
        grey, thumbnail, notices = present(dataset, stored_values(dataset, frame))
    except (BadInput, MemoryError):
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
        burned_in=str(dataset.get("BurnedInAnnotation", "")).strip().upper() == "YES",
    )


def parse(data: bytes) -> Dataset:
    """The listed elements only; a deflated data set is inflated up to :data:`MAX_INFLATED`."""
    check_dicom(data)
    stream = BytesIO(data)
    read_preamble(stream, force=True)
    meta = read_dataset(stream, False, True, stop_when=lambda tag, _vr, _length: tag.group != 2)
    if meta.get("TransferSyntaxUID") == DeflatedExplicitVRLittleEndian:
        return _inflate(data[stream.tell() :], meta)
    dataset = dcmread(BytesIO(data), force=True, specific_tags=_TAG_NUMBERS)
    if "TransferSyntaxUID" not in dataset.file_meta:
        implicit = dataset.original_encoding[0]
        dataset.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian if implicit else ExplicitVRLittleEndian
    return dataset


def _inflate(data: bytes, meta: Dataset) -> Dataset:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    inflated = inflater.decompress(data, MAX_INFLATED)
    if inflater.unconsumed_tail:
        raise BadInput(
            "too_many_pixels", f"This DICOM file inflates beyond {MAX_INFLATED >> 20} MB: save it uncompressed."
        )
    check_dicom(inflated)
    dataset = read_dataset(BytesIO(inflated), False, True, specific_tags=_TAG_NUMBERS)
    dataset.set_original_encoding(False, True)
    dataset.file_meta = FileMetaDataset(meta)
    return dataset


def _lift_groups(dataset: Dataset, frame: int) -> None:
    """Put what the functional groups of an enhanced file say of a frame where other files say it."""
    for name, place in (("SharedFunctionalGroupsSequence", 0), ("PerFrameFunctionalGroupsSequence", frame)):
        groups = dataset.get(name) or ()
        if not 0 <= place < len(groups):
            continue
        for item in (groups[place].get(macro) for macro in _MACROS):
            if item:
                dataset.update({tag: item[0].get_item(tag) for tag in item[0].keys()})  # noqa: SIM118 - a Dataset
