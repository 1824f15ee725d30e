"""The talk's tables of features, as far as they are shown."""

from __future__ import annotations

from sera_core.lessons.alexnet import alexnet_2012
from sera_core.lessons.talk import TABLES


def test_each_table_is_as_wide_as_its_layer() -> None:
    network = alexnet_2012()
    for name, table in TABLES.items():
        assert table.width == network.get_submodule(name.lower()).out_features
        assert table.corner.shape == (11, 8)


def test_the_corners_are_those_of_the_slides() -> None:
    """First and last number, and one whose sign changes within its column."""
    corner = {name: table.corner for name, table in TABLES.items()}
    assert (corner["FC6"][0, 0], corner["FC6"][1, 5], corner["FC6"][10, 7]) == (-10.0524, 3.6560, -7.1333)
    assert (corner["FC7"][0, 0], corner["FC7"][2, 2], corner["FC7"][10, 7]) == (-4.6883, -0.4551, 0.4930)
    assert (corner["FC8"][0, 0], corner["FC8"][1, 0], corner["FC8"][10, 7]) == (0.6772, -0.1629, -2.8330)
