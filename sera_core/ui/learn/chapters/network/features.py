"""Features: of many simulated nodules, and the talk's own."""

from __future__ import annotations

from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from sera_core.figures.layers import plane, table
from sera_core.lessons.bank import load_bank
from sera_core.lessons.maps import Array, embed
from sera_core.lessons.talk import IMAGES, TABLES
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen
from sera_core.ui.learn.show import matrix, numbers


def show_features(specimen: Specimen) -> None:
    """The features of many nodules, as a table and in a plane."""
    bank = load_bank()
    order = np.argsort(bank.labels, kind="stable")
    name = st.selectbox("Layer", list(bank.layers), index=len(bank.layers) - 1, key="network_bank", bind="query-params")
    features, labels = bank.layers[name][order], bank.labels[order]
    first = st.slider("Columns from", 1, features.shape[1] - 63, 1, key="network_first", bind="query-params")
    part = features[:, first - 1 : first + 63]
    chart(table(part, labels, first), "network-table", f"{len(labels)} cases by 64 of {features.shape[1]} features")
    first_cases = f"{name}: {features.shape[0]} × {features.shape[1]}, its first cases"
    fold("As numbers", "network_features_table", partial(matrix, part[:12, :12], first_cases, 3))
    _plane(name, features, labels)


def _plane(name: str, features: Array, labels: np.ndarray) -> None:
    points, held = _embedded(name, features)
    chart(plane(points, labels, held), "network-plane", "The cases in the plane of the features' greatest spread")
    formula(
        (
            rf"\mathbb{{R}}^{{{features.shape[1]}}} \to \mathbb{{R}}^2",
            rf"\text{{variance kept}} = {held[0]:.2f} + {held[1]:.2f} = {sum(held):.2f}",
        ),
        "The plane keeps so much of all that differs between the nodules.",
    )
    st.caption(
        "Lite0, Lite1 and Lite2 are three networks; last: behind their last maps. In the table each column is "
        "counted in its own standard deviations (SD) from its mean. The plane is made of the two mixtures of "
        "features (components) in which nodules differ most. The networks saw photographs only (ImageNet): even so "
        "the classes lie apart to some degree."
    )
    show_code(embed)


@st.cache_data(max_entries=8, show_spinner=False)
def _embedded(name: str, _features: Array) -> tuple[np.ndarray, tuple[float, float]]:
    return embed(_features)


def show_talk(specimen: Specimen) -> None:
    """A corner of the talk's own tables."""
    layer = st.segmented_control(
        "Layer", list(TABLES), default="FC6", key="network_talk", bind="query-params", required=True
    )
    part = TABLES[layer]
    values = part.corner
    rows = [str(part.first + k) for k in range(len(values))]
    st.dataframe(
        pd.DataFrame(values, rows, [str(k + 1) for k in range(values.shape[1])]).style.format(precision=4),
        height=36 * (len(rows) + 1),
        alt=f"The talk's {layer} features: images {rows[0]} to {rows[-1]}, the first {values.shape[1]} of {part.width}",
    )
    numbers(
        {
            "Whole table": f"{IMAGES} × {part.width}",
            "Shown": f"{values.shape[0]} × {values.shape[1]}",
            "Of these below zero": f"{np.mean(values < 0):.0%}",
        }
    )
    st.caption(
        f"From the talk: AlexNet's answers to the {IMAGES} images it learnt from, half of them malignant, as they "
        "stand before ReLU."
    )
