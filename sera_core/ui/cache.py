"""What the pages remember between two draws: bounded, and patients' images only within their own session.

Arrays are passed with a leading underscore, which keeps them out of the cache's key; the key says whose image they
came from: a patient's begins with the hash of his file, a simulated one's, which is nobody's, with ``SAMPLE``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec, TypeVar

import streamlit as st

from sera_core.classifiers.store import installed
from sera_core.contracts import Box, Diagnosis, Grey, GreyImage
from sera_core.diagnosis import Request, diagnose, reconsider
from sera_core.figures.image import png_uri
from sera_core.images.read import read_image
from sera_core.images.roi import propose_box
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES

SAMPLE = "sample "  # how the keys of simulated images begin
_DIAGNOSED = "diagnosed"  # forgotten by ``state.reset``
P = ParamSpec("P")
R = TypeVar("R")
OfImage = Callable[Concatenate[str, P], R]


def remembered(max_entries: int, spinner: str | bool = False) -> Callable[[OfImage[P, R]], OfImage[P, R]]:
    """Remember what is computed from an image: of a simulated one for every session, of a patient's within his own.

    Parameters
    ----------
    max_entries : int
        For all simulated images together, and again for each session's own.
    spinner : str or bool
        What to say while it is computed.

    Returns
    -------
    decorator
        Of a function whose first argument is the key of an image.
    """

    def remember(function: OfImage[P, R]) -> OfImage[P, R]:
        for_all = st.cache_data(max_entries=max_entries, show_spinner=spinner)(function)
        for_one = st.cache_data(scope="session", max_entries=max_entries, show_spinner=spinner)(function)

        @wraps(function)
        def ask(key: str, /, *args: P.args, **named: P.kwargs) -> R:
            return (for_all if key.startswith(SAMPLE) else for_one)(key, *args, **named)

        return ask

    return remember


def key_of(data: bytes) -> str:
    """sha256 of the bytes."""
    return hashlib.sha256(data).hexdigest()


@st.cache_data(scope="session", max_entries=8, show_spinner="Reading the image")
def image_of(key: str, _data: bytes, frame: int) -> GreyImage:
    """:func:`sera_core.images.read_image`, remembered."""
    return read_image(_data, frame)


@remembered(8, "Looking for the nodule")
def box_of(key: str, frame: int, _image: GreyImage) -> Box:
    """:func:`sera_core.images.propose_box`, remembered."""
    return propose_box(_image)


@remembered(16)
def picture_uri(key: str, frame: int, _pixels: Grey) -> str:
    """:func:`sera_core.figures.image.png_uri`, remembered."""
    return png_uri(_pixels)


def diagnosis_of(key: str, request: Request, image: GreyImage) -> Diagnosis:
    """The whole diagnosis; moving a slider asks no network again."""
    pixels_only = Request(box=request.box, model=request.model, method=request.method)
    answer = _diagnosed(SAMPLE + key if image.source == "simulated" else key, image.frame, pixels_only, image)
    return reconsider(replace(answer, image=image), request)


def keep_diagnosed(key: str, diagnosis: Diagnosis) -> None:
    """Let the Learn page take this nodule apart, in this session only."""
    st.session_state[_DIAGNOSED] = (key, diagnosis)


def last_diagnosed() -> tuple[str, Diagnosis] | None:
    """Key of the image and the last diagnosis of this session, until Reset."""
    kept: tuple[str, Diagnosis] | None = st.session_state.get(_DIAGNOSED)
    return kept


@remembered(32)
def _diagnosed(key: str, frame: int, request: Request, _image: GreyImage) -> Diagnosis:
    return diagnose(_image, request)


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def model_ids() -> list[str]:
    """The models one can ask, default models first."""
    return [status.id for status in installed() if status.valid]


@st.cache_data(max_entries=12, show_spinner="Simulating the sample")
def sample_of(name: str) -> Frame:
    """The frame of a named sample, remembered for every session: nobody's image."""
    return render(SAMPLES[name].case)
