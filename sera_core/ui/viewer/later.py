"""What comes to a viewer after its picture: the heatmap, for which a network is asked, and the frames of a loop.

It comes by components of their own, which draw nothing: the picture stands on the page and waits for none of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import streamlit as st
from PIL import Image

from sera_core.contracts import Box, GreyImage, Heatmap, Outline
from sera_core.explain.overlay import heat_only
from sera_core.figures.image import address
from sera_core.figures.palette import HEAT

_LATER = st.components.v2.component(
    "sera_later",
    css="[class*='st-key-later-'] {\n  position: absolute;\n}",  # takes no room; a single line would name a file
    js=(Path(__file__).parent / "later.js").read_text(encoding="utf-8"),
    isolate_styles=False,
)


def send_film(name: str, pictures: Mapping[int, str]) -> None:
    """Hand over the frames of a loop.

    Parameters
    ----------
    name : str
        Of the loop, as the viewer was told.
    pictures : dict
        Addresses of small pictures by the number of their frame, from 0; not every frame needs one.
    """
    _send("film", name, {str(frame): picture for frame, picture in pictures.items()})


def send_heat(
    key: str, image: GreyImage, box: Box | None, heatmap: Heatmap | None, outline: Outline | None = None
) -> None:
    """Hand over what a model makes of the region on a viewer.

    Parameters
    ----------
    key : str
        Of the viewer.
    image, box
        What the viewer shows.
    heatmap : Heatmap or None
        None where there is none, or none any more.
    outline : Outline, optional
        Where the viewer has none yet.
    """
    _send(f"heat {key}", shown(image, box), _heat(heatmap) | (border(outline) if outline else {}))


def shown(image: GreyImage, box: Box | None) -> str:
    """Says which region of which picture it is: a map goes by it."""
    return f"{image.key} {box}"


def border(outline: Outline | None) -> dict[str, Any]:
    """The nodule's border, and whether it is more likely right than wrong."""
    return {
        "outline": [[round(x, 1), round(y, 1)] for x, y in outline.polygon] if outline else None,
        "sure": outline is not None and outline.confidence > 0.5,
    }


def _heat(heatmap: Heatmap | None) -> dict[str, Any]:
    if heatmap is None:
        return {}
    heat = address(Image.fromarray(heat_only(heatmap.values)))
    return {"heat": heat, "seen": heatmap.crop_box.as_list(), "colours": list(HEAT)}


def _send(what: str, of: str, parts: Mapping[str, Any]) -> None:
    _LATER(key=f"later-{what}".replace(" ", "-"), data={"what": what, "of": of, "parts": parts})
