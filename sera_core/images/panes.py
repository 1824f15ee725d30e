"""Two pictures beside each other in one frame: told by the file's regions, or by the seam between them.

Neighbouring columns of one ultrasound picture resemble each other; across a seam they do not, nor across the dark gap
that some devices leave. Callipers and letters are thinner than what is compared. On the real frames that were tried
(``tests/images/test_panes.py``) the seam is found in 92 of DDTI's 595 frames, many of which are split screens, in
none of every fourth of BUSI's 780, and in one of LES3's 480, a split screen.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sera_core.contracts import Box, Grey, Notice, ScaledRegion

WIDTH = 512  # columns that are compared, at most
REACH = (2, 3, 4)  # columns on either side; whatever is thinner is stepped over
ALIKE, UNLIKE = 0.75, 0.5  # correlation of columns within a picture, and across a seam
LIT = 20 / 255

NOTICE = Notice(
    "two_panes",
    "The frame shows two pictures side by side: keep the region within one of them, and measure nothing across both.",
)


def check_panes(grey: Grey, regions: tuple[ScaledRegion, ...]) -> tuple[Notice, ...]:
    """A notice when the frame holds two pictures beside each other.

    Parameters
    ----------
    grey : float32 [H, W]
    regions : tuple of ScaledRegion
        The ultrasound regions of the file.
    """
    boxes = [region.box for region in regions]
    beside = any(_beside(first, second, grey.shape[1]) for first in boxes for second in boxes)
    return (NOTICE,) if beside or has_seam(grey) else ()


def _beside(left: Box, right: Box, width: int) -> bool:
    """True when one box ends before the other begins, at like height, both a good part of the frame."""
    common = min(left.y + left.height, right.y + right.height) - max(left.y, right.y)
    return (
        left.x + left.width <= right.x + 2
        and min(left.width, right.width) > width / 5
        and common > min(left.height, right.height) / 2
    )


def has_seam(grey: Grey) -> bool:
    """True when the columns left and right of a line near the middle have nothing in common.

    Parameters
    ----------
    grey : float32 [H, W]
    """
    shrink = max(grey.shape[1] / WIDTH, 1)
    size = round(grey.shape[1] / shrink), max(round(grey.shape[0] / shrink), 1)
    frame = np.asarray(Image.fromarray(grey).resize(size, Image.Resampling.BOX)) if shrink > 1 else grey
    width = frame.shape[1]
    columns = frame - frame.mean(axis=0)
    columns = columns / (np.linalg.norm(columns, axis=0) + 1e-6)
    alike = np.max([_across(columns, reach) for reach in REACH], axis=0)  # [W]
    middle = slice(int(width * 0.4), int(width * 0.6))
    seam = middle.start + int(np.argmin(alike[middle]))
    lit = (frame > LIT).mean(axis=0) > 0.15
    both_lit = min(lit[: seam - max(REACH)].mean(), lit[seam + max(REACH) :].mean()) > 0.5
    usual = np.median(alike[int(width * 0.2) : int(width * 0.8)])
    return bool(alike[seam] < UNLIKE and usual > ALIKE and both_lit)


def _across(columns: NDArray[np.floating], reach: int) -> NDArray[np.floating]:
    """Correlation of the columns ``reach`` to the left and to the right of each column, 1 at the edges, [W]."""
    inside = (columns[:, : -2 * reach] * columns[:, 2 * reach :]).sum(axis=0)
    return np.pad(inside, reach, constant_values=1)
