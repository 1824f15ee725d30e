"""Untrusted bytes to one checked grey image.

The one door: decoders run in a child process with limits on processor time and memory, nothing is decoded before the
claimed size is within bounds, only the frame asked for is decoded, and whatever goes wrong comes out as a
:class:`~sera_core.contracts.BadInput` with one sentence.
"""

from __future__ import annotations

from dataclasses import replace

from sera_core.contracts import BadInput, GreyImage, Notice
from sera_core.images.checks import check_picture, lit_parts
from sera_core.images.decoded import Decoded
from sera_core.images.kinds import Kind, kind_of
from sera_core.images.margins import without_margins
from sera_core.images.panes import check_panes
from sera_core.images.pool import pool
from sera_core.images.scale import believe
from sera_core.images.wire import Request

MAX_BYTES = 256 * 2**20
LATER = 12  # frames that are tried, spread over a loop, where its first one cannot be used
OF_A_FRAME = ("blank", "colour")  # refusals of one frame, which say nothing of the next one


def read_image(data: bytes, frame: int | None = None) -> GreyImage:
    """Read one frame of a DICOM, PNG, JPEG, HEIC, WebP, AVIF, TIFF or BMP file as a checked grey image.

    Parameters
    ----------
    data : bytes
        The whole file.
    frame : int, optional
        Frame of a DICOM cine loop or page of a TIFF, from 0. None: the first one, or where that is blank or in colour
        the first of a dozen later ones, spread over the loop, that is neither; a notice says so.

    Returns
    -------
    GreyImage
        Grey levels 0 ... 1 with scale, number of frames and what the checks noticed. Nothing about the patient: where
        names may stand beside the ultrasound picture it is black.

    Raises
    ------
    BadInput
        With one of the codes ``empty_file``, ``file_too_large``, ``not_an_image``, ``animated``, ``damaged``,
        ``no_pixels``, ``modality``, ``unsupported``, ``too_many_pixels``, ``too_many_parts``, ``too_costly``,
        ``no_such_frame``, ``not_finite``, ``too_small``, ``blank``, ``colour``.

    Examples
    --------
    >>> from io import BytesIO
    >>> import numpy as np
    >>> from PIL import Image
    >>> from sera_core.simulate import SAMPLES, render
    >>> file = BytesIO()
    >>> Image.fromarray(np.uint8(render(SAMPLES["cyst"].case).image.pixels * 255)).save(file, "PNG")
    >>> image = read_image(file.getvalue())
    >>> image.shape, image.source, image.mm_per_px
    ((448, 448), 'PNG', None)
    """
    if not data:
        raise BadInput("empty_file", "The file is empty: export it again.")
    if len(data) > MAX_BYTES:
        raise BadInput(
            "file_too_large",
            f"The file has {len(data) / 2**20:.0f} MB; at most {MAX_BYTES // 2**20} MB are read: "
            "export the single frame or a shorter loop.",
        )
    kind = kind_of(data)
    first = _decoded(data, kind, frame or 0)
    try:
        return _checked(first, kind, frame or 0)
    except BadInput as refusal:
        later = None if frame is not None or refusal.code not in OF_A_FRAME else _later(data, kind, first.frames)
        if later is None:
            raise
        return later


def _decoded(data: bytes, kind: Kind, frame: int) -> Decoded:
    return pool().ask(Request(data, kind, frame))


def _checked(decoded: Decoded, kind: Kind, frame: int) -> GreyImage:
    notices = decoded.notices + check_picture(decoded.grey, decoded.thumbnail)
    notices += check_panes(decoded.grey, decoded.regions)
    image = GreyImage(decoded.grey, decoded.mm_per_px, decoded.regions, kind, frame, decoded.frames, notices)
    lit = lit_parts(decoded.grey)
    return without_margins(believe(image, lit[0]), lit, decoded.burned_in)


def _later(data: bytes, kind: Kind, frames: int) -> GreyImage | None:
    """The first of a few later frames that can be used, saying that it is not the first."""
    step = max(-(-(frames - 1) // LATER), 1)
    for number in range(step, frames, step):
        try:
            image = _checked(_decoded(data, kind, number), kind, number)
        except BadInput:
            continue
        told = Notice("later_frame", f"The first frame cannot be used; this is frame {number + 1} of {frames}.")
        return replace(image, warnings=(*image.warnings, told))
    return None
