"""Predictions of the shipped simulated study, as the last chapters use them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sera_core.simulate.centres import CENTRES
from sera_core.study.shipped import read_study

STUDY = "koh2020-sim"
MODELS = {  # of very different kinds
    "VGG16, only its last layer learnt": "vgg16-simulated",
    "EfficientNet-Lite0, fine-tuned": "lite0-simulated",
    "Co-occurrence and SVM": "glcm-svm-sim",
}


@dataclass(frozen=True, eq=False)
class Answers:
    """What one model said of one simulated centre's test set: label (1: malignant) and probability, ``[N]``."""

    labels: NDArray[np.int64]
    probability: NDArray[np.float64]


@st.cache_data(max_entries=16, show_spinner="Reading the study")
def answers_of(model: str, centre: str) -> Answers:
    """Of a model of :data:`MODELS` (its id) at a simulated centre."""
    table = read_study(STUDY).predictions
    here = (table.cases["centre"] == centre).to_numpy()
    labels = table.cases.loc[here, "label"].to_numpy(np.int64)
    return Answers(labels, np.asarray(table.probability[here, table.models.index(model)], np.float64))


def choose_answers(slug: str, model: str, centre: str) -> Answers:
    """Draw the choice of model and centre, in the link."""
    titles = list(MODELS)
    with st.container(horizontal=True):
        title = st.selectbox("Model", titles, titles.index(model), key=f"{slug}_model", bind="query-params", width=300)
        place = st.segmented_control(
            "Simulated centre", list(CENTRES), default=centre, required=True, key=f"{slug}_centre", bind="query-params"
        )
    return answers_of(MODELS[title], place)
