"""Figures of the lessons: what must be seen is seen."""

from __future__ import annotations

import numpy as np

from sera_core.figures import palette, texture
from sera_core.figures.maps import chain, strip
from sera_core.lessons.window import Window


def test_every_cell_of_a_chain_has_an_edge_also_where_it_is_zero() -> None:
    figure = chain({"x": np.array([[1.0], [0.0]]), "α(Ax + b)": np.array([[0.0], [2.0]])})
    edges = {(shape.x0, shape.y0, shape.x1, shape.y1) for shape in figure.layout.shapes}
    cells = {(column - 0.5, row - 0.5, column + 0.5, row + 0.5) for row in (0, 1) for column in (0, 2)}
    assert edges == cells
    assert {shape.line.color for shape in figure.layout.shapes} == {palette.UNSURE}
    assert all(shape.line.width for shape in figure.layout.shapes)


def test_the_strip_marks_what_is_never_seen() -> None:
    bars = strip(7, Window(2, 3, 1)).data[0]  # padded to 9: places at 0, 3 and 6
    assert "".join(kind[0] for kind in bars.customdata) == "pcnccnccn"
    assert bars.marker.color[2] == palette.MALIGNANT


def test_a_difference_of_nothing_is_still_a_picture() -> None:
    grey = np.zeros((6, 4), np.float32)
    edge = texture.restored(grey, grey).layout.shapes[0]
    assert (edge.x0, edge.x1, edge.y0, edge.y1) == (-0.5, 3.5, -0.5, 5.5)
    assert edge.xref == "x3"
    assert edge.line.color == palette.UNSURE


def test_a_nodule_keeps_its_shape() -> None:
    grey, levels = np.zeros((80, 60), np.float32), np.zeros((8, 8), int)
    bands = {name: np.ones((4, 4)) for name in ("LL", "LH", "HL", "HH")}
    figures = (
        texture.framed(grey, 4, 4, 8),
        texture.levels(levels, 4),
        texture.matrices({"horizontal": levels}, levels),
        texture.bands(bands, [], (0, 0)),
        texture.restored(grey, grey),
    )
    for figure in figures:
        for axis in figure.select_yaxes():
            assert axis.scaleanchor == (axis.anchor or "x")
            assert axis.scaleratio in (None, 1)
