"""Where we are in the network: what it makes of this nodule from picture to answer; a click opens that chapter."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import streamlit as st
from PIL import Image

from sera_core.explain.overlay import overlay
from sera_core.figures.image import address, still
from sera_core.figures.maps import tinted
from sera_core.lessons.journey import Station, stations
from sera_core.ui.cache import remembered
from sera_core.ui.learn.nodule import Seen, chosen_nodule, seen
from sera_core.wording import percent

HERE = Path(__file__).parent
THUMB_PX = 96
_JOURNEY = st.components.v2.component(
    "sera_journey",
    html='<nav aria-label="The network, from picture to answer"><ol></ol></nav>',
    css=(HERE / "journey.css").read_text(encoding="utf-8"),
    js=(HERE / "journey.js").read_text(encoding="utf-8"),
)


@dataclass(frozen=True)
class Stop:
    """A station as the strip shows it.

    Attributes
    ----------
    chapter : int
        The chapter that takes it apart.
    title : str
    """

    chapter: int
    title: str


STOPS = {
    "picture": Stop(1, "Picture"),
    "convolution": Stop(5, "Convolution"),
    "bent": Stop(6, "ReLU"),
    "smaller": Stop(7, "Pooling, strides"),
    "deep": Stop(9, "Deep maps"),
    "features": Stop(8, "Features"),
    "learning": Stop(10, "Learning"),
    "answer": Stop(11, "Answer"),
    "heat": Stop(12, "Heatmap"),
}
CHAPTERS = {stop.chapter for stop in STOPS.values()} - {STOPS["picture"].chapter}  # where the strip is shown


def show_journey(chapter: int, go: Callable[[int], None]) -> None:
    """The strip, with this chapter marked.

    Parameters
    ----------
    chapter : int
    go : callable
        Takes the number of the chapter that was clicked.
    """
    network = seen(chosen_nodule())
    if network.classifier.card.kind != "cnn":
        return

    def clicked() -> None:
        number = st.session_state["journey"].go
        if number:
            go(int(number))

    data = {"stops": _drawn(network), "here": chapter}
    _JOURNEY(key="journey", data=data, on_go_change=clicked)
    st.caption(
        "Your nodule's way through the network that diagnoses it; a click opens the chapter of a station. "
        "32 × 64 × 64: 32 maps of 64 by 64 cells."
    )


@remembered()
def _drawn(network: Seen) -> list[dict[str, object]]:
    found = {station.name: station for station in stations(network.classifier, network.crop.pixels)}
    probability = float(network.classifier.predict(network.crop.pixels[None])[0])
    drawn: list[dict[str, object]] = []
    for name, stop in STOPS.items():
        picture, size = "", ""
        if name == "answer":
            size = percent(probability)
        elif name == "learning":
            size = "weights, from many nodules"
        else:
            picture, size = address(_picture(network, found[name])), " × ".join(map(str, found[name].shape))
        drawn.append({"chapter": stop.chapter, "title": stop.title, "picture": picture, "size": size})
    return drawn


def _picture(network: Seen, station: Station) -> Image.Image:
    if station.name == "picture":
        pixels = still(station.values)
    elif station.name == "heat":
        pixels = overlay(network.crop.pixels, station.values)
    else:
        pixels = tinted(station.values)
    return Image.fromarray(np.asarray(pixels)).resize((THUMB_PX, THUMB_PX), Image.Resampling.NEAREST)
