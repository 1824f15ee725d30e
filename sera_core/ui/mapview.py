"""The frame with a heatmap on it: where the model looked, at its place, with the outline and a scale.

The browser lays the heat over the frame and changes how strongly it covers it, so nothing is computed again.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from PIL import Image

from sera_core.contracts import Box, Heatmap, Outline
from sera_core.explain.overlay import heat_only
from sera_core.figures.image import address
from sera_core.figures.palette import HEAT

HERE = Path(__file__).parent
_HTML = """
<svg role="img"><image></image><image></image><rect class="seen"></rect><polygon class="outline"></polygon></svg>
<form>
  <label><input type="checkbox" name="shown" checked>Heat</label>
  <label>Opacity<input type="range" name="opacity" min="0" max="100" step="5" value="60"></label>
  <label>none<span class="bar"></span>most</label>
</form>
"""
_VIEW = st.components.v2.component(
    "sera_map",
    html=_HTML,
    css=(HERE / "mapview.css").read_text(encoding="utf-8"),
    js=(HERE / "mapview.js").read_text(encoding="utf-8"),
)


def show_map(picture: str, shape: tuple[int, int], heatmap: Heatmap, box: Box, outline: Outline | None) -> None:
    """Show a heatmap on its frame.

    Parameters
    ----------
    picture : str
        Address of the frame's picture; it may have been sent smaller.
    shape : (height, width)
        Of the frame in pixels.
    heatmap : Heatmap
    box : Box
        The region that was read.
    outline : Outline or None
        The nodule's border; None shows the box instead.
    """
    height, width = shape
    right, bottom = box.x + box.width, box.y + box.height
    corners = ((box.x, box.y), (right, box.y), (right, bottom), (box.x, bottom))
    border = outline.polygon if outline else corners
    _VIEW(
        key="map",
        data={
            "picture": picture,
            "width": width,
            "height": height,
            "heat": address(Image.fromarray(heat_only(heatmap.values))),
            "seen": heatmap.crop_box.as_list(),
            "outline": [[round(x, 1), round(y, 1)] for x, y in border],
            "colours": list(HEAT),
            "label": "The frame with the heat over the part that the model saw",
        },
    )
