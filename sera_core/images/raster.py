"""PNG, JPEG, BMP and TIFF to one decoded frame: EXIF rotation, alpha, CMYK, palette and 16 bits handled."""

from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from sera_core.contracts import BadInput, Notice
from sera_core.images.decoded import (
    Decoded,
    check_frame,
    check_size,
    damaged,
    from_colour,
    from_levels,
    too_many_pixels,
)
from sera_core.images.kinds import RasterKind

_ORIENTATION = 0x0112  # Exif 2.32, table 4
_PHOTOMETRIC = 262  # TIFF 6.0, section 8: 0 means that white is zero
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
    kind : {"PNG", "JPEG", "BMP", "TIFF"}
        As told by its first bytes; no other decoder is tried.
    frame : int
        Page of a TIFF, from 0.

    Raises
    ------
    BadInput
        ``damaged``, ``too_many_pixels``, ``animated``, ``no_such_frame`` or ``not_finite``.
    """
    try:
        image = Image.open(BytesIO(data), formats=(kind,))
        # A phone's JPEG may carry a second picture (MPO): the first is the photo.
        frames = int(getattr(image, "n_frames", 1)) if kind in ("PNG", "TIFF") else 1
    except Image.DecompressionBombError:
        raise too_many_pixels("more pixels than any picture has") from None
    except Exception:  # the decoders raise anything on a broken file
        raise damaged(kind) from None
    if kind == "PNG" and frames > 1:
        raise BadInput("animated", "This is an animated picture: export the one frame to be read as a still image.")
    check_frame(frame, frames)
    return _decode(image, kind, frame, frames)


def _decode(image: Image.Image, kind: RasterKind, frame: int, frames: int) -> Decoded:
    try:
        image.seek(frame)
        check_size(image.width, image.height)
        image.load()
        image = _upright(image, kind)
    except BadInput:
        raise
    except Exception:
        raise damaged(kind) from None
    notices: tuple[Notice, ...] = ()
    if frames > 1:
        notices = (Notice("several_pages", f"The file holds {frames} pages; this is page {frame + 1}."),)
    if image.mode.startswith(("I", "F")):
        levels = np.asarray(image)
        if image.mode.startswith("I;16") and getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == 0:
            levels = np.iinfo(np.uint16).max - levels
        grey, noticed = from_levels(levels)
        return Decoded(grey=grey, frames=frames, notices=notices + noticed)
    if image.mode in ("1", "L") and "transparency" not in image.info:
        grey = np.asarray(image.convert("L"), dtype=np.float32) / np.float32(255)
        return Decoded(grey=grey, frames=frames, notices=notices)
    grey, thumbnail = from_colour(_flat_rgb(image))
    return Decoded(grey=grey, thumbnail=thumbnail, frames=frames, notices=notices)


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
