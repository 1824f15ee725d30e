"""A first guess at the region of interest."""

from __future__ import annotations

from sera_core.contracts import Box, GreyImage


def propose_box(image: GreyImage) -> Box:
    """Return a box that probably holds the nodule."""
    height, width = image.shape
    return Box(width // 4, height // 4, max(width // 2, 1), max(height // 2, 1))
