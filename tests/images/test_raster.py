from __future__ import annotations

import io

import numpy as np
import pytest
import tifffile
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.images.raster import read_raster
from sera_core.images.read import read_image
from tests.images.files import coloured, encode, grey_rgb, luminance, speckle

GREY = speckle()


def levels(data: bytes, frame: int = 0) -> np.ndarray:
    """Grey levels 0 ... 255 as floats."""
    image = read_image(data, frame)
    assert image.pixels.dtype == np.float32
    assert image.pixels.min() >= 0
    assert image.pixels.max() <= 1
    return image.pixels.astype(float) * 255


@pytest.mark.parametrize(
    ("kind", "options"),
    [
        ("PNG", {}),
        ("BMP", {}),
        ("TIFF", {}),
        ("TIFF", {"compression": "tiff_lzw"}),
        ("TIFF", {"compression": "tiff_adobe_deflate"}),
        ("TIFF", {"compression": "packbits"}),
        ("TIFF", {"big_tiff": True}),
    ],
)
@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "P", "LA"])
def test_lossless_files_give_the_pixels_that_went_in(kind: str, options: dict, mode: str) -> None:
    image = Image.fromarray(GREY).convert("RGBA" if (kind, mode) == ("BMP", "LA") else mode)
    read = read_image(encode(image, kind, **options))
    assert read.source == kind
    np.testing.assert_allclose(read.pixels * 255, GREY, atol=1e-4)


def test_jpeg_is_close() -> None:
    assert np.abs(levels(encode(GREY, "JPEG", quality=95)) - GREY).max() < 8


def test_one_bit() -> None:
    image = Image.fromarray(GREY).convert("1")
    np.testing.assert_array_equal(levels(encode(image, "PNG")), np.asarray(image) * 255.0)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_sixteen_bits_keep_their_depth(kind: str) -> None:
    deep = GREY.astype(np.uint16) * 257
    deep[0, 0] = 12_345
    np.testing.assert_allclose(levels(encode(deep, kind)), deep / 257, atol=1e-3)


@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_tiff_of_another_writer(byteorder: str) -> None:
    deep = GREY.astype(np.uint16) * 257
    file = io.BytesIO()
    tifffile.imwrite(file, deep, byteorder=byteorder)
    np.testing.assert_allclose(levels(file.getvalue()), deep / 257, atol=1e-3)


def test_tiff_where_white_is_zero() -> None:
    for stored in (GREY, GREY.astype(np.uint16) * 257):
        file = io.BytesIO()
        tifffile.imwrite(file, stored, photometric="miniswhite")
        np.testing.assert_allclose(levels(file.getvalue()), 255 - GREY.astype(float), atol=1e-3)


def test_twelve_bits_in_sixteen_are_noticed() -> None:
    read = read_image(encode(GREY.astype(np.uint16) * 16, "PNG"))
    np.testing.assert_allclose(read.pixels, GREY * 16.0 / 4095, atol=1e-6)
    assert [(n.code, n.message) for n in read.warnings] == [
        ("depth", "The brightest of the grey levels needs 12 bits; that was taken as white."),
        ("small", "The image has only 128 x 96 pixels; fine signs such as margins may be lost."),
    ]


def test_float_tiff() -> None:
    fractions = GREY.astype(np.float32) / 255
    np.testing.assert_allclose(levels(encode(fractions, "TIFF")), GREY, atol=1e-4)
    stretched = read_image(encode(fractions * 80 - 40, "TIFF"))
    np.testing.assert_allclose(stretched.pixels * 255, GREY, atol=1e-3)
    assert "stretched" in [n.code for n in stretched.warnings]
    broken = fractions.copy()
    broken[3, 3] = np.nan
    with pytest.raises(BadInput, match="not numbers") as refusal:
        read_image(encode(broken, "TIFF"))
    assert refusal.value.code == "not_finite"


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "TIFF"])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_exif_rotation(kind: str, orientation: int) -> None:
    upright = GREY[:64].copy()
    upright[:32, :40] = 255  # the corner that tells all eight apart
    stored = {  # Exif 2.32: where row 0 and column 0 of the stored picture lie
        1: upright,
        2: upright[:, ::-1],
        3: upright[::-1, ::-1],
        4: upright[::-1],
        5: upright.T,
        6: np.rot90(upright, 1),
        7: upright[::-1, ::-1].T,
        8: np.rot90(upright, -1),
    }[orientation]
    exif = Image.Exif()
    exif[0x0112] = orientation
    options = {"quality": 95} if kind == "JPEG" else {}
    read = levels(encode(np.ascontiguousarray(stored), kind, exif=exif, **options))
    assert read.shape == upright.shape
    assert np.abs(read - upright).mean() < 3


def test_transparent_pixels_are_black() -> None:
    rgba = np.dstack([grey_rgb(), np.full(GREY.shape, 255, np.uint8)])
    rgba[:20, :, 3] = 0
    rgba[20:40, :, 3] = 128
    read = levels(encode(rgba, "PNG"))
    assert read[:20].max() == 0
    np.testing.assert_allclose(read[20:40], GREY[20:40] * (128 / 255), atol=1)
    np.testing.assert_allclose(read[40:], GREY[40:], atol=1e-4)


def test_palette_with_transparency() -> None:
    image = Image.fromarray(GREY).convert("P")
    np.testing.assert_allclose(levels(encode(image, "PNG", transparency=255)), np.where(GREY == 255, 0, GREY))


def test_cmyk_jpeg_is_not_inverted() -> None:
    image = Image.fromarray(grey_rgb()).convert("CMYK")
    assert np.abs(levels(encode(image, "JPEG", quality=95)) - GREY).max() < 8


def test_colour_becomes_luminance() -> None:
    rgb = coloured()
    decoded = read_raster(encode(rgb, "PNG"), "PNG")
    np.testing.assert_allclose(decoded.grey * 255, luminance(rgb), atol=0.51)
    np.testing.assert_array_equal(decoded.thumbnail, rgb)


def test_pages_of_a_tiff() -> None:
    pages = [Image.fromarray(speckle(seed=seed)) for seed in range(3)]
    data = encode(pages[0], "TIFF", save_all=True, append_images=pages[1:])
    for page in range(3):
        read = read_image(data, page)
        assert (read.frame, read.frames) == (page, 3)
        np.testing.assert_allclose(read.pixels * 255, np.asarray(pages[page]), atol=1e-4)
        assert read.warnings[0].message == f"The file holds 3 pages; this is page {page + 1}."


def test_second_picture_of_a_phone_is_ignored() -> None:
    first, second = Image.fromarray(GREY), Image.fromarray(speckle(seed=1))
    read = read_image(encode(first, "MPO", save_all=True, append_images=[second], quality=95))
    assert (read.source, read.frames) == ("JPEG", 1)
    assert np.abs(read.pixels * 255 - GREY).max() < 8


def test_lab_tiff() -> None:
    image = Image.fromarray(grey_rgb()).convert("LAB")
    assert np.abs(levels(encode(image, "TIFF")) - GREY).max() <= 2
