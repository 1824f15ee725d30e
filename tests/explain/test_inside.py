"""Heat inside an outline, masks on crops, and maps of several views as one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from sera_core.contracts import Box, CamMethod, Heatmap, Outline
from sera_core.explain import merge as room
from sera_core.explain.inside import fifth_inside, heat_inside, hottest_inside, inside_outline, mask_on_crop
from sera_core.explain.merge import merged


def test_shares_by_hand():
    values = np.array([[0, 1], [3, 0]], np.float32)
    mask = np.array([[False, False], [True, True]])
    assert heat_inside(values, mask) == pytest.approx(0.75)
    assert hottest_inside(values, mask)
    assert not hottest_inside(values, ~mask)
    ramp, left = np.tile(np.arange(10, dtype=np.float32), (10, 1)), np.zeros((10, 10), bool)
    left[:, :9] = True
    assert fifth_inside(ramp, left) == pytest.approx(0.5)  # of the last two columns, one


def test_a_faint_map_lies_somewhere_too() -> None:
    values, mask = np.array([[0, 0.001], [0.003, 0]], np.float32), np.array([[False, False], [True, True]])
    assert heat_inside(values, mask) == pytest.approx(0.75)
    assert hottest_inside(values, mask)


def test_shares_inside_an_outline_are_those_on_the_crop() -> None:
    mask = np.zeros((20, 30), bool)
    mask[4:10, 6:14] = True
    values = np.random.default_rng(3).random((16, 12), dtype=np.float32)
    map_ = Heatmap(CamMethod.GRADCAM, values, values, Box(2, 1, 24, 16))
    heat, area = inside_outline(map_, Outline(mask, 0.9, Box(6, 4, 8, 6), "network"))
    there = [(r, c) for r in range(16) for c in range(12) if mask[int(1 + r + 0.5), int(2 + 2 * (c + 0.5))]]
    assert area == pytest.approx(len(there) / 192)
    assert heat == pytest.approx(sum(values[spot] for spot in there) / values.sum(), rel=1e-5)


def test_a_blank_map_lies_nowhere():
    blank, mask = np.zeros((4, 4), np.float32), np.ones((4, 4), bool)
    assert heat_inside(blank, mask) == fifth_inside(blank, mask) == 0
    assert not hottest_inside(blank, mask)


@pytest.mark.parametrize("place", [Box(2, 1, 4, 4), Box(-2, -2, 6, 6), Box(5, 5, 10, 10), Box(-20, -20, 40, 40)])
def test_a_mask_on_the_crop_is_what_lies_under_each_pixels_middle(place):
    mask = np.random.default_rng(0).random((9, 8)) > 0.5
    found = mask_on_crop(mask, place, (12, 10))
    assert found.shape == (12, 10)
    for (row, column), value in np.ndenumerate(found):
        y, x = place.y + (row + 0.5) * place.height / 12, place.x + (column + 0.5) * place.width / 10
        there = 0 <= y < 9 and 0 <= x < 8
        assert value == (there and mask[int(y), int(x)])


def test_maps_of_several_views_lie_on_each_other_at_their_place_on_the_frame():
    """Brightness itself as the map: crops of one picture, each with its place, add up to the first crop."""
    y, x = np.mgrid[:200, :200]
    frame = np.exp(-((x - 96) ** 2 + (y - 104) ** 2) / 150).astype(np.float32)
    places = [Box(60, 60, 80, 80), Box(56, 64, 72, 72), Box(66, 52, 96, 96)]
    crops = [np.asarray(Image.fromarray(frame).crop((b.x, b.y, b.x + b.width, b.y + b.height))) for b in places]
    raws = [np.asarray(Image.fromarray(crop).resize((64, 64), Image.Resampling.BILINEAR)) for crop in crops]
    found, alone = merged(raws, places, (64, 64)), merged(raws[:1], places[:1], (64, 64))
    np.testing.assert_allclose(found, alone, atol=0.05)
    assert np.hypot(*np.subtract(*(np.unravel_index(one.argmax(), one.shape) for one in (found, alone)))) <= 1


@pytest.mark.parametrize("second", [Box(30, 25, 50, 40), Box(10, 40, 80, 30), Box(26, 20, 31, 64)])
def test_a_ramp_is_the_same_ramp_whichever_part_of_the_frame_it_was_seen_on(second: Box) -> None:
    """Straight lines stay straight: what view two shows of a ramp is the ramp where view one sees it, else 0."""
    first, size = Box(20, 20, 60, 48), (40, 70)

    def ramp(x: np.ndarray, y: np.ndarray) -> np.ndarray:
        return 1 + 0.5 * x + 0.3 * y

    def middles(place: Box, shape: tuple[int, int]) -> tuple[np.ndarray, np.ndarray]:
        rows, columns = np.mgrid[: shape[0], : shape[1]] + 0.5
        return place.x + columns * place.width / shape[1], place.y + rows * place.height / shape[0]

    seen = ramp(*middles(second, (48, 40))).astype(np.float32)
    x, y = middles(first, size)
    found = room._at(seen, second, first, size)
    margin = 2.5  # pixels of the frame: at the rim a view's own cells end
    deep = (np.abs(x - second.x - second.width / 2) < second.width / 2 - margin) & (
        np.abs(y - second.y - second.height / 2) < second.height / 2 - margin
    )
    far = (np.abs(x - second.x - second.width / 2) > second.width / 2 + margin) | (
        np.abs(y - second.y - second.height / 2) > second.height / 2 + margin
    )
    assert found.shape == size
    assert found.dtype == np.float32
    assert deep.sum() > 200
    np.testing.assert_allclose(found[deep], ramp(x, y)[deep], atol=0.025)
    assert not found[far].any()


def test_only_heat_that_most_views_have_is_kept():
    views = np.zeros((3, 8, 8), np.float32)
    views[:2, 2, 2], views[0, 6, 6], views[:2, 2, 6] = 1, 5, -1
    found = merged([*views], [Box(0, 0, 64, 64)] * 3, (64, 64))
    assert found[20, 20] > 0.9
    assert found[48:, 48:].max() == 0  # one view alone
    assert found[:32, 48:].max() == 0  # two against the class


def test_where_most_views_do_not_look_is_no_heat():
    flat = np.ones((8, 8), np.float32)
    flat[3, 3] = 2
    found = merged([flat] * 3, [Box(0, 0, 64, 64), Box(16, 16, 32, 32), Box(16, 16, 32, 32)], (64, 64))
    assert found[18:46, 18:46].min() > 0.4
    assert max(found[:14].max(), found[:, 50:].max()) == 0
