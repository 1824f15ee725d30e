"""The maps that the diagnosing network makes of the nodule under study, and what one cell of them sees."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import numpy as np
import streamlit as st

from sera_core.figures.image import still
from sera_core.figures.maps import mosaic
from sera_core.images.prepare import normalise
from sera_core.lessons.layers import Field, layers_of
from sera_core.lessons.maps import Array, convolutions, kernel_of, maps_at
from sera_core.nets.split import build
from sera_core.ui.cache import remembered
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.canvas.pick import pick_cell, pick_map
from sera_core.ui.learn.chapters.network.layers import seen_by
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Seen, Specimen, seen
from sera_core.ui.learn.show import matrix
from sera_core.ui.picture import show_picture

MOST_MAPS = 32  # of a layer, in the mosaic; the number field reaches all


def show_maps(specimen: Specimen) -> None:
    """What each layer makes of the nodule."""
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
            st.number_input(
                f"Map (of {count}, the first {min(count, MOST_MAPS)} shown)",
                1,
                count,
                1,
                key="network_map",
                bind="query-params",
                width=230,
            )
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
        _show_field(network, field, row, column)
    _say_field(name, field, column, network.crop.pixels.shape[0])
    corner = partial(matrix, maps[number - 1][:16, :16], "Its first 16 rows and columns")
    fold("The map as a table", "network_map_table", corner)
    show_code(maps_at, kernel_of, Field.span)


def _show_field(network: Seen, field: Field, row: int, column: int) -> None:
    """The receptive field of a cell on the picture."""
    side = network.crop.pixels.shape[0]
    left, right = np.clip(field.span(column), 0, side)
    top, bottom = np.clip(field.span(row), 0, side)
    centre = field.start + field.jump * column, field.start + field.jump * row
    shown = still(network.crop.pixels, (left, top, right, bottom), centre)
    show_picture(shown, width=230, alt="Its receptive field outlined on the picture, its centre ringed")


def _say_field(name: str, field: Field, column: int, side: int) -> None:
    """Where a cell's field lies, in a formula and in words."""
    formula(
        rf"\text{{centre}} = {field.start:g} + "
        rf"{field.jump}\cdot {column} = {field.start + field.jump * column:g}\ \text{{px}}",
        f"Layer {name}.",
        f"The cell sees a field of {seen_by(field)} pixels a side; the next cell one {field.jump} pixels further. "
        + ("That is more than the picture has: beyond its edges lies padding. " if field.size > side else "")
        + "The kernel is what the map looks for in the maps before it, one little table for each of them: vermilion "
        "counts for it, blue against it. A table of 1 × 1 only mixes the maps of one place.",
    )


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
