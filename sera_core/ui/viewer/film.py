"""Small pictures of a loop's frames, for the viewer to show while hands turn it.

They come by a component of their own, which draws nothing: the viewer stands first on the page and waits for none of
them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import streamlit as st

_FILM = st.components.v2.component("sera_film", js=(Path(__file__).parent / "film.js").read_text(encoding="utf-8"))


def send_film(name: str, pictures: Mapping[int, str]) -> None:
    """Hand pictures to the viewer that shows this loop.

    Parameters
    ----------
    name : str
        Of the loop, as the viewer was told.
    pictures : dict
        Addresses of pictures by the number of their frame, from 0; not every frame needs one.
    """
    _FILM(key="film", data={"name": name, "pictures": {str(frame): uri for frame, uri in pictures.items()}})
