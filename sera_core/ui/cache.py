"""What the pages remember between two draws: bounded, and patients' images only within their own session.

What is remembered of an image goes by the image's own key, which also says whether it is anybody's.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace
from functools import wraps
from typing import Concatenate, ParamSpec, Protocol, TypeVar

import streamlit as st

from sera_core.classifiers.store import installed
from sera_core.contracts import (
    SIMULATED,
    Box,
    Diagnosis,
    Fidelity,
    GreyImage,
    Measured,
    ModelOpinion,
    Outline,
    Patient,
    Reading,
    Scale,
)
from sera_core.diagnosis import Request, advise, opinions, outlined, read, with_fidelity
from sera_core.figures.image import png_uri
from sera_core.images.read import read_image
from sera_core.outline import Hint
from sera_core.signs.describe import measured
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.shelf import Shelf, shelf


class Named(Protocol):
    """An image, or what was made of one: it carries the image's key, and more behind it."""

    @property
    def key(self) -> str:
        """Equal for equals."""


P = ParamSpec("P")
R = TypeVar("R")
N = TypeVar("N", bound=Named)
Asked = Callable[Concatenate[N, P], R]


def remembered(spinner: str = "") -> Callable[[Asked[N, P, R]], Asked[N, P, R]]:
    """Remember what is computed from an image: of a simulated one for every session, of a patient's within his own.

    The function's first argument goes by its key, the others must be hashable. What it gives is shared: nobody may
    change it.

    Parameters
    ----------
    spinner : str
        What to say while it is computed.
    """

    def remember(function: Asked[N, P, R]) -> Asked[N, P, R]:
        name = f"{function.__module__}.{function.__qualname__}"

        @wraps(function)
        def ask(named: N, /, *args: P.args, **others: P.kwargs) -> R:
            def work_out() -> R:
                with st.spinner(spinner) if spinner else nullcontext():
                    return function(named, *args, **others)

            key = (name, named.key, args, tuple(sorted(others.items())))
            return _kept_of(named).ask(key, work_out)

        return ask

    return remember


def keep(function: Callable[..., R], answer: R, named: Named, /, *args: object) -> None:
    """Let a remembered function have answered so, for instance what a saved case says it answered then."""
    plain = function.__wrapped__  # type: ignore[attr-defined]
    key = (f"{plain.__module__}.{plain.__qualname__}", named.key, args, ())
    _kept_of(named).put(key, answer)


def key_of(data: bytes) -> str:
    """sha256 of a file's bytes."""
    return hashlib.sha256(data).hexdigest()


def image_of(data: bytes, frame: int | None) -> GreyImage:
    """:func:`sera_core.images.read_image`, remembered within the session."""

    def read_it() -> GreyImage:
        with st.spinner("Reading the image"):
            return read_image(data, frame)

    return shelf(own=True).ask(("image", key_of(data), frame), read_it)


@remembered("Looking for the nodule")
def outline_of(image: GreyImage, hint: Hint = None, pane: Box | None = None) -> Outline | None:
    """:func:`sera_core.diagnosis.outlined`, remembered."""
    return outlined(image, hint, pane)


@remembered()
def measured_of(image: GreyImage, outline: Outline | None, scale: Scale | None) -> Measured | None:
    """:func:`sera_core.signs.describe.measured`, remembered; the scale, which an image's key leaves out, is its own."""
    return measured(image, outline)


@remembered()
def picture_uri(image: GreyImage) -> str:
    """:func:`sera_core.figures.image.png_uri`, remembered."""
    return png_uri(image.pixels)


@remembered()
def reading_of(image: GreyImage, request: Request) -> Reading:
    """:func:`sera_core.diagnosis.read`, remembered."""
    return read(image, request, outline_of)


@remembered("Asking the other models")
def opinions_of(image: GreyImage, box: Box, outline: Outline | None) -> tuple[ModelOpinion, ...]:
    """:func:`sera_core.diagnosis.opinions`, remembered."""
    return opinions(image, box, outline)


def signs_of(image: GreyImage, reading: Reading) -> Measured | None:
    """What is measured on the outline that was read, by the image's scale there."""
    return measured_of(image, reading.outline, image.scale_at(reading.box))


def diagnosis_of(image: GreyImage, request: Request) -> Diagnosis:
    """The diagnosis by one model, of a patient of whom nothing is known."""
    reading = reading_of(image, request)
    return advise(image, reading, Patient(), measured=signs_of(image, reading))


def with_fidelity_of(diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis with the fidelity of its heatmap, remembered: the map can be shown before."""
    reading = diagnosis.reading
    if reading.heatmap is None or reading.heatmap.fidelity is not None:
        return diagnosis

    def work_out() -> Fidelity | None:
        found = with_fidelity(reading).heatmap
        return found.fidelity if found else None

    value = _kept_of(diagnosis.image).ask(_map_of(diagnosis.image, reading), work_out)
    return replace(diagnosis, reading=_tested(reading, value))


def as_tested(image: GreyImage, reading: Reading) -> Reading:
    """The reading with the fidelity of its heatmap where :func:`with_fidelity_of` has measured it before."""
    value = _kept_of(image).known(_map_of(image, reading))
    return reading if value is None else _tested(reading, value)


def _map_of(image: GreyImage, reading: Reading) -> tuple[object, ...]:
    method = reading.heatmap.method if reading.heatmap else None
    return "fidelity", image.key, reading.model_sha256, reading.box, method


def _tested(reading: Reading, fidelity: Fidelity | None) -> Reading:
    return replace(reading, heatmap=replace(reading.heatmap, fidelity=fidelity)) if reading.heatmap else reading


def _kept_of(image: Named) -> Shelf:
    """Where what was made of an image lies: of a simulated one for every session, of a patient's within his own."""
    return shelf(own=not image.key.startswith(SIMULATED))


def with_opinions(diagnosis: Diagnosis) -> Diagnosis:
    """The same diagnosis beside every installed model's opinion; as it is where no model could be asked."""
    reading = diagnosis.reading
    if not reading.asked:
        return diagnosis
    return replace(diagnosis, opinions=opinions_of(diagnosis.image, reading.box, reading.outline))


@st.cache_data(ttl=30, max_entries=1, show_spinner=False)
def model_ids() -> list[str]:
    """The models one can ask, default models first."""
    return [status.id for status in installed() if status.valid]


@st.cache_data(max_entries=12, show_spinner="Simulating the sample")
def sample_of(name: str) -> Frame:
    """The frame of a named sample, remembered for every session: nobody's image."""
    return render(SAMPLES[name].case)
