"""Callipers drawn where we know: found, spanned, painted out; and nothing else is taken for one."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageFont

from sera_core.contracts import Box, Grey
from sera_core.outline.callipers import Mark, find_callipers, painted_out, spanned
from sera_core.outline.propose import without_callipers
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import Frame, render
from sera_core.simulate.screen import MARKS, Calliper, draw_calliper, draw_scale, draw_words
from sera_core.simulate.wide import draw_wide


@pytest.fixture(scope="module")
def frames() -> list[Frame]:
    return [render(draw_wide(centre, 50 + k)) for k, centre in enumerate(CENTRES.values())]


def measured(frame: Frame, mark: str, dotted: bool) -> tuple[Grey, list[tuple[float, float]]]:
    """The frame with a calliper along and one across its nodule, and where their ends are."""
    pixels = np.round(frame.image.pixels * 255).astype(np.uint8)
    box = frame.box
    x, y = box.centre
    ends = [(box.x, y), (box.x + box.width, y), (x, box.y), (x, box.y + box.height)]
    whole = [(float(round(a)), float(round(b))) for a, b in ends]
    for pair in (whole[:2], whole[2:]):
        draw_calliper(pixels, Calliper((pair[0], pair[1]), mark, 5, dotted))  # type: ignore[arg-type]
    return pixels.astype(np.float32) / 255, whole


@pytest.mark.parametrize("mark", MARKS)
@pytest.mark.parametrize("dotted", [True, False])
def test_four_marks_are_found_and_span_the_nodule(frames: list[Frame], mark: str, dotted: bool) -> None:
    for frame in frames:
        pixels, ends = measured(frame, mark, dotted)
        found = find_callipers(pixels)
        assert len(found) == 4, frame.centre
        for x, y in ends:
            assert min(np.hypot(m.x - x, m.y - y) for m in found) <= 1.5
        box = spanned(found, frame.image.shape)
        assert box is not None
        assert box.overlap(frame.box) > 0.85


def test_without_callipers_nothing_is_found_and_nothing_is_painted(frames: list[Frame]) -> None:
    for frame in frames:
        assert find_callipers(frame.image.pixels) == ()
        assert without_callipers(frame.image.pixels) is frame.image.pixels


def test_painting_out_brings_the_frame_back(frames: list[Frame]) -> None:
    for frame in frames:
        pixels, _ = measured(frame, "plus", True)
        clean = painted_out(pixels, find_callipers(pixels))
        drawn = pixels != frame.image.pixels
        assert (
            np.abs(clean - frame.image.pixels)[drawn].mean() < 0.25 * np.abs(pixels - frame.image.pixels)[drawn].mean()
        )
        assert find_callipers(clean) == ()
        assert (clean != pixels).mean() < 0.01, "the rest stays as it is"


def test_scales_and_words_are_no_callipers(frames: list[Frame]) -> None:
    for frame in frames:
        pixels = np.round(frame.image.pixels * 255).astype(np.uint8)
        draw_scale(pixels, 20, right=True)
        draw_words(pixels, "FR 24 2D", (20, 400), 14)
        found = find_callipers(pixels.astype(np.float32) / 255)
        assert spanned(found, frame.image.shape) is None


@pytest.mark.parametrize("size", [18, 20, 24])
def test_crossing_strokes_of_letters_are_no_callipers(size: int) -> None:
    """The T of this word at the foot of a breast frame was taken for two callipers, and an outline drawn on it."""
    picture = Image.new("L", (400, 300), 50)
    ImageDraw.Draw(picture).text((150, 250), "LEFT BREAST", fill=255, font=ImageFont.load_default(size))
    assert find_callipers(np.asarray(picture, np.float32) / 255) == ()


def test_one_calliper_spans_a_box_of_its_length() -> None:
    box = spanned((Mark(100, 60, 5), Mark(180, 60, 5)), (200, 300))
    assert box is not None
    assert (box.width, box.height) == (80, 56), "0.7 times the length is the least height"
    assert box.centre == (140, 60)


@pytest.mark.parametrize("count", [0, 1, 5, 6])
def test_too_few_or_too_many_marks_span_nothing(count: int) -> None:
    assert spanned(tuple(Mark(20 * k + 20, 30 + 5 * k, 5) for k in range(count)), (200, 300)) is None


def test_the_box_of_a_mask_is_the_smallest_that_holds_it() -> None:
    mask = np.zeros((20, 30), bool)
    mask[4:9, 7:20] = True
    assert Box.around(mask).as_list() == [7, 4, 13, 5]


def test_callipers_of_a_large_frame_are_found_and_painted_at_its_own_size(frames: list[Frame]) -> None:
    pixels, _ = measured(frames[0], "plus", False)
    large = np.kron(pixels, np.ones((2, 2), np.float32))
    clean = without_callipers(large)
    assert clean.shape == large.shape
    drawn = large != np.kron(frames[0].image.pixels, np.ones((2, 2), np.float32))
    assert clean[drawn].mean() < 0.5 * large[drawn].mean()
