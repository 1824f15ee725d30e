"""Cells far down the page are drawn when the reader comes near them, so that the first ones need not wait.

Thirty charts at once would hold up the browser for many seconds; its scrolling says which are wanted.
"""

from __future__ import annotations

from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

SEEN = "compare_seen"  # numbers of the cells that were drawn in this session
_SENTRY = st.components.v2.component(
    "sera_sight",
    html='<p role="status">Drawn when you come near …</p>',
    css="p { min-height: 40rem; margin: 0; opacity: 0.6; font-size: 0.875rem; }",
    js=(Path(__file__).parent / "sight.js").read_text(encoding="utf-8"),
)


def in_sight(number: int, place: DeltaGenerator) -> bool:
    """True once the reader came near ``place`` of cell ``number``; until then something quiet holds its room.

    Must be called inside the fragment of the cell, which alone is then drawn again. What a link says of controls
    that are not drawn yet stays in the link.
    """
    seen: set[int] = st.session_state.setdefault(SEEN, set())
    if number not in seen:
        with place:
            _SENTRY(key=f"sight-{number}", on_near_change=lambda: seen.add(number))
    return number in seen
