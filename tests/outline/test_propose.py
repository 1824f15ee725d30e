"""The shipped outline network on simulated frames of seeds it never saw, and on what users do."""

from __future__ import annotations

import hashlib
import shutil
from pathlib import Path

import numpy as np
import pytest

from sera_core.contracts import BadInput, Box, GreyImage, Outline
from sera_core.diagnosis import outlined
from sera_core.outline import panes, propose, within
from sera_core.outline.card import CARD, FOLDER, WEIGHTS, load, read_card
from sera_core.outline.propose import CONFIDENCE_CUT
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.render import Frame, render
from sera_core.simulate.screen import Calliper, draw_calliper
from sera_core.simulate.wide import draw_wide, without_nodule

SEED = 5_000_000  # far from those of training and test


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    made = [render(draw_wide(centre, SEED + k + 10 * n)) for k, centre in enumerate(CENTRES.values()) for n in range(3)]
    return made + [render(any_cohort(name, 1, SEED + n)[0]) for name in CENTRES for n in range(3)]


@pytest.fixture(scope="module")
def proposed(frames: list[Frame]) -> list[Outline | None]:
    return [propose(frame.image) for frame in frames]


def iou(found: Outline | None, frame: Frame) -> float:
    return found.box.overlap(frame.box) if found else 0.0


def test_most_nodules_are_found_and_a_hit_is_surer_than_a_miss(
    frames: list[Frame], proposed: list[Outline | None]
) -> None:
    got = np.array([iou(one, frame) for one, frame in zip(proposed, frames, strict=True)])
    assert got.mean() > 0.6
    assert (got > 0.5).mean() > 0.7
    for one, frame in zip(proposed, frames, strict=True):
        if one is None:
            continue
        assert one.source == "network"
        assert one.mask.shape == frame.image.shape
        assert one.box == Box.around(one.mask)
        assert read_card().least <= one.confidence <= 1


def test_the_same_frame_has_the_same_outline(frames: list[Frame], proposed: list[Outline | None]) -> None:
    first = next(k for k, one in enumerate(proposed) if one)
    again, one = propose(frames[first].image), proposed[first]
    assert again is not None
    assert one is not None
    assert (again.mask == one.mask).all()


def test_the_polygon_runs_around_the_mask(proposed: list[Outline | None]) -> None:
    from skimage.draw import polygon2mask

    for one in filter(None, proposed):
        corners = np.array(one.polygon)
        inside = polygon2mask(one.mask.shape, corners[:, ::-1] - 0.5)
        assert 2 * (inside & one.mask).sum() / (inside.sum() + one.mask.sum()) > 0.95


def test_a_box_that_is_off_comes_nearer_and_an_exact_one_stays(frames: list[Frame]) -> None:
    generator = np.random.default_rng(0)
    exact, before, after = [], [], []
    for frame in frames:
        found = propose(frame.image, frame.box)
        exact.append(iou(found, frame))
        box = frame.box
        off = 0.2 * generator.choice((-1, 1), 4)
        given = Box(
            round(box.x + off[0] * box.width),
            round(box.y + off[1] * box.height),
            round(box.width * (1 + off[2] - off[0])),
            round(box.height * (1 + off[3] - off[1])),
        ).clipped(*frame.image.shape)
        before.append(given.overlap(box))
        found = propose(frame.image, given)
        after.append(iou(found, frame))
        assert found is not None
        assert found.source == "box"
    assert np.mean(exact) > 0.8
    assert np.mean(after) > np.mean(before) + 0.1


def test_the_outline_is_drawn_inside_the_box_that_a_user_drew(frames: list[Frame]) -> None:
    for frame in frames[::4]:
        box = frame.box
        shifted = Box(box.x + box.width // 3, box.y, box.width, box.height).clipped(*frame.image.shape)
        found = outlined(frame.image, shifted)
        assert found is not None
        outside = found.mask.copy()
        outside[shifted.y : shifted.y + shifted.height, shifted.x : shifted.x + shifted.width] = False
        assert not outside.any()
        assert found.box == Box.around(found.mask)


def test_of_an_outline_that_a_box_cuts_the_largest_part_is_kept_and_of_none_the_ellipse() -> None:
    mask = np.zeros((60, 90), bool)
    mask[10:50, 10:30] = mask[10:20, 10:80] = mask[10:40, 70:80] = True  # an arch on two legs
    arch = Outline(mask, Box.around(mask), 0.8, "box")
    legs = within(arch, Box(5, 25, 80, 30))
    assert legs.box == Box(10, 25, 20, 25)
    assert (legs.mask == mask & (np.arange(90) < 40) & (np.arange(60)[:, None] >= 25)).all()
    assert legs.confidence == CONFIDENCE_CUT  # the box holds half of what was outlined
    assert within(arch, Box(5, 12, 80, 40)).confidence == 0.8
    nothing = within(arch, Box(35, 25, 30, 30))
    assert nothing.confidence == 0
    assert nothing.box == Box(35, 25, 30, 30)


def test_a_click_outlines_what_was_clicked(frames: list[Frame]) -> None:
    got = []
    for frame in frames:
        x, y = (round(part) for part in frame.box.centre)
        found = propose(frame.image, (x, y))
        got.append(iou(found, frame))
        assert found is None or found.source == "click"
    assert np.mean(got) > 0.65


def test_the_marks_of_a_depth_scale_beside_the_picture_measure_no_nodule(frames: list[Frame]) -> None:
    """On DDTI's 611_2 the 0 and the 5 of the scale were taken for callipers, and the black margin for a nodule."""
    pixels = np.round(np.pad(frames[0].image.pixels, ((0, 0), (120, 0))) * 255).astype(np.uint8)
    plain = propose(GreyImage(pixels.astype(np.float32) / 255))
    draw_calliper(pixels, Calliper(((40, 40), (40, pixels.shape[0] - 40)), arm=5))
    found = propose(GreyImage(pixels.astype(np.float32) / 255))
    assert plain is not None
    assert found is not None
    assert found.source == "network"
    assert found.box.overlap(plain.box) > 0.8


def test_callipers_say_where_to_look(frames: list[Frame]) -> None:
    got = []
    for frame in frames[:8]:
        pixels = np.round(frame.image.pixels * 255).astype(np.uint8)
        x, y = frame.box.centre
        box = frame.box
        draw_calliper(pixels, Calliper(((box.x, round(y)), (box.x + box.width, round(y))), arm=5))
        draw_calliper(pixels, Calliper(((round(x), box.y), (round(x), box.y + box.height)), arm=5))
        found = propose(GreyImage(pixels.astype(np.float32) / 255))
        got.append((found is not None and found.source == "callipers", iou(found, frame)))
    assert np.mean([by for by, _ in got]) >= 0.75
    assert np.mean([overlap_ for _, overlap_ in got]) > 0.75


def test_a_click_beside_the_nodule_is_not_answered_with_the_nodule(frames: list[Frame]) -> None:
    for frame in frames:
        height, width = frame.image.shape
        corner = (5 if frame.box.centre[0] > width / 2 else width - 6, height - 6)
        found = propose(frame.image, corner)
        assert found is None or found.box.contains(Box(*corner, 1, 1))


def test_a_click_in_a_pane_is_answered_in_that_pane(frames: list[Frame]) -> None:
    left, right = frames[0], frames[12]
    screen = GreyImage(np.hstack([left.image.pixels, right.image.pixels]))
    assert len(panes(screen)) == 2
    x, y = (round(part) for part in right.box.centre)
    found = propose(screen, (448 + x, y))
    assert found is not None
    assert found.box.x >= 448


def test_necks_without_a_nodule_are_mostly_left_alone() -> None:
    bare = [without_nodule(draw_wide(centre, SEED + 100 + n)) for centre in CENTRES.values() for n in range(3)]
    alarms = [propose(GreyImage(pixels)) is not None for pixels in bare]
    assert np.mean(alarms) <= 0.4


def test_a_box_on_nothing_gets_its_ellipse_and_one_beside_the_frame_is_refused() -> None:
    empty = GreyImage(np.zeros((300, 400), np.float32))
    assert propose(empty) is None
    found = propose(empty, Box(100, 80, 120, 60))
    assert found is not None
    if found.confidence == 0:
        assert found.box.as_list() == [100, 80, 120, 60]
        assert found.mask.sum() == pytest.approx(np.pi * 60 * 30, rel=0.02)
    with pytest.raises(BadInput, match="outside"):
        propose(empty, Box(900, 10, 20, 20))


def test_a_large_frame_is_outlined_at_its_own_size(frames: list[Frame]) -> None:
    frame = frames[0]
    large = GreyImage(np.kron(frame.image.pixels, np.ones((4, 4), np.float32)))
    found = propose(large, Box(4 * frame.box.x, 4 * frame.box.y, 4 * frame.box.width, 4 * frame.box.height))
    assert found is not None
    assert found.mask.shape == large.shape
    small = propose(frame.image, frame.box)
    assert small is not None
    assert Box(*(round(part / 4) for part in found.box.as_list())).overlap(small.box) > 0.8


def test_weights_and_card_belong_together(tmp_path: Path) -> None:
    card = read_card()
    assert hashlib.sha256((FOLDER / WEIGHTS).read_bytes()).hexdigest() == card.sha256
    assert (FOLDER / WEIGHTS).stat().st_size < 20e6
    shutil.copy(FOLDER / CARD, tmp_path)
    (tmp_path / WEIGHTS).write_bytes(b"another file")
    with pytest.raises(BadInput, match="not the file"):
        load(tmp_path)
    (tmp_path / CARD).write_text("{}")
    with pytest.raises(BadInput, match="not valid"):
        load(tmp_path)
