"""What a decoder hands over: grey levels, a small colour copy for the checks, and the limits every decoder keeps."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sera_core.contracts import BadInput, Grey, Notice, Scale, ScaledRegion

MAX_PIXELS = 25_000_000  # of a frame; a 24-megapixel photo passes as it is
THUMBNAIL = 256  # longest side of the colour copy
_DEPTHS = (8, 10, 12, 14, 16)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a decoder tells beside the pixels.

    Attributes
    ----------
    frames : int
        How many frames the file holds.
    mm_per_px, regions, notices
        As in :class:`~sera_core.contracts.GreyImage`.
    burned_in : bool
        True when the file itself says that text about the patient may be burned into the pixels.
    """

    frames: int = 1
    mm_per_px: Scale | None = None
    regions: tuple[ScaledRegion, ...] = ()
    notices: tuple[Notice, ...] = ()
    burned_in: bool = False


@dataclass(frozen=True, kw_only=True)
class Decoded(Facts):
    """One decoded frame before it is checked.

    Attributes
    ----------
    grey : float32 [H, W]
        Luminance, 0 ... 1.
    thumbnail : uint8 [h, w, 3] or None
        A small copy in colour; None when the file is grey by construction.
    """

    grey: Grey
    thumbnail: NDArray[np.uint8] | None = None


def damaged(kind: str) -> BadInput:
    """The refusal of a file whose content cannot be decoded.

    It never repeats the decoder's own words: they may quote what stands in the file, names of persons included.
    """
    return BadInput("damaged", f"This {kind} file is incomplete or damaged and cannot be decoded: export it again.")


def too_many_pixels(claim: str, limit: int = MAX_PIXELS) -> BadInput:
    """The refusal of a file that claims more pixels than are read."""
    return BadInput(
        "too_many_pixels",
        f"The file claims {claim}; at most {limit // 10**6} million are read, "
        "so that a small file cannot fill the memory: save the frame at a smaller size.",
    )


def too_costly(kind: str) -> BadInput:
    """The refusal of a file whose decoding was stopped."""
    return BadInput(
        "too_costly",
        f"Reading this {kind} file would take more processor time or memory than any ultrasound frame needs: "
        "save the frame again, as PNG.",
    )


def check_size(width: int, height: int, limit: int = MAX_PIXELS) -> None:
    """Refuse a claimed size before any pixel is decoded.

    Raises
    ------
    BadInput
        ``too_many_pixels`` above the limit.
    """
    if width * height > limit:
        raise too_many_pixels(f"{width} x {height} pixels", limit)


def check_frame(frame: int, frames: int) -> None:
    """Refuse a frame number that the file does not have."""
    if not 0 <= frame < frames:
        has = "one frame" if frames == 1 else f"{frames} frames"
        mend = "its number is 0" if frames == 1 else f"choose one from 0 to {frames - 1}"
        raise BadInput("no_such_frame", f"The file has {has}, so frame {frame} does not exist: {mend}.")


def from_colour(image: Image.Image) -> tuple[Grey, NDArray[np.uint8]]:
    """Luminance (ITU-R BT.601) and the colour thumbnail of an RGB picture."""
    grey = np.asarray(image.convert("L"), dtype=np.float32)
    grey /= 255
    shrink = max(image.width, image.height) / THUMBNAIL
    if shrink > 1:
        size = max(round(image.width / shrink), 1), max(round(image.height / shrink), 1)
        image = image.resize(size, Image.Resampling.BOX)
    return grey, np.asarray(image)


def from_levels(levels: NDArray[np.generic], declared: int = 16) -> tuple[Grey, tuple[Notice, ...]]:
    """Deep grey levels to 0 ... 1, by the number of bits they use.

    Unsigned levels are divided by the full scale of the smallest usual depth (8, 10, 12, 14, 16 bits) that holds
    the brightest one, with a notice when that is not the declared depth. Signed and fractional levels are stretched
    from darkest to brightest.

    Raises
    ------
    BadInput
        ``not_finite`` when a level is not a number.
    """
    values = levels.astype(np.float32)
    if not np.isfinite(values).all():
        raise BadInput("not_finite", "Some grey levels of the file are not numbers: export the frame again as PNG.")
    low, high = float(values.min()), float(values.max())
    fractional = np.issubdtype(levels.dtype, np.floating)
    depth = next((bits for bits in sorted({declared, *_DEPTHS}) if high < 2**bits), None)
    if fractional and low >= 0 and high <= 1:
        return values, ()
    if low < 0 or fractional or depth is None:
        notice = Notice(
            "stretched", f"The grey levels run from {low:g} to {high:g}; they were stretched from black to white."
        )
        return (values - low) / max(high - low, 1e-12), (notice,)
    values /= 2**depth - 1
    if depth == declared:
        return values, ()
    return values, (Notice("depth", f"The brightest of the grey levels needs {depth} bits; that was taken as white."),)
