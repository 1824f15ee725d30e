"""The corpus: small files of our own drawing, one of every format and of every kind of trouble, kept in ``corpus/``.

``python -m tests.images.drawn`` draws them anew. The name tells what must become of a file: ``good-…`` shows
:data:`FRAME` (``-upright`` when it was stored turned), within so many grey levels (``good-8-…``); ``refused-CODE-…``
is refused with that code; ``any-found-…`` was found by fuzzing and must become either.
"""

from __future__ import annotations

import struct
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pillow_heif
from PIL import Image
from pydicom.dataset import Dataset
from pydicom.sequence import Sequence
from pydicom.uid import (
    HTJ2K,
    DeflatedExplicitVRLittleEndian,
    ExplicitVRBigEndian,
    ImplicitVRLittleEndian,
    JPEG2000Lossless,
    JPEGBaseline8Bit,
    JPEGExtended12Bit,
    JPEGLosslessSV1,
    JPEGLSLossless,
    RLELossless,
)

from tests.images.files import as_ycbcr, dataset, encapsulated, encode, save, speckle, with_gdcm

CORPUS = Path(__file__).parent / "corpus"
FRAME = speckle(40, 48)
DEEP = FRAME.astype(np.uint16) * 16 + 15
RGB = np.dstack([FRAME] * 3)


def pictures() -> dict[str, bytes]:
    """PNG, JPEG, BMP, TIFF, WebP, HEIC and AVIF."""
    pillow_heif.register_heif_opener()
    grey, rgb = Image.fromarray(FRAME), Image.fromarray(RGB)
    exif = Image.Exif()
    exif[0x0112] = 6
    turned = Image.fromarray(np.ascontiguousarray(np.rot90(RGB, 1)))
    made = {
        "good-0-grey.png": encode(grey, "PNG"),
        "good-1-alpha.png": encode(rgb.convert("RGBA"), "PNG"),
        "good-0-palette.png": encode(grey.convert("P"), "PNG"),
        "good-1-deep.png": encode(DEEP, "PNG"),
        "good-0-turned.png": encode(turned, "PNG", exif=exif),
        "good-8-colour.jpg": encode(rgb, "JPEG", quality=95),
        "good-8-turned.jpg": encode(turned, "JPEG", quality=95, exif=exif),
        "good-8-progressive.jpg": encode(grey, "JPEG", quality=95, progressive=True),
        "good-8-cmyk.jpg": encode(rgb.convert("CMYK"), "JPEG", quality=95),
        "good-8-two.jpg": encode(grey, "MPO", quality=95, save_all=True, append_images=[grey]),
        "good-0-colour.bmp": encode(rgb, "BMP"),
        "good-0-palette.bmp": encode(grey.convert("P"), "BMP"),
        "good-0-pages.tif": encode(grey, "TIFF", save_all=True, append_images=[grey, grey]),
        "good-1-deep.tif": encode(DEEP, "TIFF"),
        "good-1-float.tif": encode(FRAME.astype(np.float32) / 255, "TIFF"),
        "good-8-jpeg.tif": encode(rgb, "TIFF", compression="jpeg", quality=95),
        "good-0-lossless.webp": encode(rgb, "WEBP", lossless=True),
        "good-12-lossy.webp": encode(rgb, "WEBP", quality=95),
        "good-12-photo.heic": encode(rgb, "HEIF", quality=95),
        "good-12-photo.avif": encode(rgb, "AVIF", quality=95),
        "refused-animated-two.png": encode(grey, "PNG", save_all=True, append_images=[grey.rotate(90)]),
        "refused-animated-two.webp": encode(grey, "WEBP", save_all=True, append_images=[grey.rotate(90)]),
        "refused-not_an_image-grey.gif": encode(grey, "GIF"),
        "refused-damaged-cut.png": encode(grey, "PNG")[:700],
        "refused-damaged-ring.tif": b"II*\0\x08\0\0\0" + struct.pack("<HHHIII", 1, 256, 3, 1, 128, 8),
    }
    for compression in ("tiff_lzw", "tiff_adobe_deflate", "packbits"):
        made[f"good-0-{compression}.tif"] = encode(rgb, "TIFF", compression=compression)
    jpeg = encode(grey, "JPEG", progressive=True)
    start, end = jpeg.rindex(b"\xff\xda"), jpeg.rindex(b"\xff\xd9")
    made["refused-too_many_parts-scans.jpg"] = jpeg[:end] + jpeg[start:end] * 100 + jpeg[end:]
    return made


def dicoms() -> dict[str, bytes]:
    """Every transfer syntax."""
    made = {
        "good-1-implicit.dcm": save(dataset(FRAME), ImplicitVRLittleEndian),
        "good-1-deflated.dcm": save(dataset(FRAME), DeflatedExplicitVRLittleEndian),
        "good-1-loop.dcm": save(dataset(np.stack([FRAME] * 2), frames=2)),
        "good-3-ycbcr.dcm": save(dataset(as_ycbcr(RGB), "YBR_FULL")),
        "good-8-jpeg.dcm": encapsulated(
            dataset(RGB, "YBR_FULL_422"), [encode(RGB, "JPEG", quality=95)], JPEGBaseline8Bit
        ),
        "refused-unsupported-htj2k.dcm": encapsulated(dataset(FRAME), [b"\xff\x4f\xff\x51" + bytes(60)], HTJ2K),
    }
    swapped = dataset(DEEP, bits=12)
    swapped.PixelData = DEEP.astype(">u2").tobytes()
    swapped["PixelData"].VR = "OW"
    made["good-1-big_endian.dcm"] = save(swapped, ExplicitVRBigEndian)
    for syntax in (RLELossless, JPEGLSLossless):
        compressed = dataset(FRAME)
        compressed.compress(syntax, generate_instance_uid=False)
        made[f"good-1-{syntax.keyword}.dcm"] = save(compressed)
    with TemporaryDirectory() as folder:
        for syntax in (JPEGLosslessSV1, JPEG2000Lossless, JPEGExtended12Bit):
            made[f"good-6-{syntax.keyword}.dcm"] = with_gdcm(dataset(DEEP, bits=12), syntax, Path(folder))
        made["good-1-colour_lossless.dcm"] = with_gdcm(dataset(RGB), JPEGLosslessSV1, Path(folder))
    return made


def troubled_dicoms() -> dict[str, bytes]:
    """Wrong or odd metadata, which costs the image nothing, and what must be refused."""
    high = dataset(DEEP << 4, bits=12)
    high.HighBit = 15
    comma = dataset(FRAME)
    comma.PixelSpacing, comma.WindowCenter, comma.WindowWidth = [0.075, 0.075], 127.5, 256
    inverse = dataset(255 - FRAME)
    inverse.PresentationLUTShape = "INVERSE"
    regions, slice_ = dataset(FRAME), dataset(FRAME)
    regions.SequenceOfUltrasoundRegions = Sequence([Dataset(), region(), region("PhysicalDeltaX")])
    slice_.Modality = "CT"
    stream = encode(FRAME, "JPEG2000", irreversible=False)
    at = stream.index(b"jp2c") - 4
    return {
        "good-1-high_bit.dcm": save(high),
        "good-1-comma.dcm": save(comma).replace(b"0.075\\0.075", b"0,075\\0,075").replace(b"127.5", b"127,5"),
        "good-1-inverse.dcm": save(inverse),
        "good-1-regions.dcm": save(regions),
        "refused-modality-slice.dcm": save(slice_),
        "refused-damaged-box.dcm": encapsulated(
            dataset(FRAME), [stream[:at] + b"\0\0\0\0free" + stream[at:]], JPEG2000Lossless
        ),
    }


def region(without: str = "") -> Dataset:
    """An ultrasound region of half the frame, less one element."""
    item = Dataset()
    item.RegionSpatialFormat, item.RegionDataType, item.RegionFlags = 1, 1, 0
    item.RegionLocationMinX0, item.RegionLocationMinY0 = 0, 0
    item.RegionLocationMaxX1, item.RegionLocationMaxY1 = 23, 39
    item.PhysicalUnitsXDirection = item.PhysicalUnitsYDirection = 3
    item.PhysicalDeltaX = item.PhysicalDeltaY = 0.1
    if without:
        delattr(item, without)
    return item


def main() -> None:
    """Write the corpus; what fuzzing found stays."""
    CORPUS.mkdir(exist_ok=True)
    for name, data in {**pictures(), **dicoms(), **troubled_dicoms()}.items():
        (CORPUS / name).write_bytes(data)
    sizes = [path.stat().st_size for path in CORPUS.iterdir()]
    print(f"{len(sizes)} files, {sum(sizes) / 1024:.0f} kB")


if __name__ == "__main__":
    main()
