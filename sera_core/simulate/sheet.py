"""Eight frames on one page, to be looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from PIL import Image

from sera_core.contracts import Grey
from sera_core.files import whole_file
from sera_core.simulate.case import Case
from sera_core.simulate.render import render


def sheet(out: Path, cases: Sequence[Case]) -> Path:
    """Draw whole frames side by side into one PNG.

    Parameters
    ----------
    out : Path
    cases : sequence of Case
        Eight make two rows of four.
    """
    return save_tiles(out, [render(case).image.pixels for case in cases], 4)


def save_tiles(out: Path, frames: Sequence[Grey], columns: int) -> Path:
    """Lay frames of one size side by side, 4 black pixels apart, and write them as a PNG."""
    height, width = frames[0].shape
    rows = -(-len(frames) // columns)
    page = np.zeros((rows * (height + 4), columns * (width + 4)), np.float32)
    for place, frame in enumerate(frames):
        top, left = (place // columns) * (height + 4), (place % columns) * (width + 4)
        page[top : top + height, left : left + width] = frame
    with whole_file(out) as part:
        Image.fromarray(np.round(page * 255).astype(np.uint8)).save(part, "PNG")
    return out
