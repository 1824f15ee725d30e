"""The picture one works on: region, outline, ruler, scale, the part that is seen, grey levels and the heatmap over it.

A Plotly chart can return a box, but neither moves it nor takes a finger without trapping the page, so this is a
component of its own, drawn as SVG in pixels of the image: ``viewer.js`` keeps what is shown, ``hands.js`` turns mouse,
pen, fingers and keys into changes, ``frames.js`` the frames of a loop, ``draw.js`` draws them, ``shapes.js`` is their
geometry.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, Literal

import streamlit as st

from sera_core.contracts import Box, GreyImage, Line, Outline
from sera_core.figures.palette import ON_PICTURE
from sera_core.ui.cache import picture_uri
from sera_core.ui.viewer.later import border, shown

Tool = Literal["region", "outline", "size", "scale", "pan", "window"]
Points = list[tuple[float, float]]
HERE = Path(__file__).parent
_CODE = ("shapes.js", "draw.js", "frames.js", "hands.js", "viewer.js")
_VIEWER = st.components.v2.component(
    "sera_viewer",
    html=(HERE / "viewer.html").read_text(encoding="utf-8"),
    css=(HERE / "viewer.css").read_text(encoding="utf-8"),
    js="".join((HERE / name).read_text(encoding="utf-8") for name in _CODE),
)


@dataclass(frozen=True)
class Hands:
    """What the page makes of what hands did; each runs before the page is drawn again.

    Attributes
    ----------
    box : callable
        Takes a new region.
    click : callable
        Takes the place (x, y) of a click that drew nothing.
    outline : callable
        Takes the corners of a changed outline.
    line : callable
        Takes the ruler along the nodule.
    scale : callable
        Takes a ruler between two marks, and how many mm lie between them.
    undo : callable
        Takes back the last of these.
    frame : callable
        Takes the number, from 0, of the frame to which the loop was turned.
    """

    box: Callable[[Box], None] | None = None
    click: Callable[[int, int], None] | None = None
    outline: Callable[[Points], None] | None = None
    line: Callable[[Line], None] | None = None
    scale: Callable[[Line, float], None] | None = None
    undo: Callable[[], None] | None = None
    frame: Callable[[int], None] | None = None


def viewer(
    image: GreyImage,
    key: str,
    tools: Sequence[Tool],
    hands: Hands | None = None,
    box: Box | None = None,
    outline: Outline | None = None,
    line: Line | None = None,
    undo: bool = False,
    film: str | None = None,
    unused: int | None = None,
    label: str = "Ultrasound image",
) -> None:
    """Show a picture to work on; its heatmap comes by :func:`~sera_core.ui.viewer.later.send_heat`.

    Parameters
    ----------
    image : GreyImage
        Its scale, where one holds everywhere, gives lengths while they are drawn.
    key : str
        Identity on the page.
    tools : sequence of str
        What can be done to it, the first one chosen; with a single one there is nothing to choose.
    hands : Hands, optional
    box, outline, line : optional
        The region, the nodule's border (dashed where it is as likely wrong as right) and the ruler.
    undo : bool
        Whether there is something to take back.
    film : str, optional
        Name of the loop that the picture is a frame of; see :func:`~sera_core.ui.viewer.later.send_film`.
    unused : int, optional
        The frame that could not be shown when it was turned to.
    label : str
        What the picture shows, for those who listen to the page.
    """
    height, width = image.shape
    data = {
        "key": key,
        "of": shown(image, box),
        "picture": picture_uri(image),
        "width": width,
        "height": height,
        "scale": _everywhere(image),
        "tools": list(tools),
        "box": box.as_list() if box else None,
        "line": line.points if line else None,
        "undo": undo,
        "film": film,
        "frame": image.frame,
        "frames": image.frames,
        "unused": unused,
        "label": label,
        "ink": ON_PICTURE,
    }
    _VIEWER(key=key, data=data | border(outline), **_callbacks(key, image.shape, hands or Hands()))


def _everywhere(image: GreyImage) -> tuple[float, float] | None:
    """The scale that holds on the whole image; None where parts differ or it is unknown."""
    scales = {region.mm_per_px for region in image.regions} or {image.mm_per_px}
    return scales.pop() if len(scales) == 1 else None


def _callbacks(key: str, shape: tuple[int, int], hands: Hands) -> dict[str, Any]:
    """Streamlit's own callbacks, which look up what was told."""

    def calling(name: str, act: Callable[..., None]) -> Callable[[], None]:
        def told() -> None:
            if (value := getattr(st.session_state[key], name)) is not None:
                act(*_told(name, value, shape))

        return told

    given = {one.name: getattr(hands, one.name) for one in fields(hands)}
    return {f"on_{name}_change": calling(name, act) for name, act in given.items() if act is not None}


def _told(name: str, value: Any, shape: tuple[int, int]) -> tuple[Any, ...]:
    """What the browser told, as what :class:`Hands` takes."""
    height, width = shape
    match name:
        case "box":
            return (Box(*(round(side) for side in value)).clipped(*shape),)
        case "click":
            return min(int(value[0]), width - 1), min(int(value[1]), height - 1)
        case "outline":
            return ([(float(x), float(y)) for x, y in value],)
        case "line":
            return (_line(value),)
        case "scale":
            return _line(value["points"]), float(value["mm"])
        case "frame":
            return (int(value),)
        case _:
            return ()


def _line(ends: Sequence[Sequence[float]]) -> Line:
    (x1, y1), (x2, y2) = ends
    return Line(float(x1), float(y1), float(x2), float(y2))
