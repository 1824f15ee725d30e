"""Changes that show what an answer rests on."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.study.robust import MOVED_BY, RESTS_ON
from tests.drawn import frames

FRAME = frames(1)[0]


def random() -> np.random.Generator:
    return np.random.default_rng(0)


def test_a_square_of_the_nodules_size_hides_all_of_it_and_nothing_far_from_it() -> None:
    hidden = RESTS_ON["square blacked out"](FRAME, random())
    box, side = FRAME.box, max(FRAME.box.width, FRAME.box.height)
    assert not hidden.pixels[box.y : box.y + box.height, box.x : box.x + box.width].any()
    assert (hidden.pixels != FRAME.pixels).sum() <= (side + 1) ** 2


def test_blurring_stops_at_the_outline() -> None:
    around, inside = (RESTS_ON[name](FRAME, random()) for name in ("surroundings blurred", "nodule blurred"))
    np.testing.assert_array_equal(around.pixels[FRAME.mask], FRAME.pixels[FRAME.mask])
    np.testing.assert_array_equal(inside.pixels[~FRAME.mask], FRAME.pixels[~FRAME.mask])
    assert around.pixels[~FRAME.mask].std() < FRAME.pixels[~FRAME.mask].std()
    assert inside.pixels[FRAME.mask].std() < FRAME.pixels[FRAME.mask].std()


@pytest.mark.parametrize(("name", "share"), [("box 15 % off", 0.15), ("box 10 % off", 0.1)])
def test_edges_move_by_no_more_than_is_said(name: str, share: float) -> None:
    change = (RESTS_ON | MOVED_BY)[name]
    box = FRAME.box
    for seed in range(20):
        off = change(FRAME, np.random.default_rng(seed)).box
        assert abs(off.x - box.x) <= share * box.width + 1
        assert abs(off.x + off.width - box.x - box.width) <= share * box.width + 1
        assert abs(off.y - box.y) <= share * box.height + 1


@pytest.mark.parametrize("name", MOVED_BY)
def test_a_changed_picture_keeps_its_nodule_in_the_box(name: str) -> None:
    changed = MOVED_BY[name](FRAME, random())
    scale = changed.levels.shape[0] / FRAME.levels.shape[0]
    assert changed.box.width == pytest.approx(scale * FRAME.box.width, rel=0.25)
    assert 0 <= changed.pixels.min() <= changed.pixels.max() <= 1
