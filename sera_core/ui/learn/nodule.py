"""The nodule under study: one of the ten samples or the last one diagnosed, as the diagnosing network saw it."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.store import load
from sera_core.contracts import Box, GreyImage
from sera_core.diagnosis import who_answers
from sera_core.images.prepare import Crop, prepare
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.cache import SAMPLE, last_diagnosed, remembered, sample_of

LAST = "The nodule last diagnosed"


@dataclass(frozen=True, eq=False)
class Specimen:
    """A frame with its nodule.

    Attributes
    ----------
    key : str
        Identity of image and box, for caches.
    title : str
    image : GreyImage
    box : Box
    model : str or None
        Who diagnosed it; None: who would.
    """

    key: str
    title: str
    image: GreyImage
    box: Box
    model: str | None = None


@dataclass(frozen=True, eq=False)
class Seen:
    """The specimen through the eyes of the network that diagnoses it on the Diagnose page.

    Attributes
    ----------
    classifier : Classifier
        Shared by all sessions: run it, never change it.
    crop : Crop
        What the network was shown.
    key : str
        Identity of specimen and model, for caches.
    """

    classifier: Classifier
    crop: Crop
    key: str


def choose_nodule() -> Specimen:
    """Draw the chooser, the same on every chapter (``?nodule=`` in the link)."""
    last = last_diagnosed()
    titles = {sample.title: name for name, sample in SAMPLES.items()}
    options = [*titles, LAST] if last else list(titles)
    title = st.selectbox("Nodule", options, 0, key="nodule", bind="query-params")
    if last and title == LAST:
        key, diagnosis = last
        return Specimen(f"{key} {diagnosis.box.as_list()}", title, diagnosis.image, diagnosis.box, diagnosis.model)
    name = titles.get(title, next(iter(SAMPLES)))
    frame = sample_of(name)
    st.caption(f":violet-badge[:material/science: simulated] {SAMPLES[name].story}")
    return Specimen(SAMPLE + name, title, frame.image, frame.box)


def seen(specimen: Specimen) -> Seen:
    """Show the nodule to the network that diagnoses it.

    Raises
    ------
    BadInput
        When no model is installed.
    """
    model = specimen.model or _model(specimen.key, specimen)
    classifier = load(model)
    crop = prepare(specimen.image.pixels, specimen.box, classifier.card.preparation)
    return Seen(classifier, crop, f"{specimen.key} {model}")


@remembered(16, "Looking for the network that diagnoses this nodule")
def _model(key: str, _specimen: Specimen) -> str:
    return who_answers(_specimen.image, _specimen.box)
