"""What can be wrong with a picture, each as a notice or a refusal with its reason."""

from __future__ import annotations

from sera_core.contracts import Box, GreyImage, Notice


def check_box(image: GreyImage, box: Box) -> tuple[Notice, ...]:
    """Notices about the region of interest."""
    box.clipped(*image.shape)
    return ()
