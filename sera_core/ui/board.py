"""The picture one points at: a region dragged on it, or a ruler laid with two clicks.

A Plotly chart can return a box, but neither moves it nor resizes it, nor takes a finger without trapping the page;
so this is a small component of its own (``board.js``), drawn as SVG in pixels of the image.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Literal

import streamlit as st

from sera_core.contracts import Box, Line, Outline

HERE = Path(__file__).parent
_BOARD = st.components.v2.component(
    "sera_board",
    html='<svg role="group"><image></image><g></g></svg>',
    css=(HERE / "board.css").read_text(encoding="utf-8"),
    js=(HERE / "board.js").read_text(encoding="utf-8"),
)


def board(
    picture: str,
    shape: tuple[int, int],
    box: Box | None,
    line: Line | None,
    mode: Literal["box", "line"],
    key: str,
    on_box: Callable[[Box], None],
    on_line: Callable[[Line], None],
    on_click: Callable[[int, int], None],
    outline: Outline | None = None,
) -> None:
    """Show a picture to point at; the callbacks run before the page is drawn again.

    Parameters
    ----------
    picture : str
        Address of the picture (``data:image/png;base64,…``).
    shape : (height, width)
        Of the image in pixels; the picture may have been sent smaller.
    box : Box or None
        The region to show, if there is one yet.
    line : Line or None
        The ruler to show.
    mode : {"box", "line"}
        What pointing changes.
    key : str
        Identity of the board on the page.
    on_box, on_line, on_click : callable
        Take the new region, the new ruler, or the place (x, y) that was tapped.
    outline : Outline, optional
        The nodule's border to show; dashed where it is as likely wrong as right.
    """

    def drawn_box() -> None:
        values = st.session_state[key].box
        if values:
            on_box(Box(*(round(v) for v in values)).clipped(*shape))

    def drawn_line() -> None:
        points = st.session_state[key].line
        if points:
            (x1, y1), (x2, y2) = points
            on_line(Line(float(x1), float(y1), float(x2), float(y2)))

    def tapped() -> None:
        point = st.session_state[key].click
        if point:
            on_click(min(int(point[0]), shape[1] - 1), min(int(point[1]), shape[0] - 1))

    height, width = shape
    _BOARD(
        key=key,
        data={
            "image": picture,
            "width": width,
            "height": height,
            "box": box.as_list() if box else None,
            "outline": [[round(x, 1), round(y, 1)] for x, y in outline.polygon] if outline else None,
            "sure": outline is not None and outline.confidence > 0.5,
            "line": line.points if line else None,
            "mode": mode,
            "label": "Ultrasound image with the region of interest",
        },
        on_box_change=drawn_box,
        on_line_change=drawn_line,
        on_click_change=tapped,
    )


def centred(box: Box, shape: tuple[int, int], x: int, y: int) -> Box:
    """The box moved so that (x, y) is its centre, pushed inside the image."""
    left = min(max(x - box.width // 2, 0), shape[1] - box.width)
    return Box(left, min(max(y - box.height // 2, 0), shape[0] - box.height), box.width, box.height)
