"""How many parts a file is made of, counted and bounded before any decoder walks them.

A small file can name a million parts, each of which costs a decoder some work. The bounds lie far above what devices
and programs write.
"""

from __future__ import annotations

import struct

from sera_core.contracts import BadInput
from sera_core.images.decoded import damaged

MAX_SCANS = 64  # of a JPEG; progressive ones have 10
MAX_CHUNKS = 20_000  # of a PNG; programs write 8 kB a chunk
MAX_PAGES = 1_000  # of a TIFF
MAX_TAGS = 4_096  # of a page of a TIFF
MAX_ITEMS = 20_000  # of the sequences and compressed frames of a DICOM file
MAX_FRAMES = 20_000  # 11 minutes of a loop at 30 a second
MAX_BOXES = 100  # before the pixels of a JPEG 2000 picture

_SOS = b"\xff\xda"  # start of scan; inside a scan 0xFF is always followed by 0 or a restart marker
_ITEM = b"\xfe\xff\x00\xe0"  # PS3.5 7.5
_ITEM_BIG_ENDIAN = b"\xff\xfe\xe0\x00"
_JP2 = b"\x00\x00\x00\x0cjP  "  # ISO/IEC 15444-1 I.5.1


def check_jpeg(data: bytes, kind: str = "JPEG") -> None:
    """Refuse a JPEG stream of too many scans."""
    _bound(data.count(_SOS), MAX_SCANS, kind, "scans")


def jpeg_size(stream: bytes) -> tuple[int, int] | None:
    """(width, height) in the frame header of a JPEG or JPEG-LS stream (ITU-T T.81 B.2.2, T.87 C.2.2)."""
    header = _jpeg_header(stream)
    return None if header is None else (int.from_bytes(header[7:9]), int.from_bytes(header[5:7]))


def is_plain_jpeg(stream: bytes) -> bool:
    """False for a JPEG that is lossless, hierarchical, JPEG-LS or of more than 8 bits."""
    header = _jpeg_header(stream)
    return header is None or (header[1] in (0xC0, 0xC1, 0xC2, 0xC9, 0xCA) and header[4] == 8)


def _jpeg_header(stream: bytes) -> bytes | None:
    """Marker, length, precision, height and width; None in a stream without a frame header."""
    at = 2
    while at + 9 <= len(stream) and stream[at] == 0xFF:
        marker = stream[at + 1]
        if marker == 0xFF:
            at += 1
        elif (0xC0 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC)) or marker == 0xF7:
            return stream[at : at + 9]
        else:
            at += 2 + int.from_bytes(stream[at + 2 : at + 4])
    return None


def check_png(data: bytes) -> None:
    """Refuse a PNG file of too many chunks."""
    at = 8
    for _ in range(MAX_CHUNKS):
        at += 12 + int.from_bytes(data[at : at + 4], "big")
        if at >= len(data):
            return
    _bound(MAX_CHUNKS + 1, MAX_CHUNKS, "PNG", "chunks")


def check_dicom(data: bytes) -> None:
    """Refuse a DICOM file of too many sequence items and fragments."""
    _bound(max(data.count(_ITEM), data.count(_ITEM_BIG_ENDIAN)), MAX_ITEMS, "DICOM", "items")


def check_frames(frames: int) -> None:
    """Refuse a loop of too many frames."""
    _bound(frames, MAX_FRAMES, "DICOM", "frames")


def check_jpeg_2000(stream: bytes) -> None:
    """Refuse a JPEG 2000 stream whose boxes do not lead to its pixels."""
    if not stream.startswith(_JP2):
        return
    at = 12
    for _ in range(MAX_BOXES):
        length, kind = struct.unpack(">I4s", stream[at : at + 8].ljust(8, b"\0"))
        if kind == b"jp2c":
            return
        if length < 8:  # 0: to the end of the file; 1: longer than 4 GB
            break
        at += length
    raise damaged("DICOM")


def count_pages(data: bytes) -> int:
    """Pages of a TIFF or BigTIFF file.

    Raises
    ------
    BadInput
        ``too_many_parts``; ``damaged`` when a page lies outside the file or leads back to an earlier one.
    """
    order = "<" if data[:2] == b"II" else ">"
    big = data[2:4] in (b"+\0", b"\0+")
    count, entry, link = (order + "Q", 20, order + "Q") if big else (order + "H", 12, order + "I")
    seen: set[int] = set()
    try:
        (at,) = struct.unpack_from(link, data, 8 if big else 4)
        while at:
            if at in seen:
                raise damaged("TIFF")
            seen.add(at)
            _bound(len(seen), MAX_PAGES, "TIFF", "pages")
            (tags,) = struct.unpack_from(count, data, at)
            _bound(tags, MAX_TAGS, "TIFF", "tags")
            (at,) = struct.unpack_from(link, data, at + struct.calcsize(count) + entry * tags)
    except (struct.error, OverflowError):  # a page beyond the end, or beyond any number of bytes
        raise damaged("TIFF") from None
    return len(seen)


def _bound(number: int, limit: int, kind: str, parts: str) -> None:
    if number > limit:
        raise BadInput(
            "too_many_parts",
            f"This {kind} file has more than {limit:,} {parts}, which no ultrasound frame needs: "
            "save the frame again, as PNG.",
        )
