"""Random, cut and bit-flipped files of every format: an image or a refusal."""

from __future__ import annotations

import os
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from PIL import Image
from pydicom.uid import (
    DeflatedExplicitVRLittleEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from sera_core.contracts import BadInput
from sera_core.images.read import read_image
from tests.images.files import as_ycbcr, dataset, encapsulated, encode, grey_rgb, save, speckle, with_gdcm

EXAMPLES = 500 if os.environ.get("CI") else 150


@cache
def files() -> dict[str, bytes]:
    """One good file of every format."""
    grey, rgb = Image.fromarray(speckle()), Image.fromarray(grey_rgb())
    deep = speckle().astype(np.uint16) * 16
    exif = Image.Exif()
    exif[0x0112] = 6
    made = {
        "png grey": encode(grey, "PNG"),
        "png rgba": encode(rgb.convert("RGBA"), "PNG", exif=exif),
        "png palette": encode(rgb.quantize(32), "PNG"),
        "png deep": encode(deep, "PNG"),
        "png animated": encode(grey, "PNG", save_all=True, append_images=[grey.rotate(90)]),
        "jpeg": encode(rgb, "JPEG", exif=exif),
        "jpeg progressive": encode(grey, "JPEG", progressive=True),
        "jpeg cmyk": encode(rgb.convert("CMYK"), "JPEG"),
        "jpeg of two": encode(grey, "MPO", save_all=True, append_images=[grey]),
        "bmp": encode(rgb, "BMP"),
        "bmp palette": encode(rgb.quantize(32), "BMP"),
        "tiff pages": encode(grey, "TIFF", save_all=True, append_images=[grey, grey]),
        "tiff deep": encode(deep, "TIFF"),
        "tiff float": encode(speckle().astype(np.float32), "TIFF"),
        "gif": encode(grey, "GIF"),
    }
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits", "jpeg"):
        made[f"tiff {compression}"] = encode(rgb, "TIFF", compression=compression)
    made["tiff group4"] = encode(grey.convert("1"), "TIFF", compression="group4")
    with TemporaryDirectory() as folder:
        for syntax in (JPEGLosslessSV1, JPEG2000Lossless, JPEGExtended12Bit):
            made[f"dicom {syntax}"] = with_gdcm(dataset(deep, bits=12), syntax, Path(folder))
        made["dicom rgb lossless"] = with_gdcm(dataset(grey_rgb()), JPEGLosslessSV1, Path(folder))
    for syntax in (RLELossless, JPEGLSLossless):
        compressed = dataset(speckle())
        compressed.compress(syntax, generate_instance_uid=False)
        made[f"dicom {syntax}"] = save(compressed)
    stream = encode(rgb, "JPEG")
    made["dicom jpeg"] = encapsulated(dataset(grey_rgb(), "YBR_FULL_422"), [stream], JPEGBaseline8Bit)
    for syntax in (ImplicitVRLittleEndian, DeflatedExplicitVRLittleEndian):
        made[f"dicom {syntax}"] = save(dataset(speckle()), syntax)
    made["dicom loop"] = save(dataset(np.stack([speckle()] * 3), frames=3))
    made["dicom ycbcr"] = save(dataset(as_ycbcr(grey_rgb()), "YBR_FULL"))
    return made


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """A good file, cut, with bytes changed near its head or anywhere, or with a piece doubled."""
    data = bytearray(files()[draw(st.sampled_from(sorted(files())))])
    if draw(st.integers(0, 4)) == 0:
        del data[draw(st.integers(0, len(data))) :]
    reach = len(data) if draw(st.booleans()) else min(len(data), 1200)
    for place, value in draw(st.lists(st.tuples(st.integers(0, max(reach - 1, 0)), st.integers(0, 255)), max_size=40)):
        if place < len(data):
            data[place] = value if value % 2 else data[place] ^ (1 << (value // 2) % 8)
    if draw(st.integers(0, 9)) == 0:
        start, length = draw(st.integers(0, len(data))), draw(st.integers(1, 500))
        data[start:start] = data[start : start + length]
    return bytes(data)


def random_files() -> st.SearchStrategy[bytes]:
    heads = st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*", b"\x08\x00\x05\x00"]
    )
    preamble = st.just(bytes(128) + b"DICM")
    return st.builds(lambda head, body: head + body, heads | preamble, st.binary(max_size=400))


def survives(data: bytes, frame: int) -> None:
    """An image or a refusal; the decoding child is bounded in time and memory (``test_pool.py``)."""
    try:
        image = read_image(data, frame)
    except BadInput as refusal:
        assert refusal.message.endswith(".")  # noqa: PT017 - either outcome is right
        assert refusal.code != "too_costly"  # noqa: PT017 - these files are small
    else:
        assert image.pixels.dtype == np.float32
        assert np.isfinite(image.pixels).all()
        assert image.pixels.min() >= 0
        assert image.pixels.max() <= 1


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(broken_files(), st.sampled_from([0, 0, 0, 1]))
def test_broken_files(data: bytes, frame: int) -> None:
    survives(data, frame)


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_files())
@example(b"")
@example(b"\x89PNG\r\n\x1a\n")
@example(bytes(128) + b"DICM")
def test_random_files(data: bytes) -> None:
    survives(data, 0)


def test_good_files_are_good() -> None:
    """The files that are broken above are read before they are broken."""
    for name, data in files().items():
        if name not in ("gif", "png animated"):
            assert read_image(data).shape in ((96, 128), (128, 96)), name
