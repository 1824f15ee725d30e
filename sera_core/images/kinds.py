"""The kind of a file, told by its first bytes, never by its name."""

from __future__ import annotations

from typing import Literal

from sera_core.contracts import BadInput

RasterKind = Literal["PNG", "JPEG", "BMP", "TIFF", "WebP", "HEIC", "AVIF"]
Kind = RasterKind | Literal["DICOM"]

_RASTERS: tuple[tuple[int, bytes, RasterKind], ...] = (
    (0, b"\x89PNG\r\n\x1a\n", "PNG"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"BM", "BMP"),
    (0, b"II*\x00", "TIFF"),
    (0, b"MM\x00*", "TIFF"),
    (0, b"II+\x00", "TIFF"),
    (0, b"MM\x00+", "TIFF"),
    (8, b"WEBP", "WebP"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftyphev", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypavi", "AVIF"),
)
# group length, character set, image type, SOP class, in little-endian order
_FIRST_ELEMENTS = tuple(bytes([group, 0, element, 0]) for group in (2, 8) for element in (0x00, 0x05, 0x08, 0x16))
_OTHERS = (
    (0, b"%PDF", "a PDF document"),
    (0, b"PK\x03\x04", "a ZIP archive or an Office document"),
    (0, b"\x1f\x8b", "a gzip archive"),
    (0, b"Rar!", "a RAR archive"),
    (0, b"7z\xbc\xaf", "a 7z archive"),
    (0, b"8BPS", "a Photoshop file"),
    (0, b"\x93NUMPY", "a NumPy array"),
    (0, b"<", "a web page or a drawing"),
    (4, b"ftyp", "a video"),
    (4, b"jP  ", "a bare JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a bare JPEG 2000 picture"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (344, b"n+1", "a NIfTI volume"),
)


def kind_of(data: bytes) -> Kind:
    """The kind of a file.

    Raises
    ------
    BadInput
        ``not_an_image`` or ``animated``, with what the file is where that is known.
    """
    if _is_dicom(data):
        return "DICOM"
    for at, magic, kind in _RASTERS:
        if data[at : at + len(magic)] == magic:
            return "AVIF" if kind == "HEIC" and b"avif" in data[8:64] else kind
    raise _not_an_image(data)


def _is_dicom(data: bytes) -> bool:
    """True with the DICM prefix, or when the first element is of group 2 or 8, as in old files without a preamble."""
    return data[128:132] == b"DICM" or data[:4] in _FIRST_ELEMENTS


def _not_an_image(data: bytes) -> BadInput:
    if data.startswith(b"GIF8"):
        if data.count(b"\x21\xf9\x04") > 1:
            return BadInput("animated", "This is an animated GIF: export the one frame to be read as PNG.")
        return BadInput("not_an_image", "This is a GIF picture, which is not read: save the frame as PNG.")
    what = next((name for at, magic, name in _OTHERS if data[at : at + len(magic)] == magic), None)
    if what is None:
        problem = "The file is not a picture or DICOM image that is read"
    else:
        problem = f"Whatever its name says, the file is {what}"
    return BadInput("not_an_image", f"{problem}: export the ultrasound frame as PNG, JPEG or DICOM.")
