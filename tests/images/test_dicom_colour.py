"""Colour in DICOM files: RGB, YCbCr and palettes as luminance."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from pydicom.uid import (
    ExplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from sera_core.images.dicom import read_dicom
from tests.images.files import (
    as_ycbcr,
    coloured,
    dataset,
    encapsulated,
    encode,
    grey_rgb,
    luminance,
    save,
    with_gdcm,
)
from tests.images.grey import GREY, levels


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
