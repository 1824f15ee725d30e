from __future__ import annotations

import dataclasses
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    HTJ2K,
    JPEG2000,
    MPEG2MPML,
    CTImageStorage,
    DeflatedExplicitVRLittleEndian,
    EnhancedMRImageStorage,
    ExplicitVRBigEndian,
    ExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLossless,
    JPEGLosslessSV1,
    JPEGLSLossless,
    JPEGLSNearLossless,
    NuclearMedicineImageStorage,
    RLELossless,
    SegmentationStorage,
    UltrasoundImageStorage,
)

from sera_core.contracts import BadInput
from sera_core.images.dicom import read_dicom
from sera_core.images.read import read_image
from tests.images.files import (
    SECRETS,
    as_ycbcr,
    coloured,
    dataset,
    encapsulated,
    encode,
    grey_rgb,
    luminance,
    save,
    speckle,
    with_gdcm,
)

GREY = speckle()
DEEP = GREY.astype(np.uint16) * 16 + 15  # 12 bits: 15 ... 4095
FULL = GREY.astype(np.uint16) * 257


def levels(data: bytes, frame: int = 0) -> np.ndarray:
    return read_dicom(data, frame).grey.astype(float)


@pytest.mark.parametrize(
    "syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian, DeflatedExplicitVRLittleEndian, RLELossless]
)
@pytest.mark.parametrize(("stored", "bits"), [(GREY, 8), (DEEP, 12), (FULL, 16)])
def test_uncompressed_and_rle(syntax: str, stored: np.ndarray, bits: int) -> None:
    data = dataset(stored, bits=bits)
    if syntax == RLELossless:
        data.compress(RLELossless, generate_instance_uid=False)
    np.testing.assert_allclose(levels(save(data, syntax)), stored / (2**bits - 1), atol=1e-6)


@pytest.mark.parametrize(("stored", "bits"), [(GREY, 8), (DEEP, 12), (FULL, 16)])
def test_big_endian(stored: np.ndarray, bits: int) -> None:
    data = dataset(stored, bits=bits)
    data.PixelData = stored.astype(stored.dtype.newbyteorder(">")).tobytes()
    data["PixelData"].VR = "OB" if bits == 8 else "OW"
    np.testing.assert_allclose(levels(save(data, ExplicitVRBigEndian)), stored / (2**bits - 1), atol=1e-6)


@pytest.mark.parametrize("syntax", [JPEGLossless, JPEGLosslessSV1])
@pytest.mark.parametrize(("stored", "bits"), [(GREY, 8), (DEEP, 12), (FULL, 16)])
def test_lossless_jpeg(syntax: str, stored: np.ndarray, bits: int, tmp_path: Path) -> None:
    data = with_gdcm(dataset(stored, bits=bits), syntax, tmp_path)
    np.testing.assert_allclose(levels(data), stored / (2**bits - 1), atol=1e-6)


@pytest.mark.parametrize("syntax", [JPEGLSLossless, JPEGLSNearLossless])
@pytest.mark.parametrize(("stored", "bits"), [(GREY, 8), (DEEP, 12), (FULL, 16)])
def test_jpeg_ls(syntax: str, stored: np.ndarray, bits: int) -> None:
    data = dataset(stored, bits=bits)
    error = 2 if syntax == JPEGLSNearLossless else 0
    data.compress(syntax, generate_instance_uid=False, jls_error=error or None)
    np.testing.assert_allclose(levels(save(data)), stored / (2**bits - 1), atol=error / (2**bits - 1) + 1e-6)


@pytest.mark.parametrize("syntax", [JPEG2000Lossless, JPEG2000])
@pytest.mark.parametrize(("stored", "bits"), [(GREY, 8), (DEEP, 12), (FULL, 16)])
def test_jpeg_2000(syntax: str, stored: np.ndarray, bits: int, tmp_path: Path) -> None:
    data = with_gdcm(dataset(stored, bits=bits), syntax, tmp_path)  # reversible in both
    np.testing.assert_allclose(levels(data), stored / (2**bits - 1), atol=1e-6)


def test_lossy_jpeg_2000() -> None:
    stream = encode(GREY, "JPEG2000", irreversible=True, quality_mode="dB", quality_layers=[45])
    data = encapsulated(dataset(GREY), [stream], JPEG2000)
    assert np.abs(levels(data) * 255 - GREY).max() < 8


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEGExtended12Bit])
def test_lossy_jpeg(syntax: str) -> None:
    data = encapsulated(dataset(GREY), [encode(GREY, "JPEG", quality=95)], syntax)
    assert np.abs(levels(data) * 255 - GREY).max() < 8


def test_twelve_bit_jpeg(tmp_path: Path) -> None:
    data = with_gdcm(dataset(DEEP, bits=12), JPEGExtended12Bit, tmp_path)
    assert np.abs(levels(data) * 4095 - DEEP).max() < 80


def test_monochrome1_is_inverted() -> None:
    np.testing.assert_allclose(levels(save(dataset(GREY, "MONOCHROME1"))), 1 - GREY / 255, atol=1e-6)


def test_signed_levels_are_stretched() -> None:
    decoded = read_dicom(save(dataset(GREY.astype(np.int16) * 4 - 300)))
    np.testing.assert_allclose(decoded.grey, GREY / 255, atol=1e-6)
    assert [notice.code for notice in decoded.notices] == ["stretched"]


@pytest.mark.parametrize("planar", [0, 1])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
def test_rgb(planar: int, syntax: str) -> None:
    rgb = coloured()
    data = dataset(rgb)
    data.PlanarConfiguration = planar
    if planar:
        data.PixelData = np.ascontiguousarray(rgb.transpose(2, 0, 1)).tobytes()
    if syntax != ExplicitVRLittleEndian:
        data.compress(syntax, rgb, generate_instance_uid=False)
    decoded = read_dicom(save(data))
    np.testing.assert_allclose(decoded.grey * 255, luminance(rgb), atol=0.51)
    np.testing.assert_array_equal(decoded.thumbnail, rgb)


@pytest.mark.parametrize("syntax", [JPEGLosslessSV1, JPEG2000Lossless])
def test_rgb_by_gdcm(syntax: str, tmp_path: Path) -> None:
    rgb = coloured()
    decoded = read_dicom(with_gdcm(dataset(rgb), syntax, tmp_path))
    np.testing.assert_array_equal(decoded.thumbnail, rgb)


def test_ycbcr() -> None:
    rgb = coloured()
    decoded = read_dicom(save(dataset(as_ycbcr(rgb), "YBR_FULL")))
    np.testing.assert_allclose(decoded.grey * 255, luminance(rgb), atol=2.5)
    assert np.abs(decoded.thumbnail.astype(int) - rgb).max() <= 3


def test_ycbcr_422() -> None:
    ycbcr = as_ycbcr(grey_rgb())
    data = dataset(ycbcr, "YBR_FULL_422")
    pairs = ycbcr.reshape(-1, 2, 3)  # Y1 Y2 Cb Cr for every two pixels, PS3.3 C.7.6.3.1.2
    data.PixelData = np.concatenate([pairs[:, :, 0], pairs[:, 0, 1:]], axis=1).tobytes()
    np.testing.assert_allclose(levels(save(data)) * 255, GREY, atol=1)


@pytest.mark.parametrize("declared", ["YBR_FULL_422", "YBR_FULL", "RGB"])
def test_colour_jpeg_is_believed_over_the_header(declared: str) -> None:
    rgb = np.kron(coloured(12, 16), np.ones((8, 8, 1), np.uint8))
    data = encapsulated(dataset(rgb, declared), [encode(rgb, "JPEG", quality=98, subsampling=0)], JPEGBaseline8Bit)
    assert np.abs(levels(data) * 255 - luminance(rgb)).mean() < 2


def test_deep_rgb() -> None:
    rgb = coloured()
    decoded = read_dicom(save(dataset(rgb.astype(np.uint16) * 257)))
    np.testing.assert_array_equal(decoded.thumbnail, rgb)


@pytest.mark.parametrize("entries", [8, 16])
def test_palette(entries: int) -> None:
    data = dataset(GREY, "PALETTE COLOR")
    ramp = np.arange(256)
    table = {"Red": ramp, "Green": 255 - ramp, "Blue": ramp // 2}
    for colour, values in table.items():
        setattr(data, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, entries])
        data[f"{colour}PaletteColorLookupTableDescriptor"].VR = "US"
        stored = values.astype(np.uint8) if entries == 8 else (values * 257).astype("<u2")
        setattr(data, f"{colour}PaletteColorLookupTableData", stored.tobytes())
    decoded = read_dicom(save(data))
    expected = np.stack([table[colour][GREY] for colour in ("Red", "Green", "Blue")], axis=-1)
    np.testing.assert_array_equal(decoded.thumbnail, expected)


def test_windows() -> None:
    """The worked formulas of PS3.3 C.11.2.1.2, spelled out pixel by pixel."""
    data = dataset(DEEP, bits=12)
    data.RescaleSlope, data.RescaleIntercept = 2, -1000
    data.WindowCenter, data.WindowWidth = [2500, 1], [3000, 2]
    values = DEEP.astype(float) * 2 - 1000
    low, high = 2500 - 0.5 - (3000 - 1) / 2, 2500 - 0.5 + (3000 - 1) / 2
    expected = np.where(values <= low, 0, np.where(values > high, 1, (values - 2499.5) / 2999 + 0.5))
    np.testing.assert_allclose(levels(save(data)), expected, atol=1e-6)
    data.VOILUTFunction = "LINEAR_EXACT"
    np.testing.assert_allclose(levels(save(data)), np.clip((values - 2500) / 3000 + 0.5, 0, 1), atol=1e-6)
    data.VOILUTFunction = "SIGMOID"
    np.testing.assert_allclose(levels(save(data)), 1 / (1 + np.exp(-4 * (values - 2500) / 3000)), atol=1e-6)
    data.VOILUTFunction, data.WindowWidth = "LINEAR", [0, 0]  # impossible: ignored
    np.testing.assert_allclose(levels(save(data)), DEEP / 4095, atol=1e-6)


def test_voi_table() -> None:
    data = dataset(GREY)
    table = Dataset()
    table.LUTDescriptor = [256, 0, 16]
    table["LUTDescriptor"].VR = "US"
    curve = (np.arange(256) ** 2 * 65535 // 255**2).astype("<u2")
    table.LUTData = curve.tobytes()
    table["LUTData"].VR = "OW"
    data.VOILUTSequence = Sequence([table])
    np.testing.assert_allclose(levels(save(data)), curve[GREY] / 65535, atol=1e-6)


@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless, JPEGLSLossless])
def test_each_frame_of_a_loop(syntax: str) -> None:
    frames = np.stack([speckle(seed=seed) for seed in range(4)])
    data = dataset(frames, frames=4)
    if syntax != ExplicitVRLittleEndian:
        data.compress(syntax, frames, generate_instance_uid=False)
    file = save(data)
    for number in range(4):
        read = read_image(file, number)
        assert (read.frame, read.frames, read.source) == (number, 4, "DICOM")
        np.testing.assert_allclose(read.pixels * 255, frames[number], atol=1e-4)
    for number in (4, -1):
        with pytest.raises(BadInput, match="has 4 frames") as refusal:
            read_image(file, number)
        assert refusal.value.code == "no_such_frame"


def test_one_frame_of_a_long_loop_costs_one_frame() -> None:
    frames = np.zeros((200, 300, 400, 3), np.uint8) + grey_rgb(300, 400)
    file = save(dataset(frames, frames=200))  # 72 MB
    tracemalloc.start()
    read_dicom(file, 150)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 2.2 * len(file)  # the file's own copies, not 200 decoded frames (another 288 MB)


def secret_words() -> list[str]:
    return [word for value in SECRETS.values() for word in (value, *value.replace("^", " ").split()) if len(word) > 3]


def test_identity_never_leaves_the_reader() -> None:
    file = save(dataset(GREY))
    assert SECRETS["PatientID"].encode() in file
    read, decoded = read_image(file), read_dicom(file)
    shown = repr(read) + repr(dataclasses.asdict(read)) + repr(decoded) + repr(dataclasses.asdict(decoded))
    for word in secret_words():
        assert word not in shown


def test_identity_is_not_in_refusals(recwarn: pytest.WarningsRecorder, caplog: pytest.LogCaptureFixture) -> None:
    data = dataset(GREY)
    data.NumberOfFrames = 31415926
    file = save(data)
    quoted = file.replace(b"31415926", b"Gildong!")  # pydicom's own error would quote it
    for broken in (file[:400], file[:700], file[:-100], quoted):
        with pytest.raises(BadInput) as refusal:
            read_image(broken)
        shown = str(refusal.value) + str(refusal.value.__cause__) + caplog.text
        shown += "".join(str(warning.message) for warning in recwarn)
        assert not any(word in shown for word in secret_words())
        assert refusal.value.__context__ is None or refusal.value.__suppress_context__


def test_files_without_preamble() -> None:
    data = dataset(GREY)
    del data.file_meta
    data.remove_private_tags()
    file = io.BytesIO()
    pydicom.dcmwrite(file, data, implicit_vr=True, little_endian=True)
    np.testing.assert_allclose(levels(file.getvalue()), GREY / 255, atol=1e-6)
    read = read_image(file.getvalue())
    assert read.source == "DICOM"


def test_unread_compression_is_told() -> None:
    file = encapsulated(dataset(GREY), [b"\x00\x00\x01\xb3" + bytes(100)], MPEG2MPML)
    with pytest.raises(BadInput, match="compressed in a way that is not read: save it uncompressed") as refusal:
        read_image(file)
    assert refusal.value.code == "unsupported"


@pytest.mark.parametrize("syntax", [JPEGBaseline8Bit, JPEG2000Lossless, JPEGLSLossless, JPEGLosslessSV1])
def test_stream_of_another_size_is_not_decoded(syntax: str, tmp_path: Path) -> None:
    """A small header before a huge stream would fill the memory."""
    if syntax == JPEGLosslessSV1:
        data = pydicom.dcmread(io.BytesIO(with_gdcm(dataset(GREY), syntax, tmp_path)))
    elif syntax == JPEGLSLossless:
        data = dataset(GREY)
        data.compress(syntax, generate_instance_uid=False)
    else:
        kind = "JPEG" if syntax == JPEGBaseline8Bit else "JPEG2000"
        data = dataset(GREY)
        encapsulated(data, [encode(GREY, kind)], syntax)
    data.Rows = 48
    with pytest.raises(BadInput, match="incomplete or damaged"):
        read_image(save(data))


@pytest.mark.parametrize("signed", [False, True])
@pytest.mark.parametrize("syntax", [ExplicitVRLittleEndian, RLELossless])
@pytest.mark.parametrize("high", [11, 13, 15])
def test_bits_lie_where_the_file_says(high: int, syntax: str, signed: bool) -> None:
    """12 bits at any place in 16; the bits around them are noise (overlays lay there once)."""
    values = DEEP.astype(np.int32) - (2048 if signed else 0)
    noise = np.random.default_rng(0).integers(0, 2**16, DEEP.shape)
    place = 0xFFF << (high - 11)
    data = dataset((((values << (high - 11)) & place) | (noise & ~place & 0xFFFF)).astype(np.uint16), bits=12)
    data.HighBit, data.PixelRepresentation = high, int(signed)
    if syntax == RLELossless:
        data.compress(RLELossless, generate_instance_uid=False)
    expected = (values - values.min()) / np.ptp(values) if signed else values / 4095
    np.testing.assert_allclose(levels(save(data)), expected, atol=1e-6)


def test_bits_that_lie_nowhere_are_refused() -> None:
    data = dataset(DEEP, bits=12)
    data.HighBit = 5
    with pytest.raises(BadInput, match="contradicts itself about where its grey levels are stored"):
        read_dicom(save(data))


def group(**sequences: Dataset) -> Dataset:
    made = Dataset()
    for name, item in sequences.items():
        setattr(made, f"{name}Sequence", Sequence([item]))
    return made


def window(centre: float, width: float) -> Dataset:
    item = Dataset()
    item.WindowCenter, item.WindowWidth = centre, width
    return item


def rescale(slope: float, intercept: float) -> Dataset:
    item = Dataset()
    item.RescaleSlope, item.RescaleIntercept, item.RescaleType = slope, intercept, "US"
    return item


@pytest.mark.parametrize("syntax", [ImplicitVRLittleEndian, ExplicitVRLittleEndian])
def test_windows_of_enhanced_files(syntax: str) -> None:
    """A window and a slope shared by all frames, and one a frame."""
    frames = np.stack([DEEP, DEEP[::-1]])
    data = dataset(frames, bits=12, frames=2)
    shared = group(FrameVOILUT=window(1500.5, 2001), PixelValueTransformation=rescale(1, 0))
    data.SharedFunctionalGroupsSequence = Sequence([shared])
    for number in range(2):
        expected = np.clip((frames[number].astype(float) - 1500) / 2000 + 0.5, 0, 1)
        np.testing.assert_allclose(levels(save(data, syntax), number), expected, atol=1e-6)
    data.SharedFunctionalGroupsSequence = Sequence([Dataset()])
    data.PerFrameFunctionalGroupsSequence = Sequence(
        [
            group(FrameVOILUT=window(1000.5, 1001 + number), PixelValueTransformation=rescale(2, 0))
            for number in range(2)
        ]
    )
    for number in range(2):
        expected = np.clip((frames[number] * 2.0 - 1000) / (1000 + number) + 0.5, 0, 1)
        np.testing.assert_allclose(levels(save(data, syntax), number), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("photometric", "shape", "inverted"),
    [
        ("MONOCHROME2", "IDENTITY", False),
        ("MONOCHROME2", "INVERSE", True),
        ("MONOCHROME1", "INVERSE", True),
        ("MONOCHROME1", None, True),
    ],
)
def test_presentation_shape(photometric: str, shape: str | None, inverted: bool) -> None:
    data = dataset(GREY, photometric)
    if shape:
        data.PresentationLUTShape = shape
    np.testing.assert_allclose(levels(save(data)), 1 - GREY / 255 if inverted else GREY / 255, atol=1e-6)


def test_a_falling_slope_inverts() -> None:
    data = dataset(GREY)
    data.RescaleSlope, data.RescaleIntercept = -1, 255
    np.testing.assert_allclose(levels(save(data)), 1 - GREY / 255, atol=1e-6)


@pytest.mark.parametrize(
    ("name", "right", "wrong"),
    [
        ("WindowCenter", b"128.5 ", b"127,5 "),
        ("WindowWidth", b"200.25", b"a wide"),
        ("RescaleSlope", b"1.0001", b"1,0001"),
    ],
)
def test_a_window_that_cannot_be_read_costs_no_image(name: str, right: bytes, wrong: bytes) -> None:
    data = dataset(GREY)
    data.WindowCenter, data.WindowWidth, data.RescaleSlope, data.RescaleIntercept = 128, 200, 1, 0
    setattr(data, name, right.decode().strip())
    file = save(data)
    assert file.count(right) == 1
    decoded = read_dicom(file.replace(right, wrong))
    np.testing.assert_allclose(decoded.grey, GREY / 255, atol=1e-6)
    assert [notice.code for notice in decoded.notices] == ["window_unreadable"]
    assert read_dicom(file).notices == ()


def test_a_broken_table_costs_no_image() -> None:
    data = dataset(GREY)
    data.VOILUTSequence = Sequence([Dataset()])
    decoded = read_dicom(save(data))
    np.testing.assert_allclose(decoded.grey, GREY / 255, atol=1e-6)
    assert [notice.code for notice in decoded.notices] == ["window_unreadable"]


@pytest.mark.parametrize(
    ("modality", "storage", "word"),
    [
        ("CT", UltrasoundImageStorage, "computed tomography"),
        ("MR", UltrasoundImageStorage, "magnetic resonance"),
        ("NM", UltrasoundImageStorage, "nuclear medicine"),
        ("SEG", UltrasoundImageStorage, "segmentation"),
        ("PT", UltrasoundImageStorage, "positron emission"),
        ("", CTImageStorage, "computed tomography"),
        ("OT", EnhancedMRImageStorage, "magnetic resonance"),
        ("", NuclearMedicineImageStorage, "nuclear medicine"),
        ("", SegmentationStorage, "segmentation"),
    ],
)
def test_other_machines_are_named(modality: str, storage: str, word: str) -> None:
    data = dataset(GREY)
    data.Modality, data.SOPClassUID = modality, storage
    with pytest.raises(BadInput, match=word) as refusal:
        read_image(save(data))
    assert refusal.value.code == "modality"


@pytest.mark.parametrize("modality", ["US", "OT", "SC", "XC", "", "Hong^Gildong"])
def test_frames_of_no_other_machine_pass(modality: str) -> None:
    data = dataset(GREY)
    data.Modality = modality
    assert read_image(save(data)).shape == GREY.shape


def test_a_jpeg_2000_box_that_leads_nowhere_ends_the_walk() -> None:
    stream = encode(GREY, "JPEG2000", irreversible=False)
    at = stream.index(b"jp2c") - 4
    np.testing.assert_allclose(levels(encapsulated(dataset(GREY), [stream], JPEG2000Lossless)), GREY / 255, atol=1e-6)
    for box in (b"\0\0\0\0free", b"\0\0\0\x07free", b"\0\0\0\x01free" + bytes(8), b"\0\0\0\x08free" * 200):
        with pytest.raises(BadInput, match="incomplete or damaged"):
            read_dicom(encapsulated(dataset(GREY), [stream[:at] + box + stream[at:]], JPEG2000Lossless))


@pytest.mark.parametrize("endless", [False, True])
def test_a_hundred_thousand_empty_regions_are_not_walked(endless: bool) -> None:
    data = dataset(GREY)
    data.SequenceOfUltrasoundRegions = Sequence([Dataset() for _ in range(100_000)])
    data["SequenceOfUltrasoundRegions"].is_undefined_length = endless
    with pytest.raises(BadInput, match="more than 20,000 items") as refusal:
        read_image(save(data))
    assert refusal.value.code == "too_many_parts"


def test_deep_nesting_is_a_refusal() -> None:
    """15,000 sequences, each in the one before."""
    opening = b"\x18\x00\x11\x60SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff"
    file = save(dataset(GREY))
    at = file.index(b"\x28\x00\x02\x00US")
    with pytest.raises(BadInput, match="incomplete or damaged"):
        read_image(file[:at] + opening * 15_000 + file[at:])


@pytest.mark.parametrize("root", [b"1.2.840.10008", b"1.2.999.10008"])
def test_valid_files_that_are_not_read_are_not_called_damaged(root: bytes) -> None:
    """High-throughput JPEG 2000, and a syntax of nobody's."""
    file = encapsulated(dataset(GREY), [b"\xff\x4f\xff\x51" + bytes(100)], HTJ2K)
    syntax = str(HTJ2K).encode()
    with pytest.raises(BadInput, match="compressed in a way that is not read") as refusal:
        read_image(file.replace(syntax, root + syntax[13:]))
    assert refusal.value.code == "unsupported"


def test_a_loop_without_end_is_not_believed() -> None:
    data = dataset(GREY)
    data.NumberOfFrames = 2**31 - 1
    with pytest.raises(BadInput, match="more than 20,000 frames") as refusal:
        read_image(save(data))
    assert refusal.value.code == "too_many_parts"
    data.NumberOfFrames = -3
    assert read_image(save(data)).frames == 1
