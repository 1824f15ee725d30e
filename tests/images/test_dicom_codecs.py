"""Every way in which DICOM packs pixels, against the pixels that were packed."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pydicom
import pytest
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
    dataset,
    encapsulated,
    encode,
    save,
    with_gdcm,
)
from tests.images.grey import DEEP, FULL, GREY, levels


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


def test_a_jpeg_2000_box_that_leads_nowhere_ends_the_walk() -> None:
    stream = encode(GREY, "JPEG2000", irreversible=False)
    at = stream.index(b"jp2c") - 4
    np.testing.assert_allclose(levels(encapsulated(dataset(GREY), [stream], JPEG2000Lossless)), GREY / 255, atol=1e-6)
    for box in (b"\0\0\0\0free", b"\0\0\0\x07free", b"\0\0\0\x01free" + bytes(8), b"\0\0\0\x08free" * 200):
        with pytest.raises(BadInput, match="incomplete or damaged"):
            read_dicom(encapsulated(dataset(GREY), [stream[:at] + box + stream[at:]], JPEG2000Lossless))
