"""Any network layer by layer: shapes, what is learnt, the work, and what a cell sees."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from sera_core.figures.layers import shares
from sera_core.lessons.alexnet import INPUT_PX, alexnet_2012
from sera_core.lessons.layers import Field, Layer, layers_of
from sera_core.nets.registry import NETWORKS
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.depth import deep
from sera_core.ui.learn.formula import formula, grouped
from sera_core.ui.learn.nodule import Specimen
from sera_core.ui.learn.show import numbers

if TYPE_CHECKING:
    from torch import nn

TALK = "AlexNet, as in the talk"
PLAIN = {
    "Conv2d": "convolution",
    "Linear": "full layer",
    "MaxPool2d": "pooling, largest",
    "AvgPool2d": "pooling, mean",
    "AdaptiveAvgPool2d": "pooling, mean",
    "LocalResponseNorm": "evens out strong cells",
    "BatchNorm2d": "evens out maps",
}
MAIN = ("Conv2d", "Linear", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "LocalResponseNorm")


def show_layers(specimen: Specimen) -> None:
    """The layers of a network as a table."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title, name = _network()
        every = st.toggle("all layers", key="network_all", bind="query-params")
    found = _measured(name)
    side = NETWORKS[name].input_px if name else INPUT_PX
    shown = [layer for layer in found if every or layer.kind in MAIN or layer.multiplications]
    st.dataframe(
        {
            "Layer": ["input", *(_called(found, layer.name, name) for layer in shown)],
            "Kind": ["", *(_kind(layer) for layer in shown)],
            "Window": ["", *(layer.window for layer in shown)],
            "Output": [f"{side} × {side} × 3", *(_shape(layer) for layer in shown)],
            "Parameters": [0, *(layer.parameters for layer in shown)],
            "Multiplications": [0, *(layer.multiplications for layer in shown)],
            "Receptive field": ["1", *(seen_by(layer.field) for layer in shown)],
        },
        hide_index=True,
        column_config={
            name: st.column_config.NumberColumn(format="localized") for name in ("Parameters", "Multiplications")
        },
        height=min(36 * (len(shown) + 2), 640),
        alt=f"The layers of {title}: shapes, parameters, multiplications, receptive fields",
    )
    st.caption(
        "Parameters: numbers that are learnt. Multiplications: work for one picture. Receptive field: pixels a side "
        "that one cell of the layer sees."
    )
    show_code(layers_of, Field.behind, alexnet_2012)


def _kind(layer: Layer) -> str:
    """As a library calls it for those who read with the mathematics, else in words."""
    return layer.kind if deep() else PLAIN.get(layer.kind, layer.kind)


def _network() -> tuple[str, str]:
    """Title and key of the network that is measured; the key of the talk's is empty."""
    titles = {TALK: ""} | {entry.title: name for name, entry in NETWORKS.items()}
    title = st.selectbox("Network", list(titles), key="network_name", bind="query-params", width=260)
    return title, titles[title]


def show_work(specimen: Specimen) -> None:
    """Parameters and multiplications, layer by layer, and one layer counted."""
    _, name = _network()
    found = _measured(name)
    numbers(
        {
            "Parameters": f"{sum(layer.parameters for layer in found) / 1e6:.2f} million",
            "Multiplications": f"{sum(layer.multiplications for layer in found) / 1e9:.2f} billion",
            "Layers that learn": sum(layer.multiplications > 0 for layer in found),
        }
    )
    learning = [layer for layer in found if layer.multiplications]
    chart(shares(learning), "network-shares", "Where the parameters and the multiplications stand")
    _one_layer(learning, name)


def _called(layers: Sequence[Layer], name: str, network: str) -> str:
    """The talk's layers have names; those of a library mean something to its readers only."""
    if deep() or not network:
        return name
    return f"layer {1 + [layer.name for layer in layers].index(name)}"


def _one_layer(learning: list[Layer], network: str) -> None:
    names = [layer.name for layer in learning]
    chosen = st.select_slider(
        "One layer", names, names[0], key="network_layer", bind="query-params",
        format_func=lambda one: _called(learning, one, network),
    )  # fmt: skip
    layer = learning[names.index(chosen)]
    if len(layer.shape) == 1:
        inputs = layer.multiplications // layer.shape[0]
        formula(
            rf"{inputs} \cdot {layer.shape[0]} = {grouped(layer.multiplications)}",
            means=f"Each of {inputs} inputs is multiplied for each of {layer.shape[0]} outputs.",
        )
        return
    channels, height, width = layer.shape
    each = layer.multiplications // (channels * height * width)
    formula(
        rf"\underbrace{{{each}}}_{{k\cdot k\cdot C_\text{{in}}}} \cdot \underbrace{{{channels}}}_{{\text{{filters}}}} "
        rf"\cdot \underbrace{{{height}\cdot {width}}}_{{\text{{places}}}} = {grouped(layer.multiplications)}",
        f"{layer.name}: {layer.window}.",
        f"The same {layer.parameters:,} numbers are used at every one of {height} × {width} places.",
    )


def _shape(layer: Layer) -> str:
    channels, *sides = layer.shape
    return " × ".join(str(side) for side in (*sides, channels))


def seen_by(field: Field) -> str:
    """Pixels a side that a cell sees."""
    return "everything" if np.isinf(field.size) else f"{field.size:g}"


@st.cache_data(max_entries=32, show_spinner="Building the network")
def _measured(name: str) -> tuple[Layer, ...]:
    return layers_of(*_maker(name))


def _maker(name: str) -> tuple[Callable[[], nn.Module], int]:
    """What makes a network, and the side of its input."""
    return (NETWORKS[name].create, NETWORKS[name].input_px) if name else (alexnet_2012, INPUT_PX)
