"""One way to show a picture: its bytes travel in the page's own message.

``st.image`` keeps the pixels of an array as a file of the server and sends the page its address. When any script ends,
of any session, the server drops each file that no running page names; a page that has just begun to draw itself again
names none. On a busy machine pictures were dropped before the browser had asked for them, and a chapter turned fast
showed holes. A ``data:`` address leaves nothing to ask for, and nothing behind when the session ends.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray
from PIL import Image

from sera_core.figures.image import address


def show_picture(
    pixels: NDArray[np.uint8],
    caption: str | None = None,
    width: int | Literal["stretch", "content"] = "stretch",
    alt: str | None = None,
) -> None:
    """Show grey or coloured pixels.

    Parameters
    ----------
    pixels : uint8 [H, W] or [H, W, 3]
    caption : str, optional
        Stands below it.
    width : int, "stretch" or "content"
        On the page, in pixels.
    alt : str, optional
        What it shows, for those who listen to the page, where no caption says it.
    """
    st.image(address(Image.fromarray(pixels)), caption, width=width, alt=alt or caption)
