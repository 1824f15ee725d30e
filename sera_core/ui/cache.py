"""What the pages remember between two draws: bounded, and patients' images only within their own session.

Arrays are passed with a leading underscore, which keeps them out of the cache's key; the key is the hash of the
bytes they came from.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

import streamlit as st

from sera_core.classifiers.store import installed
from sera_core.contracts import Box, Diagnosis, Grey, GreyImage
from sera_core.diagnosis import Request, diagnose, reconsider
from sera_core.figures.image import png_uri
from sera_core.images.read import read_image
from sera_core.images.roi import propose_box
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES

_DIAGNOSED = "diagnosed"  # forgotten by ``state.reset``


def key_of(data: bytes) -> str:
    """sha256 of the bytes."""
    return hashlib.sha256(data).hexdigest()


@st.cache_data(scope="session", max_entries=8, show_spinner="Reading the image")
def image_of(key: str, _data: bytes, frame: int) -> GreyImage:
    """:func:`sera_core.images.read_image`, remembered."""
    return read_image(_data, frame)


@st.cache_data(scope="session", max_entries=8, show_spinner="Looking for the nodule")
def box_of(key: str, frame: int, _image: GreyImage) -> Box:
    """:func:`sera_core.images.propose_box`, remembered."""
    return propose_box(_image)


@st.cache_data(scope="session", max_entries=8, show_spinner=False)
def picture_uri(key: str, frame: int, _pixels: Grey) -> str:
    """:func:`sera_core.figures.image.png_uri`, remembered."""
    return png_uri(_pixels)


def diagnosis_of(key: str, request: Request, image: GreyImage) -> Diagnosis:
    """The whole diagnosis; moving a slider asks no network again."""
    pixels_only = Request(box=request.box, model=request.model, method=request.method)
    remembered = _of_sample if image.source == "simulated" else _of_patient
    answer = remembered(key, image.frame, pixels_only, image)
    return reconsider(replace(answer, image=image), request)


def keep_diagnosed(key: str, diagnosis: Diagnosis) -> None:
    """Let the Learn page take this nodule apart, in this session only."""
    st.session_state[_DIAGNOSED] = (key, diagnosis)


def last_diagnosed() -> tuple[str, Diagnosis] | None:
    """Key of the image and the last diagnosis of this session, until Reset."""
    kept: tuple[str, Diagnosis] | None = st.session_state.get(_DIAGNOSED)
    return kept


@st.cache_data(scope="session", max_entries=16, show_spinner=False)
def _of_patient(key: str, frame: int, request: Request, _image: GreyImage) -> Diagnosis:
    return diagnose(_image, request)


@st.cache_data(max_entries=32, show_spinner=False)
def _of_sample(key: str, frame: int, request: Request, _image: GreyImage) -> Diagnosis:
    return diagnose(_image, request)  # nobody's image, so the next session need not wait for it


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def model_ids() -> list[str]:
    """The models one can ask, default models first."""
    return [status.id for status in installed() if status.valid]


@st.cache_data(max_entries=12, show_spinner="Simulating the sample")
def sample_of(name: str) -> Frame:
    """The frame of a named sample, remembered for every session: nobody's image."""
    return render(SAMPLES[name].case)
