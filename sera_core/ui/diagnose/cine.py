"""A loop, whose frames are turned in the browser without asking the server, which reads only the one where hands rest.

All frames of a loop weigh tens of megabytes, so the browser gets small pictures, of a long loop evenly spaced ones, and
only once nobody waits for an answer. Each has passed the reader, which blackens where names may stand.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.figures.image import jpeg_uri
from sera_core.images.read import read_image
from sera_core.ui.cache import image_of, key_of
from sera_core.ui.shelf import shelf
from sera_core.ui.state import Case
from sera_core.ui.viewer import send_film

MOST = 48  # pictures: about 2 MB of a loop of 640 x 480 pixels


@dataclass(frozen=True)
class Cine:
    """The file of a loop, and how many frames it has."""

    data: bytes
    frames: int

    @property
    def name(self) -> str:
        """Unlike that of any other loop."""
        return key_of(self.data)

    def turn(self, case: Case, frame: int) -> None:
        """Put a frame on the page: a region stays and is outlined anew. One that cannot be used changes nothing."""
        case.unused = None
        try:
            image_of(self.data, frame)
        except BadInput as error:
            case.unused = frame, error
        else:
            case.mark(frame=frame, outline=None)

    def send(self) -> None:
        """Give the browser its pictures; those made before are not made again."""
        number = min(self.frames, MOST)
        places = [round(k * (self.frames - 1) / (number - 1)) for k in range(number)]
        bar = st.empty()
        pictures = {frame: self._small(frame, bar.progress) for frame in places}
        bar.empty()
        send_film(self.name, {frame: picture for frame, picture in pictures.items() if picture})

    def _small(self, frame: int, tell: Callable[[float, str], object]) -> str:
        """A frame as an address of a picture; empty where it cannot be used."""

        def make() -> str:
            tell(frame / self.frames, "Fetching the other frames of the loop")
            try:
                return jpeg_uri(read_image(self.data, frame).pixels)
            except BadInput:
                return ""

        return shelf(own=True).ask(("small frame", self.name, frame), make)
