"""Wide frames of small nodules, necks without one, and what a scanner writes on a frame."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import pixels, render
from sera_core.simulate.screen import Calliper, calliper_pair, draw_calliper, scribble
from sera_core.simulate.wide import APERTURE_MM, LARGEST_MM, draw_wide, without_nodule


def test_nodules_are_small_and_views_wide_and_the_mask_is_as_large_as_said() -> None:
    cases = [draw_wide(centre, seed) for centre in CENTRES.values() for seed in range(30)]
    sizes = np.array([case.nodule.size_mm for case in cases])
    assert sizes.min() >= 3
    assert sizes.max() <= LARGEST_MM
    assert 5 < np.median(sizes) < 9, "drawn evenly on a logarithmic scale: the median is sqrt(3 x 15)"
    apertures = np.array([case.scanner.aperture_mm for case in cases])
    assert apertures.min() >= APERTURE_MM[0]
    assert apertures.max() <= APERTURE_MM[1]
    for case in cases[::20]:
        frame = render(case)
        longest = max(frame.box.width, frame.box.height) * case.scanner.mm_per_px
        assert longest == pytest.approx(case.nodule.size_mm, abs=2.5 * case.scanner.mm_per_px)


def test_the_same_neck_without_its_nodule_differs_only_at_and_behind_it() -> None:
    for name, centre in CENTRES.items():
        case = draw_wide(centre, 200)
        frame, bare = render(case), without_nodule(case)
        whole = pixels(case)
        if case.second is not None:  # the bystander goes as well
            continue
        changed = np.abs(bare - whole) > 0.02
        box = frame.box
        reach = 40
        rows, columns = np.nonzero(changed)
        assert changed[frame.mask].any(), name
        assert columns.min() > box.x - reach
        assert columns.max() < box.x + box.width + reach
        assert rows.min() > box.y - reach


def test_a_calliper_touches_its_ends_and_little_else() -> None:
    dark = np.zeros((200, 300), np.uint8)
    draw_calliper(dark, Calliper(((50, 60), (170, 90)), "plus", 5, dotted=True))
    lit = dark > 0
    assert lit[60, 45:56].all()
    assert lit[85:96, 170].all()
    y, x = np.nonzero(lit)
    assert (x.min(), x.max(), y.min(), y.max()) == (45, 175, 55, 95)
    assert lit.sum() < 100


def test_readers_lay_callipers_at_the_edge_of_the_nodule() -> None:
    y, x = np.mgrid[:300, :400]
    mask = ((x - 210) / 90) ** 2 + ((y - 140) / 50) ** 2 < 1
    across, down = calliper_pair(mask, np.random.default_rng(0))
    assert across.length == pytest.approx(180, abs=20)
    assert down.length == pytest.approx(100, abs=20)


def test_scribbles_are_of_a_kind_and_a_seed() -> None:
    grey = np.full((200, 300), 60, np.uint8)
    drawn = [grey.copy() for _ in range(2)]
    for pixels_ in drawn:
        scribble(pixels_, np.random.default_rng(4))
    assert (drawn[0] == drawn[1]).all()
    shares = []
    for seed in range(60):
        one = grey.copy()
        scribble(one, np.random.default_rng(seed))
        shares.append((one != grey).mean())
    assert 0.3 < np.mean(np.array(shares) > 0) < 0.8, "now and then, not always"
    assert max(shares) < 0.1
