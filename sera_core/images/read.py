"""Untrusted bytes to one checked grey image.

The kind of a file is told by its first bytes, never by its name. Nothing is decoded before the claimed size is within
bounds, only the frame asked for is decoded, and whatever goes wrong inside a decoder comes out as a
:class:`~sera_core.contracts.BadInput` with one sentence.
"""

from __future__ import annotations

from sera_core.contracts import BadInput, GreyImage
from sera_core.images.checks import check_picture
from sera_core.images.decoded import Decoded
from sera_core.images.raster import RasterKind, read_raster

MAX_BYTES = 256 * 2**20

_RASTERS: tuple[tuple[bytes, RasterKind], ...] = (
    (b"\x89PNG\r\n\x1a\n", "PNG"),
    (b"\xff\xd8\xff", "JPEG"),
    (b"BM", "BMP"),
    (b"II*\x00", "TIFF"),
    (b"MM\x00*", "TIFF"),
    (b"II+\x00", "TIFF"),
    (b"MM\x00+", "TIFF"),
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
    (4, b"ftyphei", "a HEIC photo"),
    (4, b"ftypmif1", "a HEIC photo"),
    (4, b"ftypavif", "an AVIF picture"),
    (4, b"ftyp", "a video"),
    (4, b"jP  ", "a bare JPEG 2000 picture"),
    (0, b"\xff\x4f\xff\x51", "a bare JPEG 2000 picture"),
    (0, b"\x1a\x45\xdf\xa3", "a video"),
    (8, b"AVI ", "a video"),
    (8, b"WEBP", "a WebP picture"),
    (344, b"n+1", "a NIfTI volume"),
)


def read_image(data: bytes, frame: int = 0) -> GreyImage:
    """Read one frame of a PNG, JPEG, BMP, TIFF or DICOM file as a checked grey image.

    Parameters
    ----------
    data : bytes
        The whole file.
    frame : int
        Frame of a DICOM cine loop or page of a TIFF, from 0.

    Returns
    -------
    GreyImage
        Grey levels 0 ... 1 with scale, number of frames and what the checks noticed. Nothing about the patient.

    Raises
    ------
    BadInput
        With one of the codes ``empty_file``, ``file_too_large``, ``not_an_image``, ``animated``, ``damaged``,
        ``no_pixels``, ``unsupported``, ``too_many_pixels``, ``no_such_frame``, ``not_finite``, ``too_small``,
        ``blank``, ``colour``.
    """
    if not data:
        raise BadInput("empty_file", "The file is empty: upload it again.")
    if len(data) > MAX_BYTES:
        raise BadInput(
            "file_too_large",
            f"The file has {len(data) / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB are read: "
            "export the single frame or a shorter loop.",
        )
    kind, decoded = _decode(data, frame)
    notices = decoded.notices + check_picture(decoded.grey, decoded.thumbnail)
    return GreyImage(decoded.grey, decoded.mm_per_px, decoded.regions, kind, frame, decoded.frames, notices)


def _decode(data: bytes, frame: int) -> tuple[str, Decoded]:
    if _is_dicom(data):
        from sera_core.images.dicom import read_dicom  # pydicom is needed for no other file

        return "DICOM", read_dicom(data, frame)
    for magic, kind in _RASTERS:
        if data.startswith(magic):
            return kind, read_raster(data, kind, frame)
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
        return BadInput(
            "not_an_image", "The file is not a PNG, JPEG, BMP, TIFF or DICOM image: export the ultrasound frame as one."
        )
    return BadInput(
        "not_an_image",
        f"Whatever its name says, the file is {what}: export the ultrasound frame as PNG, JPEG, BMP, TIFF or DICOM.",
    )
