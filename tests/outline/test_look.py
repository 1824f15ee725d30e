"""Geometry of the network's view, hints as maps, and panes; against brute force."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest

from sera_core.contracts import Box, GreyImage, ScaledRegion
from sera_core.outline.hint import TRUST, box_map, box_odds, click_map
from sera_core.outline.look import SHAPE, Window
from sera_core.outline.panes import panes
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import render
from sera_core.simulate.wide import draw_wide


def test_a_box_covers_pixels_by_their_share() -> None:
    edges = (2.25, 1.5, 6.75, 4.0)
    fine = np.zeros((80, 120))
    left, top, right, bottom = (int(10 * edge) for edge in edges)
    fine[top:bottom, left:right] = 1
    by_counting = fine.reshape(8, 10, 12, 10).mean((1, 3))
    assert np.abs(box_map((8, 12), *edges) - by_counting).max() < 0.051, "a tenth of a pixel is the ruler's mark"


def test_the_odds_of_a_box_are_even_on_the_ellipse_in_it() -> None:
    odds = box_odds((60, 80), 10, 20, 70, 50)
    y, x = np.mgrid[:60, :80] + 0.5
    ellipse = ((x - 40) / 30) ** 2 + ((y - 35) / 15) ** 2 < 1
    assert ((odds > 0) == ellipse).all()
    assert odds[34:36, 39:41].mean() > 0.9 * TRUST


def test_a_click_is_brightest_where_it_was_made() -> None:
    clicked = click_map((40, 60), 31, 12)
    assert np.unravel_index(clicked.argmax(), clicked.shape) in ((12, 31), (12, 30), (11, 31), (11, 30))


@pytest.mark.parametrize("box", [Box(0, 0, 448, 448), Box(30, 10, 300, 90), Box(5, 40, 60, 200), Box(9, 9, 500, 315)])
def test_what_is_seen_comes_back_to_its_place(box: Box) -> None:
    shape = (460, 520)
    y, x = np.mgrid[: shape[0], : shape[1]] + 0.5
    cx, cy = box.centre
    blob = (((x - cx) / (0.3 * box.width)) ** 2 + ((y - cy) / (0.3 * box.height)) ** 2 < 1).astype(np.float32)
    window = Window.of(box)
    seen = window.seen(blob)
    half = seen.reshape(SHAPE[0] // 2, 2, SHAPE[1] // 2, 2).mean((1, 3))
    back = window.back(half, shape) > 0.5
    there = blob > 0.5
    assert 2 * (back & there).sum() / (back.sum() + there.sum()) > 0.95
    hint = window.told(
        Box(round(cx - 0.3 * box.width), round(cy - 0.3 * box.height), round(0.6 * box.width), round(0.6 * box.height))
    )
    assert hint[seen > 0.5].mean() > 0.97, "box and picture lie on each other"


def test_two_pictures_side_by_side_are_two_panes_parted_at_the_seam() -> None:
    frames = [render(draw_wide(centre, 70 + k)).image.pixels for k, centre in enumerate(CENTRES.values())]
    for left, right in pairwise(frames):
        screen = np.hstack([left[:300, 60:360], right[:300, 60:390]])
        found = panes(GreyImage(screen))
        assert [pane.as_list() for pane in found] == [[0, 0, 300, 300], [300, 0, 330, 300]]


def test_a_single_picture_is_one_pane_also_with_black_beside_it() -> None:
    for k, centre in enumerate(CENTRES.values()):
        pixels = render(draw_wide(centre, 80 + k)).image.pixels
        assert panes(GreyImage(pixels)) == (Box(0, 0, 448, 448),)
        bordered = np.hstack([pixels, np.zeros((448, 300), np.float32)])
        assert len(panes(GreyImage(bordered))) == 1


def test_regions_of_a_file_are_its_panes() -> None:
    image = GreyImage(
        np.random.default_rng(0).random((300, 700), np.float32),
        regions=(ScaledRegion(Box(360, 10, 300, 250), (0.1, 0.1)), ScaledRegion(Box(20, 10, 300, 250), (0.1, 0.1))),
    )
    assert [pane.x for pane in panes(image)] == [20, 360]
