"""A contact sheet of what was imported."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from sera_core.contracts import BadInput
from sera_core.files import whole_file
from sera_core.images.read import read_image
from sera_core.train.importers.rows import Row

TILE, ACROSS, DOWN = 128, 10, 6  # of a contact sheet


def write_sheet(rows: Sequence[Row], file: Path) -> None:
    """A contact sheet: frames spread evenly over the rows, each with its box."""
    step = max(1, -(-len(rows) // (ACROSS * DOWN)))
    shown = rows[::step]
    sheet = Image.new("L", (ACROSS * TILE, -(-len(shown) // ACROSS) * TILE))
    for place, row in enumerate(shown):
        with suppress(BadInput, OSError):  # a frame that cannot be read leaves its tile black; training will name it
            grey = read_image(Path(str(row["image"])).read_bytes()).pixels
            tile = Image.fromarray((grey * 255).astype(np.uint8))
            if "x" in row:
                x, y, width, height = (int(str(row[name])) for name in ("x", "y", "width", "height"))
                line = max(1, tile.width // TILE)
                ImageDraw.Draw(tile).rectangle((x, y, x + width - 1, y + height - 1), outline=255, width=line)
            tile.thumbnail((TILE, TILE))
            sheet.paste(tile, (place % ACROSS * TILE, place // ACROSS * TILE))
    with whole_file(file) as part:
        sheet.save(part, "PNG")
