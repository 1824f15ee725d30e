"""What can be wrong with a picture or a region, each as a notice or a refusal with its reason.

The limits were set on the 2,335 real frames of DDTI, BUSI and LES3, on ordinary colour photos and on simulated Doppler
and screen photos; ``tests/images`` holds the rates.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from sera_core.contracts import BadInput, Box, Grey, GreyImage, Notice
from sera_core.images.decoded import THUMBNAIL
from sera_core.images.marks import find_marks, reduced

MIN_SIDE = 32  # pixels; below it no frame shows a nodule
SMALL_SIDE = 128
MIN_BOX = 24
RIM = 2  # pixels at the edge of the thumbnail that do not count as colour, as when the limits were set


def check_picture(grey: Grey, thumbnail: NDArray[np.uint8] | None) -> tuple[Notice, ...]:
    """Check a whole frame.

    Parameters
    ----------
    grey : float32 [H, W]
    thumbnail : uint8 [h, w, 3] or None
        A small copy in colour; None for a file without colour.

    Raises
    ------
    BadInput
        ``too_small``, ``blank`` or ``colour``.
    """
    height, width = grey.shape
    if min(height, width) < MIN_SIDE:
        raise BadInput(
            "too_small",
            f"The image has {width} x {height} pixels; at least {MIN_SIDE} each way are needed: "
            "export the frame at its full size.",
        )
    sample = grey[:: max(height // 512, 1), :: max(width // 512, 1)]
    if np.mean(np.abs(sample - np.median(sample)) > 8 / 255) < 0.01:
        raise BadInput("blank", "The image is blank: almost all of it has one grey level. Choose another frame.")
    notices: tuple[Notice, ...] = ()
    if min(height, width) < SMALL_SIDE:
        notices = (
            Notice("small", f"The image has only {width} x {height} pixels; fine signs such as margins may be lost."),
        )
    return notices if thumbnail is None else notices + _check_colour(thumbnail)


def _check_colour(thumbnail: NDArray[np.uint8]) -> tuple[Notice, ...]:
    """Refuse Doppler and ordinary photos; notice tints and coloured marks.

    A tint (sepia map, photo of a screen) makes the colour a smooth function of the grey level and of the place.
    What such a function does not explain is real colour.
    """
    if int(np.ptp(thumbnail, axis=-1).max()) <= 2:
        return ()
    picture = thumbnail.astype(np.float32)
    luminance = picture @ np.array([0.299, 0.587, 0.114], dtype=np.float32)
    chroma = np.stack([picture[..., 0] - luminance, picture[..., 2] - luminance], axis=-1)  # [h, w, 2]
    unexplained = np.hypot(*np.moveaxis(_without_tint(chroma, luminance), -1, 0))
    vivid = ndimage.binary_opening(unexplained > 40, np.ones((3, 3)))  # strokes of letters and callipers fall away
    lit = lit_parts(luminance / np.float32(255))[0]
    rim = RIM if min(lit.width, lit.height) > 4 * RIM else 0
    bottom = min(lit.y + lit.height, luminance.shape[0] - rim)
    right = min(lit.x + lit.width, luminance.shape[1] - rim)
    inside = np.s_[max(lit.y, rim) : bottom, max(lit.x, rim) : right]
    share = float(vivid[inside].mean())
    if share > 0.003 or np.mean(unexplained[inside] > 25) > 0.05:
        raise BadInput(
            "colour",
            "The picture is in colour, as in Doppler, elastography or an ordinary photo: use a greyscale B-mode frame. "
            "If it is a photo of a screen, fill it with the ultrasound picture alone.",
        )
    if np.hypot(*np.moveaxis(chroma[inside], -1, 0)).mean() > 3:
        return (Notice("tinted", "The picture has a colour tint, as in a photo of a screen; its brightness was used."),)
    if np.mean(unexplained > 25) > 0.0003:
        return (Notice("coloured_marks", "The picture holds a few coloured marks; keep them out of the region."),)
    return ()


def _without_tint(chroma: Grey, luminance: Grey) -> Grey:
    """Chroma less its median at each grey level, less a plane over the picture."""
    left = chroma.reshape(-1, 2).copy()
    level = (luminance.ravel() / 16).astype(int)
    for step in np.unique(level):
        left[level == step] -= np.median(left[level == step], axis=0)
    y, x = (axis.ravel() - 0.5 for axis in np.mgrid[0 : 1 : luminance.shape[0] * 1j, 0 : 1 : luminance.shape[1] * 1j])
    plane = np.stack([np.ones_like(x), x, y], axis=-1)
    terms = np.concatenate([plane, plane * luminance.reshape(-1, 1) / 255], axis=-1).astype(np.float32)
    calm = np.hypot(left[:, 0], left[:, 1]) < 40
    if calm.sum() > terms.shape[1]:
        left -= terms @ np.linalg.lstsq(terms[calm], left[calm], rcond=None)[0]
    return left.reshape(chroma.shape)


def lit_parts(grey: Grey) -> list[Box]:
    """Bounding boxes of the ultrasound pictures on a frame, the largest first, without the panels around them.

    The largest lit part is one, and so is every other that is at least a quarter as wide and as high: frames with two
    panes have two.

    Parameters
    ----------
    grey : float32 [h, w]
        0 ... 1; a frame that is wholly dark is its own picture.
    """
    step = max(max(grey.shape) // THUMBNAIL, 1)
    small = np.pad(grey[::step, ::step] > 16 / 255, 5, mode="edge")  # so that no lit edge of the frame is worn away
    lit = ndimage.binary_opening(ndimage.binary_closing(small, np.ones((5, 5))), np.ones((5, 5)))
    labels, count = ndimage.label(lit[5:-5, 5:-5])
    if count == 0:
        return [Box(0, 0, grey.shape[1], grey.shape[0])]
    order = np.argsort(-np.bincount(labels.ravel())[1:], kind="stable")
    found = ndimage.find_objects(labels)
    boxes = [_around(found[int(n)], step).clipped(*grey.shape) for n in order]
    return [box for box in boxes if 4 * box.width >= boxes[0].width and 4 * box.height >= boxes[0].height]


def _around(place: tuple[slice, ...], step: int) -> Box:
    rows, columns = place
    wide, high = (columns.stop - columns.start) * step, (rows.stop - rows.start) * step
    return Box(columns.start * step, rows.start * step, wide, high)


def check_box(image: GreyImage, box: Box) -> tuple[Notice, ...]:
    """Check a region of interest: its size, its contrast, clipped grey, burned-in text and calliper marks.

    Parameters
    ----------
    image : GreyImage
    box : Box
        May reach over the edge of the image; only the part inside is looked at.

    Raises
    ------
    BadInput
        ``box_outside`` when no part of the box lies on the image.
    """
    box = box.clipped(*image.shape)
    part = image.pixels[box.y : box.y + box.height, box.x : box.x + box.width]
    notices = []
    if min(box.width, box.height) < MIN_BOX:
        notices.append(
            Notice("box_small", f"The region has only {box.width} x {box.height} pixels: does it hold the nodule?")
        )
    if np.ptp(np.percentile(part, [1, 99])) < 8 / 255:
        notices.append(Notice("box_blank", "The region has almost one grey level: move it onto the nodule."))
    white, black = float(np.mean(part >= 254 / 255)), float(np.mean(part <= 1 / 255))
    if white > 0.03:
        notices.append(Notice("clipped_white", f"{white:.0%} of the region is pure white: the gain may be too high."))
    if black > 0.6:
        notices.append(Notice("clipped_black", f"{black:.0%} of the region is pure black: the gain may be too low."))
    letters, callipers = find_marks(_with_rim(image.pixels, box))
    if letters:
        notices.append(Notice("text", "There seems to be burned-in text over the region; the model may read it."))
    if callipers:
        notices.append(Notice("callipers", "There seem to be calliper marks over the region; prefer a frame without."))
    return tuple(notices)


def _with_rim(pixels: Grey, box: Box) -> Grey:
    """The region with a rim of a tenth, where callipers sit."""
    rim = max(box.width, box.height) // 10
    return reduced(
        pixels[
            max(box.y - rim, 0) : box.y + box.height + rim,
            max(box.x - rim, 0) : box.x + box.width + rim,
        ],
        longest=800,
    )
