"""Which files and pictures are refused, and with which words."""

from __future__ import annotations

import gzip
import io
import struct
import zipfile
import zlib

import numpy as np
import pytest
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.images import dicom, read
from sera_core.images.decoded import MAX_PIXELS
from tests.images.files import coloured, dataset, encode, save, speckle
from tests.images.frame import FRAME, refusal_of


def bomb_png(width: int, height: int) -> bytes:
    """A header that claims many pixels, and hardly any data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(bytes(10_000)))
        + chunk(b"IEND", b"")
    )


def bomb_dicom() -> bytes:
    data = dataset(FRAME)
    data.Rows = data.Columns = 60_000
    return save(data)


def inflating_dicom() -> bytes:
    data = dataset(FRAME)
    data.PixelData = bytes(3 * 2**20)
    return save(data, "1.2.840.10008.1.2.1.99")


def zip_file() -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("frame.png", encode(FRAME, "PNG"))
    return file.getvalue()


def animated(kind: str) -> bytes:
    pages = [Image.fromarray(speckle(seed=seed)) for seed in range(3)]
    return encode(pages[0], kind, save_all=True, append_images=pages[1:], duration=100)


def report() -> bytes:
    data = dataset(FRAME)
    del data.PixelData, data.Rows, data.Columns
    return save(data)


REFUSALS = {
    "empty": (b"", "empty_file", "The file is empty: export it again."),
    "text": (b"hello, world", "not_an_image", "The file is not a picture or DICOM image that is read"),
    "pdf": (b"%PDF-1.7 ...", "not_an_image", "Whatever its name says, the file is a PDF document: export"),
    "zip": (zip_file(), "not_an_image", "the file is a ZIP archive or an Office document"),
    "gzip": (gzip.compress(b"x"), "not_an_image", "the file is a gzip archive"),
    "svg": (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_an_image", "the file is a web page or a drawing"),
    "cut heic": (b"\x00\x00\x00\x18ftypheic" + bytes(50), "damaged", "This HEIC file is incomplete or damaged"),
    "video": (b"\x00\x00\x00\x18ftypisom" + bytes(50), "not_an_image", "the file is a video"),
    "animated webp": (animated("WEBP"), "animated", "This is an animated picture: export the one frame"),
    "animated avif": (animated("AVIF"), "animated", "This is an animated picture: export the one frame"),
    "nifti": (bytes(344) + b"n+1\x00" + bytes(50), "not_an_image", "the file is a NIfTI volume"),
    "gif": (encode(FRAME, "GIF"), "not_an_image", "This is a GIF picture, which is not read: save the frame as PNG."),
    "animated gif": (animated("GIF"), "animated", "This is an animated GIF: export the one frame to be read as PNG."),
    "animated png": (animated("PNG"), "animated", "This is an animated picture: export the one frame"),
    "cut png": (encode(FRAME, "PNG")[:-9000], "damaged", "This PNG file is incomplete or damaged and cannot be"),
    "cut jpeg": (encode(FRAME, "JPEG")[:-2000], "damaged", "This JPEG file is incomplete or damaged"),
    "cut bmp": (encode(FRAME, "BMP")[:-2000], "damaged", "This BMP file is incomplete or damaged"),
    "cut tiff": (encode(FRAME, "TIFF")[:9000], "damaged", "This TIFF file is incomplete or damaged"),
    "cut dicom": (save(dataset(FRAME))[:-2000], "damaged", "This DICOM file is incomplete or damaged"),
    "png bomb": (
        bomb_png(12_000, 11_000),
        "too_many_pixels",
        "The file claims 12000 x 11000 pixels; at most 120",
    ),
    "huge png": (bomb_png(60_000, 60_000), "too_many_pixels", "The file claims more pixels than any picture has; at"),
    "dicom bomb": (bomb_dicom(), "too_many_pixels", "The file claims 60000 x 60000 pixels"),
    "report": (report(), "no_pixels", "This DICOM file holds no image (it may be a report or an index)"),
    "too small": (encode(FRAME[:31, :99], "PNG"), "too_small", "The image has 99 x 31 pixels; at least 32 each way"),
    "black": (
        encode(np.zeros((200, 200), np.uint8), "PNG"),
        "blank",
        "The image is blank: almost all of it has one",
    ),
    "white": (encode(np.full((200, 200, 3), 255, np.uint8), "JPEG"), "blank", "The image is blank"),
    "photo": (
        encode(coloured(240, 320), "PNG"),
        "colour",
        "The picture is in colour, as in Doppler, elasto",
    ),
    "no page": (encode(FRAME, "TIFF"), "no_such_frame", "The file has one frame, so frame 1 does not exist"),
    "xyz dicom": (save(dataset(coloured(), "HSV")), "unsupported", "The colour model of this DICOM file is not read"),
}


@pytest.mark.parametrize("case", REFUSALS)
def test_refusals(case: str) -> None:
    data, code, says = REFUSALS[case]
    refusal = refusal_of(data, frame=1 if case == "no page" else 0)
    assert refusal.code == code
    assert says in refusal.message
    assert "\n" not in refusal.message
    assert refusal.message.endswith(".")


def test_inflating_dicom_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dicom, "MAX_INFLATED", 2**21)
    with pytest.raises(BadInput) as refused:
        dicom.read_dicom(inflating_dicom())
    refusal = refused.value
    assert refusal.code == "too_many_pixels"
    assert refusal.message == "This DICOM file inflates beyond 2 MB: save it uncompressed."


def test_huge_files_are_not_opened(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read, "MAX_BYTES", 2**20)
    refusal = refusal_of(encode(FRAME, "PNG") + bytes(2 * 2**20))
    assert refusal.code == "file_too_large"
    assert refusal.message.startswith("The file has 2 MB; at most 1 MB are read")


def test_segmented_palettes_are_told() -> None:
    data = dataset(FRAME, "PALETTE COLOR")
    for colour in ("Red", "Green", "Blue"):
        setattr(data, f"{colour}PaletteColorLookupTableDescriptor", [256, 0, 16])
        data[f"{colour}PaletteColorLookupTableDescriptor"].VR = "US"
        setattr(data, f"Segmented{colour}PaletteColorLookupTableData", bytes(8))
    assert "Segmented palettes are not read" in refusal_of(save(data)).message


def test_pixel_limit_lets_phone_photos_pass() -> None:
    assert MAX_PIXELS >= 5712 * 4284  # the usual 24 megapixels
