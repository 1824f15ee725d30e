"""Chapter 9: a whole network, layer by layer, and what its layers say of one nodule and of many."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import streamlit as st

from sera_core.figures.image import still
from sera_core.figures.layers import plane, shares, table
from sera_core.figures.maps import mosaic
from sera_core.images.prepare import normalise
from sera_core.lessons.alexnet import INPUT_PX, alexnet_2012
from sera_core.lessons.bank import load_bank
from sera_core.lessons.layers import Field, Layer, layers_of
from sera_core.lessons.maps import Array, convolutions, embed, kernel_of, maps_at
from sera_core.lessons.talk import IMAGES, TABLES
from sera_core.nets.registry import NETWORKS
from sera_core.nets.split import build
from sera_core.ui.cache import remembered
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.canvas.pick import pick_cell, pick_map
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.depth import deep
from sera_core.ui.learn.formula import formula, grouped
from sera_core.ui.learn.nodule import Seen, Specimen, choose_nodule, seen
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.learn.show import matrix, numbers, take_home
from sera_core.ui.picture import show_picture

if TYPE_CHECKING:
    from torch import nn

TALK = "AlexNet, as in the talk"
MOST_MAPS = 32  # of a layer, in the mosaic; the number field reaches all
MAIN = ("Conv2d", "Linear", "MaxPool2d", "AvgPool2d", "AdaptiveAvgPool2d", "LocalResponseNorm")


def draw() -> None:
    """The whole chapter."""
    _steps(choose_nodule())


@st.fragment
def _steps(specimen: Specimen) -> None:
    stages(STEPS, "Layer by layer", "network", specimen)
    bank = load_bank()
    layer = st.session_state.get("network_bank", list(bank.layers)[-1])
    take_home("Many nodules", partial(embed, bank.layers[layer]))


# ---- the table -----------------------------------------------------------------------------------------------------


def _layers(specimen: Specimen) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        title, name = _network()
        every = st.toggle("all layers", key="network_all", bind="query-params")
    found = _measured(name)
    side = NETWORKS[name].input_px if name else INPUT_PX
    shown = [layer for layer in found if every or layer.kind in MAIN or layer.multiplications]
    st.dataframe(
        {
            "Layer": ["input", *(_called(found, layer.name, name) for layer in shown)],
            "Kind": ["", *(layer.kind for layer in shown)],
            "Window": ["", *(layer.window for layer in shown)],
            "Output": [f"{side} × {side} × 3", *(_shape(layer) for layer in shown)],
            "Parameters": [0, *(layer.parameters for layer in shown)],
            "Multiplications": [0, *(layer.multiplications for layer in shown)],
            "Receptive field": ["1", *(_seen(layer.field) for layer in shown)],
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


def _network() -> tuple[str, str]:
    """Title and key of the network that is measured; the key of the talk's is empty."""
    titles = {TALK: ""} | {entry.title: name for name, entry in NETWORKS.items()}
    title = st.selectbox("Network", list(titles), key="network_name", bind="query-params", width=260)
    return title, titles[title]


def _work(specimen: Specimen) -> None:
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


def _seen(field: Field) -> str:
    return "everything" if np.isinf(field.size) else f"{field.size:g}"


@st.cache_data(max_entries=32, show_spinner="Building the network")
def _measured(name: str) -> tuple[Layer, ...]:
    return layers_of(*_maker(name))


def _maker(name: str) -> tuple[Callable[[], nn.Module], int]:
    """What makes a network, and the side of its input."""
    return (NETWORKS[name].create, NETWORKS[name].input_px) if name else (alexnet_2012, INPUT_PX)


# ---- the maps of one nodule ----------------------------------------------------------------------------------------


def _maps(specimen: Specimen) -> None:
    network = seen(specimen)
    card, body = network.classifier.card, network.classifier.parts["body"]
    st.caption(f"{card.title}.")
    names = list(convolutions(body))
    layer = st.slider("Layer (convolution)", 1, len(names), len(names) // 2, key="network_conv", bind="query-params")
    name = names[layer - 1]
    maps = _answer(network, name)
    count, height, width = maps.shape
    with st.container(horizontal=True):
        number = int(
            st.number_input(f"Map (of {count})", 1, count, 1, key="network_map", bind="query-params", width=150)
        )
        row = _cell(f"Cell: row (of {height})", height, f"network_row_{height}")
        column = _cell(f"column (of {width})", width, f"network_column_{width}")
    alt = f"Maps 1 to {min(count, MOST_MAPS)} of layer {name}; a click chooses one"
    pick_map(maps[:MOST_MAPS], number - 1, "network-mosaic", alt, _choose_map, "map")
    kernel, field = kernel_of(body, name, number - 1), _fields(card.network, card.preparation.input_px)[name]
    columns = st.columns(3)
    with columns[0]:
        st.caption(f"Map {number} and the cell")
        pick_cell(
            maps[number - 1],
            (row, column),
            "network-map",
            "The map; a click chooses a cell",
            _choose_cell(height, width),
        )
    with columns[1]:
        strongest = kernel[np.argsort(-np.abs(kernel).sum(axis=(1, 2)))[:16]]
        part = f", its {len(strongest)} strongest channels" if len(strongest) < len(kernel) else ""
        st.caption(f"Its kernel: {kernel.shape[0]} × {kernel.shape[1]} × {kernel.shape[2]}{part}")
        chart(mosaic(strongest, 4, height=230).update_traces(showscale=False), "network-kernel", "Its kernel")
    with columns[2]:
        st.caption("What the cell sees of the picture")
        side = network.crop.pixels.shape[0]
        left, right = np.clip(field.span(column), 0, side)
        top, bottom = np.clip(field.span(row), 0, side)
        centre = field.start + field.jump * column, field.start + field.jump * row
        shown = still(network.crop.pixels, (left, top, right, bottom), centre)
        show_picture(shown, width=230, alt="Its receptive field outlined on the picture, its centre ringed")
    formula(
        rf"\text{{centre}} = {field.start:g} + "
        rf"{field.jump}\cdot {column} = {field.start + field.jump * column:g}\ \text{{px}}",
        f"Layer {name}.",
        f"The cell sees a field of {_seen(field)} pixels a side; the next cell one {field.jump} pixels further.",
    )
    corner = partial(matrix, maps[number - 1][:16, :16], "Its first 16 rows and columns")
    fold("The map as a table", "network_map_table", corner)
    show_code(maps_at, kernel_of, Field.span)


def _cell(label: str, length: int, key: str) -> int:
    return int(st.number_input(label, 1, length, (length + 1) // 2, key=key, bind="query-params", width=170)) - 1


def _choose_map(index: int) -> None:
    st.session_state["network_map"] = index + 1


def _choose_cell(height: int, width: int) -> Callable[[int, int], None]:
    def choose(row: int, column: int) -> None:
        st.session_state[f"network_row_{height}"] = row + 1
        st.session_state[f"network_column_{width}"] = column + 1

    return choose


@remembered()
def _answer(network: Seen, name: str) -> Array:
    inputs = normalise(network.crop.pixels, network.classifier.card.preparation)
    return maps_at(network.classifier.parts["body"], name, inputs)


@st.cache_data(max_entries=8, show_spinner=False)
def _fields(name: str, input_px: int) -> dict[str, Field]:
    """Fields by layer of a network's body."""
    found = layers_of(lambda: build(name, pretrained=False)["body"], input_px)
    return {layer.name: layer.field for layer in found}


# ---- the features of many nodules ----------------------------------------------------------------------------------


def _features(specimen: Specimen) -> None:
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
    st.caption("Simulated nodules, networks that saw ImageNet only: even so the classes lie apart to some degree.")
    show_code(embed)


@st.cache_data(max_entries=8, show_spinner=False)
def _embedded(name: str, _features: Array) -> tuple[np.ndarray, tuple[float, float]]:
    return embed(_features)


# ---- the talk's features -------------------------------------------------------------------------------------------


def _talk(specimen: Specimen) -> None:
    layer = st.segmented_control(
        "Layer", list(TABLES), default="FC6", key="network_talk", bind="query-params", required=True
    )
    part = TABLES[layer]
    values = part.corner
    rows = [str(part.first + k) for k in range(len(values))]
    st.dataframe(
        pd.DataFrame(values, rows, [str(k + 1) for k in range(values.shape[1])]).style.format(precision=4),
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


STEPS = {
    "Layer by layer": Stage(
        "Any network, measured while an empty picture runs through it. The first is the talk's table.",
        _layers,
        Question(
            "From layer to layer, what happens to the maps?",
            ("Fewer and larger", "More and smaller", "They stay as they are"),
            1,
            "Place is traded for kind: fewer cells a side, more things that are looked for in each.",
        ),
        ("all",),
    ),
    "Where the work is": Stage(
        "The numbers that are learnt, and the multiplications, layer by layer.",
        _work,
        Question(
            "Full layers hold most of AlexNet's numbers. Where are most of its multiplications?",
            ("In the convolutions", "In the full layers", "In the pooling layers"),
            0,
            "A convolution's few numbers are used again at every place of the map; a full layer's once.",
        ),
        ("layer",),
    ),
    "Maps of this nodule": Stage(
        "What each layer of the diagnosing network makes of it. Click one of a layer's maps, then a cell of it.",
        _maps,
        Question(
            "A cell of AlexNet's last pooled map looks at 195 of 227 pixels a side. Why is its hot spot only a hint?",
            (
                "Because the map was computed in single precision.",
                "Because one cell answers for almost the whole picture, and its neighbour for almost the same.",
                "Because pooling has learned nothing.",
            ),
            1,
            "Fields of neighbouring cells overlap almost wholly: a map of 6 × 6 cells says roughly where, never "
            "exactly.",
        ),
        ("conv", "map", "row", "column"),
    ),
    "The talk's features": Stage(
        "One row an image, one column a feature: the beginning of the talk's own tables.",
        _talk,
        Question(
            "Each of 594 images has 4096 features. What is a classifier on such a table in danger of?",
            ("Having too little to go by", "Learning the images by heart", "Nothing: more numbers are better"),
            1,
            "With more columns than rows there is always a way to put every image on its right side, whatever its "
            "label says. Only images left out tell whether anything was learnt (chapter 4, chapter 10).",
        ),
        ("talk",),
    ),
    "Many nodules": Stage(
        "The averaged last maps are the features: one row a nodule, as in the talk, of 240 simulated ones.",
        _features,
        Question(
            "No class was told when the plane was computed, and still the classes lie apart somewhat. Why?",
            (
                "The networks had seen these nodules before.",
                "What differs most between nodules has to do with what they are.",
                "The plane was turned until they did.",
            ),
            1,
            "Dark, spiky, bright with foci: such things move many features at once, and go with the class.",
        ),
        ("bank", "first"),
    ),
}

CHAPTER = Chapter(
    number=9,
    slug="network",
    title="A whole network",
    talk=Place(Part.DEEP, "Feature extraction: overall process, AlexNet"),
    sentences=(
        "Layer behind layer the picture gets smaller and deeper, until it is one row of features.",
        "Every number in this chapter is measured on the running network; none is typed in.",
    ),
    draw=draw,
)
