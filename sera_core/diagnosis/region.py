"""Where the nodule is: outlined by the network, or inside a box of the user's own."""

from __future__ import annotations

from collections.abc import Callable

from sera_core.contracts import BadInput, Box, GreyImage, Outline
from sera_core.outline import Hint, propose, within
from sera_core.outline.card import NO_OUTLINE
from sera_core.signs.geometry import Mask

NO_NODULE = "no_nodule"
SLIM_REGION = "slim_region"
SMALLEST_PX = 12  # a region thinner than this shows no nodule

Finder = Callable[[GreyImage, Hint, Box | None], Outline | None]


def outlined(image: GreyImage, hint: Hint = None, pane: Box | None = None) -> Outline | None:
    """The nodule, proposed or where it was pointed at; a box of the user's own needs no outline network.

    Such a box stays as it is: the outline is drawn inside it.

    Parameters
    ----------
    image : GreyImage
    hint : Box or (x, y), optional
    pane : Box, optional
        Of several panes the one that is meant, when there is no hint.

    Returns
    -------
    Outline or None
        None where no nodule was found, and for a box where the network cannot be loaded.

    Raises
    ------
    BadInput
        As :func:`~sera_core.outline.propose`.
    """
    try:
        found = propose(image, hint, pane)
        return within(found, hint.clipped(*image.shape)) if found and isinstance(hint, Box) else found
    except BadInput as error:
        if error.code != NO_OUTLINE or not isinstance(hint, Box):
            raise
        return None


def border(outline: Outline | None) -> Mask | None:
    """What can be measured in; an ellipse that stands for a border that was not found is none."""
    return outline.mask if outline is not None and outline.confidence else None


def region_of(image: GreyImage, asked: Box | None, outline: Outline | None) -> Box:
    """The region that was asked for, or else the outline's box; refused where it shows no nodule."""
    if asked is None and outline is None:
        raise BadInput(
            NO_NODULE, "The frame shows no nodule that the network finds: draw a box, or choose another frame."
        )
    box = asked.clipped(*image.shape) if asked else outline.box  # type: ignore[union-attr]
    if min(box.width, box.height) < SMALLEST_PX:
        raise BadInput(
            SLIM_REGION,
            f"The region is {box.width} x {box.height} pixels, too thin to show a nodule: "
            f"make each side at least {SMALLEST_PX} pixels.",
        )
    return box
