"""Framing: where the window lies, what lands in it, and that pixels can be carried back to the frame."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from skimage.transform import resize

from sera_core.contracts import BadInput, Box
from sera_core.images.prepare import Crop, Framing, Preparation, normalise, prepare, window

FRAMINGS: tuple[Framing, ...] = ("square", "letterbox", "stretch", "frame")


def how(framing: Framing, padding: float = 1.5, input_px: int = 64) -> Preparation:
    return Preparation(input_px, framing, padding, 0.5, 0.5)


def smooth(height: int = 200, width: int = 320) -> np.ndarray:
    """Grey rises linearly to the right and downwards: a position can be read off its value."""
    row, column = np.mgrid[:height, :width]
    return (0.25 + 0.5 * column / width + 0.25 * row / height).astype(np.float32)


def spot(x: int, y: int, height: int = 200, width: int = 320) -> np.ndarray:
    pixels = np.zeros((height, width), np.float32)
    pixels[y - 3 : y + 4, x - 3 : x + 4] = 1
    return pixels


def centre_of_mass(crop: Crop) -> tuple[float, float]:
    """Bright spot of the crop carried back to the frame through the crop's box, as (x, y)."""
    rows, columns = np.mgrid[: crop.pixels.shape[0], : crop.pixels.shape[1]] + 0.5
    mass = crop.pixels.sum()
    x = float((columns * crop.pixels).sum() / mass) * crop.box.width / crop.pixels.shape[1] + crop.box.x
    y = float((rows * crop.pixels).sum() / mass) * crop.box.height / crop.pixels.shape[0] + crop.box.y
    return x, y


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("box", [Box(140, 80, 40, 30), Box(10, 5, 60, 25), Box(260, 120, 50, 75)])
def test_crop_box_carries_pixels_back_to_the_frame(framing: Framing, box: Box) -> None:
    x, y = round(box.centre[0]), round(box.centre[1])
    crop = prepare(spot(x, y), box, how(framing))
    assert centre_of_mass(crop) == pytest.approx((x + 0.5, y + 0.5), abs=2.0)
    assert crop.pixels.shape == (64, 64)
    assert crop.pixels.dtype == np.float32


def test_square_window_is_pushed_inside_and_keeps_its_side() -> None:
    inside = window((200, 320), Box(100, 80, 40, 20), "square", 2.0)
    assert inside == Box(80, 50, 80, 80)
    assert window((200, 320), Box(0, 0, 40, 20), "square", 2.0) == Box(0, 0, 80, 80)
    assert window((200, 320), Box(300, 190, 20, 10), "square", 4.0) == Box(240, 120, 80, 80)
    assert window((200, 320), Box(100, 80, 150, 20), "square", 2.0) == Box(75, 0, 200, 200)


def test_square_never_cuts_the_box_but_letterboxes() -> None:
    assert window((200, 320), Box(0, 0, 320, 200), "square", 1.1) == Box(0, 0, 320, 200)
    crop = prepare(np.ones((200, 320), np.float32), Box(0, 0, 320, 200), how("square", 1.1, 32))
    assert crop.box == Box(0, -60, 320, 320)
    np.testing.assert_array_equal(crop.pixels[[0, 5, 6, 25, 26, 31], 16], [0, 0, 1, 1, 0, 0])


boxes = st.tuples(st.integers(0, 318), st.integers(0, 198), st.integers(1, 320), st.integers(1, 200))


@settings(max_examples=200, deadline=None)
@given(boxes, st.sampled_from(FRAMINGS), st.floats(0.5, 4.0))
def test_every_window_lies_on_the_frame(corners: tuple[int, int, int, int], framing: Framing, padding: float) -> None:
    box = Box(*corners).clipped(200, 320)
    part = window((200, 320), box, framing, padding)
    assert Box(0, 0, 320, 200).contains(part)
    if framing == "square":
        assert part.contains(box)
        assert part.width == part.height or max(box.width, box.height) > 200
    crop = prepare(smooth(), Box(*corners).clipped(200, 320), how(framing, padding, 16))
    assert crop.pixels.shape == (16, 16)
    assert 0 <= crop.pixels.min() <= crop.pixels.max() <= 1


def test_square_equals_pillow_on_the_same_window() -> None:
    pixels = np.random.default_rng(0).random((200, 320), dtype=np.float32)
    crop = prepare(pixels, Box(100, 80, 40, 20), how("square", 2.0, 32))
    expected = Image.fromarray(pixels).resize((32, 32), Image.Resampling.BILINEAR, box=(80, 50, 160, 130))
    inside = slice(1, -1)  # at the rim Pillow also looks at pixels outside the window
    np.testing.assert_allclose(crop.pixels[inside, inside], np.asarray(expected)[inside, inside], atol=1e-6)


@pytest.mark.parametrize("framing", ["square", "stretch"])
def test_resizing_agrees_with_scikit_image(framing: Framing) -> None:
    """Another library's antialiased bilinear resizing of a smooth frame, away from the rim."""
    box = Box(100, 60, 90, 60)
    crop = prepare(smooth(), box, how(framing, 1.0))
    part = crop.box
    cut = smooth()[part.y : part.y + part.height, part.x : part.x + part.width]
    expected = resize(cut, (64, 64), order=1, anti_aliasing=True)
    np.testing.assert_allclose(crop.pixels[3:-3, 3:-3], expected[3:-3, 3:-3], atol=0.004)


def test_letterbox_keeps_the_aspect_and_fills_with_black() -> None:
    pixels = np.ones((200, 320), np.float32)
    crop = prepare(pixels, Box(100, 80, 100, 50), how("letterbox", 1.0))
    lit = crop.pixels > 0.5
    assert lit.any(axis=1).sum() == 32
    assert lit.any(axis=0).sum() == 64
    assert lit[16:48].all()
    assert crop.box == Box(100, 55, 100, 100)


def test_stretch_fills_the_square_and_frame_ignores_the_box() -> None:
    pixels = np.ones((200, 320), np.float32)
    assert prepare(pixels, Box(100, 80, 100, 50), how("stretch")).pixels.min() == 1
    whole = prepare(smooth(), Box(3, 4, 5, 6), how("frame"))
    np.testing.assert_array_equal(whole.pixels, prepare(smooth(), Box(200, 100, 50, 60), how("frame")).pixels)
    assert (whole.pixels > 0).any(axis=1).sum() == 40  # 64 px wide, 64 * 200 / 320 high


def test_antialiasing_a_fine_pattern_becomes_its_mean() -> None:
    pixels = (np.indices((256, 256)).sum(axis=0) % 2).astype(np.float32)
    crop = prepare(pixels, Box(0, 0, 256, 256), how("square", 1.0, 32))
    np.testing.assert_allclose(crop.pixels[2:-2, 2:-2], 0.5, atol=0.02)


def test_a_box_off_the_frame_is_refused_where_it_cannot_be_pushed_inside() -> None:
    with pytest.raises(BadInput, match="outside the image"):
        prepare(smooth(), Box(400, 10, 20, 20), how("letterbox"))


def test_normalise_repeats_the_grey_level_in_three_channels() -> None:
    crops = np.random.default_rng(1).random((2, 8, 8), dtype=np.float32)
    ready = normalise(crops, Preparation(8, "square", 1.0, 0.4, 0.2))
    assert ready.shape == (2, 3, 8, 8)
    assert ready.dtype == np.float32
    for channel in range(3):
        np.testing.assert_array_equal(ready[:, channel], (crops - np.float32(0.4)) / np.float32(0.2))
    np.testing.assert_array_equal(normalise(crops[0], Preparation(8, "square", 1.0, 0.4, 0.2)), ready[0])


def test_three_numbers_normalise_the_three_channels_each_in_its_own_way() -> None:
    crops = np.random.default_rng(1).random((2, 8, 8), dtype=np.float32)
    mean, std = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
    ready = normalise(crops, Preparation(8, "square", 1.0, mean, std))
    for channel in range(3):
        alone = normalise(crops, Preparation(8, "square", 1.0, mean[channel], std[channel]))
        np.testing.assert_array_equal(ready[:, channel], alone[:, channel])


def test_a_card_may_hold_one_number_or_three() -> None:
    from pydantic import TypeAdapter

    adapter = TypeAdapter(Preparation)
    for level in (0.5, (0.4, 0.5, 0.6)):
        card = Preparation(16, "square", 1.0, level, level)
        assert adapter.validate_json(adapter.dump_json(card)) == card
