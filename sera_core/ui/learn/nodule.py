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
from sera_core.ui.cache import remembered, sample_of
from sera_core.ui.state import last_diagnosed

LAST = "The nodule last diagnosed"
TITLES = {sample.title: name for name, sample in SAMPLES.items()}


@dataclass(frozen=True, eq=False)
class Specimen:
    """A frame with its nodule.

    Attributes
    ----------
    image : GreyImage
    box : Box
    sample : str or None
        Name of the sample it is; None: somebody's own image.
    model : str or None
        Who diagnosed it; None: who would.
    """

    image: GreyImage
    box: Box
    sample: str | None = None
    model: str | None = None

    @property
    def title(self) -> str:
        """As the chooser calls it."""
        return SAMPLES[self.sample].title if self.sample else LAST

    @property
    def key(self) -> str:
        """That of the image, and the box."""
        return f"{self.image.key} {self.box.as_list()}"


@dataclass(frozen=True, eq=False)
class Seen:
    """The specimen through the eyes of the network that diagnoses it on the Diagnose page.

    Attributes
    ----------
    specimen : Specimen
    classifier : Classifier
        Shared by all sessions: run it, never change it.
    crop : Crop
        What the network was shown.
    """

    specimen: Specimen
    classifier: Classifier
    crop: Crop

    @property
    def key(self) -> str:
        """That of the specimen, and the network."""
        return f"{self.specimen.key} {self.classifier.card.id}"


def choose_nodule() -> Specimen:
    """Draw the chooser, the same on every chapter (``?nodule=`` in the link)."""
    options = [*TITLES, LAST] if last_diagnosed() else list(TITLES)
    specimen = _titled(st.selectbox("Nodule", options, 0, key="nodule", bind="query-params"))
    if specimen.sample:
        st.caption(f":violet-badge[:material/science: simulated] {SAMPLES[specimen.sample].story}")
    return specimen


def chosen_nodule() -> Specimen:
    """The nodule that the chooser shows, also where it is not drawn yet."""
    return _titled(st.session_state.get("nodule") or st.query_params.get("nodule", ""))


def _titled(title: str) -> Specimen:
    last = last_diagnosed()
    if last and title == LAST:
        return Specimen(last.image, last.reading.box, model=last.reading.model)
    name = TITLES.get(title, next(iter(SAMPLES)))
    frame = sample_of(name)
    return Specimen(frame.image, frame.box, sample=name)


def seen(specimen: Specimen) -> Seen:
    """Show the nodule to the network that diagnoses it.

    Raises
    ------
    BadInput
        When no model is installed.
    """
    classifier = load(specimen.model or _model(specimen))
    if classifier.card.kind == "signs":  # it measures and sees nothing
        classifier = load(_model(specimen))
    crop = prepare(specimen.image.pixels, specimen.box, classifier.card.preparation)
    return Seen(specimen, classifier, crop)


@remembered("Looking for the network that diagnoses this nodule")
def _model(specimen: Specimen) -> str:
    return who_answers(specimen.image, specimen.box)
