from __future__ import annotations

import dataclasses
import io
import tracemalloc
from pathlib import Path

import numpy as np
import pydicom
import pytest
from pydicom.dataset import Dataset
from pydicom.pixels import pixel_array
from pydicom.sequence import Sequence
from pydicom.uid import (
    JPEG2000,
    MPEG2MPML,
    DeflatedExplicitVRLittleEndian,
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
    RLELossless,
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


def test_pydicoms_own_files_agree_with_its_decoders() -> None:
    """Colour files of many writers, against pydicom with its first decoder that works."""
    folder = Path(pydicom.__file__).parent / "data" / "test_files"
    compared = 0
    for path in sorted(folder.glob("SC_*.dcm")):
        if path.name == "SC_rgb_jpeg.dcm" or "32bit" in path.name:  # the first is not decodable by pydicom
            continue
        expected = pixel_array(path, index=0).astype(float)
        expected /= 257 if "16bit" in path.name else 1
        np.testing.assert_allclose(levels(path.read_bytes()) * 255, luminance(expected), atol=1.01, err_msg=path.name)
        compared += 1
    assert compared > 15
