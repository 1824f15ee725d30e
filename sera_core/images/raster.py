"""PNG, JPEG, BMP, TIFF, WebP, HEIC and AVIF to one decoded frame.

EXIF rotation, alpha, CMYK, palettes, 16 and 32 bits are handled, and what is too large for a frame is shrunk.
"""

from __future__ import annotations

import math
from io import BytesIO
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from sera_core.contracts import BadInput, Notice
from sera_core.images.decoded import (
    MAX_PIXELS,
    Decoded,
    check_frame,
    check_size,
    damaged,
    from_colour,
    from_levels,
    too_many_pixels,
)
from sera_core.images.kinds import RasterKind
from sera_core.images.structure import check_jpeg, check_png, count_pages, is_plain_jpeg

pillow_heif.register_heif_opener()

MAX_PHOTO = 120_000_000  # pixels that a photo may have before it is shrunk to MAX_PIXELS
_FORMATS = {"WebP": "WEBP", "HEIC": "HEIF"}
_ORIENTATION = 0x0112  # Exif 2.32, table 4
_BITS, _PHOTOMETRIC, _SAMPLE_FORMAT = 258, 262, 339  # TIFF 6.0, section 8
_WHITE_IS_ZERO, _UNSIGNED, _SIGNED = 0, 1, 2
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


def read_raster(data: bytes, kind: RasterKind, frame: int = 0) -> Decoded:
    """Decode one frame of a picture file.

    Parameters
    ----------
    data : bytes
        The whole file.
    kind : {"PNG", "JPEG", "BMP", "TIFF", "WebP", "HEIC", "AVIF"}
        As told by its first bytes; no other decoder is tried.
    frame : int
        Page of a TIFF, from 0.

    Raises
    ------
    BadInput
        ``damaged``, ``unsupported``, ``too_many_pixels``, ``too_many_parts``, ``animated``, ``no_such_frame`` or
        ``not_finite``.
    """
    frames = _count_frames(data, kind)
    check_frame(frame, frames)
    try:
        image = Image.open(BytesIO(data), formats=(_FORMATS.get(kind, kind),))
        if kind in ("PNG", "WebP", "AVIF") and getattr(image, "n_frames", 1) > 1:
            raise BadInput("animated", "This is an animated picture: export the one frame to be read as a still image.")
        image.seek(frame)
        check_size(image.width, image.height, MAX_PHOTO)
        return _decode(image, kind, frame, frames)
    except (BadInput, MemoryError):
        raise
    except Image.DecompressionBombError:
        raise too_many_pixels("more pixels than any picture has", MAX_PHOTO) from None
    except Exception as error:  # the decoders raise anything on a broken file
        raise (_unread(kind) if _is_unread(data, kind, error) else damaged(kind)) from None


def _count_frames(data: bytes, kind: RasterKind) -> int:
    """Pages of a TIFF. A phone's JPEG (MPO) or HEIC may carry a second picture: the first is the photo."""
    if kind == "TIFF":
        return count_pages(data)
    if kind == "PNG":
        check_png(data)
    if kind == "JPEG":
        check_jpeg(data)
    return 1


def _decode(image: Image.Image, kind: RasterKind, frame: int, frames: int) -> Decoded:
    notices: list[Notice] = []
    if frames > 1:
        notices.append(Notice("several_pages", f"The file holds {frames} pages; this is page {frame + 1}."))
    if image.mode.startswith(("I", "F")) or _tag(image, _SAMPLE_FORMAT) == _SIGNED:
        check_size(image.width, image.height)
        image.load()
        grey, noticed = from_levels(_levels(image, kind))
        return Decoded(grey=grey, frames=frames, notices=(*notices, *noticed))
    original = image.size
    image = _loaded(image)
    if image.width * image.height < math.prod(original):
        notices.append(_shrunk(original, image.size))
    image = _upright(image, kind)
    if image.mode in ("1", "L") and "transparency" not in image.info:
        grey = np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)
        return Decoded(grey=grey, frames=frames, notices=tuple(notices))
    grey, thumbnail = from_colour(_flat_rgb(image))
    return Decoded(grey=grey, thumbnail=thumbnail, frames=frames, notices=tuple(notices))


def _loaded(image: Image.Image) -> Image.Image:
    """The decoded picture, shrunk by a whole factor when it has more than :data:`MAX_PIXELS`."""
    shrink = _excess(image)
    if shrink > 1 and image.format in ("JPEG", "MPO"):
        image.draft("", (image.width // shrink, image.height // shrink))  # decoded at half its size or less
    image.load()
    shrink = _excess(image)
    if shrink == 1:
        return image
    if image.mode in ("1", "P", "PA"):  # palette indices have no mean
        image = image.convert("L" if image.mode == "1" else "RGBA" if image.has_transparency_data else "RGB")
    return image.reduce(shrink)


def _excess(image: Image.Image) -> int:
    """The whole factor by which both sides must shrink."""
    return math.ceil(math.sqrt(image.width * image.height / MAX_PIXELS))


def _shrunk(original: tuple[int, int], size: tuple[int, int]) -> Notice:
    return Notice(
        "shrunk",
        f"The picture of {original[0]} x {original[1]} pixels was shrunk to {size[0]} x {size[1]}; "
        "regions count these smaller pixels.",
    )


def _levels(image: Image.Image, kind: RasterKind) -> NDArray[Any]:
    """Grey levels of more than 8 bits or with a sign, as the file means them."""
    levels = np.asarray(_upright(image, kind))
    if _tag(image, _SAMPLE_FORMAT) == _SIGNED and levels.dtype == np.uint8:
        levels = levels.view(np.int8)
    if _tag(image, _SAMPLE_FORMAT) in (None, _UNSIGNED) and _tag(image, _BITS) == 32:
        levels = levels.view(np.uint32)  # Pillow holds them as signed
    if _tag(image, _PHOTOMETRIC) == _WHITE_IS_ZERO:
        levels = np.iinfo(np.uint16).max - levels if levels.dtype.itemsize == 2 else levels.max() - levels
    return levels


def _tag(image: Image.Image, number: int) -> Any:
    """The first value of a TIFF tag; None in other files."""
    value = getattr(image, "tag_v2", {}).get(number)
    return value[0] if isinstance(value, tuple) and value else value


def _is_unread(data: bytes, kind: RasterKind, error: Exception) -> bool:
    """True for a file that is whole but of a variety that no decoder here knows."""
    if kind == "JPEG":
        return not is_plain_jpeg(data)
    if kind == "TIFF" and isinstance(error, UnidentifiedImageError | KeyError):  # its pages have been counted
        return True
    return isinstance(error, NotImplementedError) or "nsupported" in str(error)


def _unread(kind: RasterKind) -> BadInput:
    return BadInput(
        "unsupported",
        f"This {kind} file stores its pixels in a way that is not read: save the frame as PNG, with 8 or 16 bits.",
    )


def _upright(image: Image.Image, kind: RasterKind) -> Image.Image:
    """The picture turned as the camera says; a broken EXIF block turns nothing."""
    if kind == "TIFF":  # Pillow turns a TIFF while it loads
        return image
    try:
        orientation = image.getexif().get(_ORIENTATION)
    except Exception:
        return image
    turn = _TURNS.get(orientation) if isinstance(orientation, int) else None
    return image if turn is None else image.transpose(turn)


def _flat_rgb(image: Image.Image) -> Image.Image:
    """RGB over black (the ground of an ultrasound frame), whatever the mode was."""
    if not image.has_transparency_data:
        return image.convert("RGB")
    layer = image.convert("RGBA")
    ground = Image.new("RGB", layer.size)
    ground.paste(layer, mask=layer.getchannel("A"))
    return ground
