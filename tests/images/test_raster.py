from __future__ import annotations

import io
import struct
import zlib
from pathlib import Path

import jpeg_ls
import numpy as np
import pillow_heif
import pytest
import tifffile
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.images import raster, structure
from sera_core.images.raster import read_raster
from sera_core.images.read import read_image
from tests.images.files import coloured, encode, grey_rgb, luminance, speckle

GREY = speckle()
pillow_heif.register_heif_opener()


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


@pytest.mark.parametrize(
    ("kind", "name", "options"),
    [
        ("WEBP", "WebP", {"lossless": True}),
        ("WEBP", "WebP", {"quality": 95}),
        ("HEIF", "HEIC", {"quality": 95}),
        ("AVIF", "AVIF", {"quality": 95}),
    ],
)
def test_what_phones_write(kind: str, name: str, options: dict) -> None:
    read = read_image(encode(grey_rgb(), kind, **options))
    assert read.source == name
    assert np.abs(read.pixels * 255 - GREY).max() < (1 if "lossless" in options else 12)


@pytest.mark.parametrize(("kind", "tolerance"), [("PNG", 0), ("HEIF", 12), ("AVIF", 12), ("WEBP", 12)])
def test_a_phone_held_upright(kind: str, tolerance: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    stored = np.ascontiguousarray(np.rot90(GREY, 1))
    read = levels(encode(np.dstack([stored] * 3), kind, exif=exif.tobytes(), quality=95))
    assert read.shape == GREY.shape
    assert np.abs(read - GREY).max() <= tolerance + 1e-4


def test_a_photo_of_43_megapixels_is_shrunk() -> None:
    """Blocks of 80 x 80 pixels, so that the mean of any few neighbours is known."""
    small = speckle(71, 95)
    photo = Image.fromarray(small).resize((95 * 80, 71 * 80), Image.Resampling.NEAREST)
    for data in (encode(photo, "JPEG", quality=95), encode(photo, "PNG", compress_level=1)):
        read = read_image(data)
        assert read.shape == (71 * 40, 95 * 40)
        assert np.abs(read.pixels[20::40, 20::40] * 255 - small).max() < 6
        assert [notice.message for notice in read.warnings] == [
            "The picture of 7600 x 5680 pixels was shrunk to 3800 x 2840; regions count these smaller pixels."
        ]


def test_a_phone_s_heic_of_43_megapixels_is_shrunk() -> None:
    """Waves, so that the file is small: 20 + 100 (1 + sin(x / 130) cos(y / 90)), eight pixels a unit."""
    read = read_image((Path(__file__).parent / "photo.heic").read_bytes())
    assert [notice.code for notice in read.warnings if notice.code != "two_panes"] == ["shrunk"]
    assert read.shape == (2848, 3800)
    y, x = ((np.arange(side) + 0.5) / 4 - 0.5 for side in read.shape)
    waves = 20 + 100 * (1 + np.sin(x / 130) * np.cos(y / 90)[:, None])
    assert np.abs(read.pixels * 255 - waves).max() < 8


@pytest.mark.parametrize(
    ("kind", "mode"),
    [
        *(("TIFF", mode) for mode in ("1", "L", "P", "RGB", "RGBA", "CMYK")),
        *(("PNG", mode) for mode in ("1", "L", "P", "RGB", "RGBA")),
        *(("JPEG", mode) for mode in ("L", "RGB", "CMYK")),
    ],
)
def test_every_mode_shrinks(kind: str, mode: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(raster, "MAX_PIXELS", 96 * 128 // 4)
    exif = Image.Exif()
    exif[0x0112] = 3
    image = Image.fromarray(np.kron(speckle(12, 16), np.ones((8, 8), np.uint8)))
    image = image.convert("L").convert(mode)
    options = {"quality": 98, "subsampling": 0} if kind == "JPEG" else {}
    decoded = read_raster(encode(image, kind, exif=exif, **options), kind)
    expected = np.asarray(image.convert("L"), float).reshape(48, 2, 64, 2).mean((1, 3))[::-1, ::-1]
    assert decoded.notices[0].code == "shrunk"
    assert np.abs(decoded.grey * 255 - expected).max() < 6


def tiff(pixels: np.ndarray, **options: object) -> bytes:
    file = io.BytesIO()
    tifffile.imwrite(file, pixels, **options)
    return file.getvalue()


@pytest.mark.parametrize(
    ("stored", "expected"),
    [
        (GREY.astype(np.uint32) * 16843009, GREY / 255),  # the brighter half has its highest bit set
        ((GREY.astype(np.int16) - 128).astype(np.int8), GREY / 255),
        (GREY.astype(np.int32) * 1000 - 70000, GREY / 255),
        (GREY.astype(np.int16) * 100 - 7000, GREY / 255),
    ],
)
def test_32_bits_and_signs_do_not_wrap(stored: np.ndarray, expected: np.ndarray) -> None:
    read = read_image(tiff(stored))
    np.testing.assert_allclose(read.pixels, expected, atol=1e-6)
    assert read.warnings[0].code == "stretched"


@pytest.mark.parametrize("kind", ["u4", "f2", "f8", "u8", "i8", "c8"])
def test_tiffs_that_are_not_read_are_not_called_damaged(kind: str) -> None:
    with pytest.raises(BadInput, match="stores its pixels in a way that is not read") as refusal:
        read_image(tiff(GREY.astype(kind), byteorder=">"))
    assert refusal.value.code == "unsupported"


def other_bmp() -> bytes:
    """A compression that nobody has named yet."""
    data = bytearray(encode(GREY, "BMP"))
    data[30] = 9
    return bytes(data)


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (bytes(jpeg_ls.encode_array(GREY)), "JPEG"),
        (encode(GREY, "JPEG").replace(b"\xff\xc0", b"\xff\xc3", 1), "JPEG"),  # lossless
        (encode(GREY, "JPEG").replace(b"\xff\xc0\x00\x0b\x08", b"\xff\xc1\x00\x0b\x0c", 1), "JPEG"),  # 12 bits
        (other_bmp(), "BMP"),
        (tiff(GREY).replace(b"\x03\x01\x03\x00\x01\0\0\0\x01", b"\x03\x01\x03\x00\x01\0\0\0\x63", 1), "TIFF"),
    ],
    ids=["jpeg-ls", "lossless", "12 bits", "bmp", "tiff"],
)
def test_varieties_that_are_not_read_are_not_called_damaged(data: bytes, kind: str) -> None:
    with pytest.raises(BadInput, match=f"This {kind} file stores its pixels in a way that is not read") as refusal:
        read_image(data)
    assert refusal.value.code == "unsupported"


def scans(count: int) -> bytes:
    """A progressive JPEG with its last scan repeated."""
    data = encode(speckle(), "JPEG", progressive=True)
    start, end = data.rindex(b"\xff\xda"), data.rindex(b"\xff\xd9")
    return data[:end] + data[start:end] * count + data[end:]


def chunks(count: int) -> bytes:
    data = encode(GREY, "PNG")
    empty = b"\0\0\0\0teSt" + struct.pack(">I", zlib.crc32(b"teSt"))
    return data[:33] + empty * count + data[33:]


def pages(count: int) -> bytes:
    """Each page points to the next, eight bytes on; every one has a single tag."""
    page = struct.pack("<HHHII", 1, 256, 3, 1, 128)
    each = [page + struct.pack("<I", 8 + 18 * (number + 1)) for number in range(count)]
    return b"II*\0" + struct.pack("<I", 8) + b"".join(each)[:-4] + bytes(4)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (scans(600), "more than 64 scans"),
        (chunks(300_000), "more than 20,000 chunks"),
        (pages(200_000), "more than 1,000 pages"),
        (b"II*\0\x08\0\0\0\xff\xff" + bytes(800_000), "more than 4,096 tags"),
    ],
)
def test_parts_are_counted_before_they_are_walked(data: bytes, says: str) -> None:
    with pytest.raises(BadInput, match=says) as refusal:
        read_image(data)
    assert refusal.value.code == "too_many_parts"


def test_usual_files_have_few_parts() -> None:
    assert levels(scans(20)).shape == GREY.shape
    np.testing.assert_allclose(levels(chunks(500)), GREY, atol=1e-4)
    assert structure.count_pages(pages(1000)) == 1000


def test_a_tiff_whose_pages_form_a_ring_is_damaged() -> None:
    ring = b"II*\0" + struct.pack("<I", 8) + struct.pack("<HHHIII", 1, 256, 3, 1, 128, 8)
    with pytest.raises(BadInput) as refusal:
        read_image(ring)
    assert refusal.value.code == "damaged"
