"""Pixels of the overlay."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sera_core.contracts import Box, CamMethod, Heatmap
from sera_core.explain.overlay import as_rgb, colours, heat_only, on_frame, overlay, png


def test_opacity_by_hand():
    grey = np.array([[0.0, 1.0]], np.float32)
    values = np.array([[1.0, 0.5]], np.float32)
    table = colours().astype(float)
    np.testing.assert_allclose(overlay(grey, values)[0, 0], 0.6 * table[255], atol=0.51)
    np.testing.assert_allclose(overlay(grey, values)[0, 1], 0.7 * 255 + 0.3 * table[128], atol=0.51)


def test_cold_places_show_the_image_untouched():
    grey = np.random.default_rng(0).random((8, 8), dtype=np.float32)
    np.testing.assert_array_equal(overlay(grey, np.zeros_like(grey)), as_rgb(grey))


def test_heat_scale_grows_in_lightness_only():
    lightness = colours() @ np.array([0.2126, 0.7152, 0.0722])
    assert (np.diff(lightness) > -0.6).all()
    assert lightness[-1] - lightness[0] > 200


def test_on_frame_lays_the_map_where_the_crop_was():
    frame = np.full((60, 80), 0.5, np.float32)
    values = np.ones((10, 10), np.float32)
    inside = on_frame(frame, Heatmap(CamMethod.GRADCAM, values, values, Box(20, 30, 20, 10)))
    assert inside.shape == (60, 80, 3)
    changed = np.argwhere((inside != as_rgb(frame)).any(axis=-1))
    assert (changed.min(axis=0) == (30, 20)).all()
    assert (changed.max(axis=0) == (39, 39)).all()
    over = on_frame(frame, Heatmap(CamMethod.GRADCAM, values, values, Box(-10, -10, 20, 20)))
    assert (np.argwhere((over != as_rgb(frame)).any(axis=-1)).max(axis=0) == (9, 9)).all()


def test_png_round_trip_without_metadata():
    picture = overlay(np.zeros((5, 7), np.float32), np.ones((5, 7), np.float32))
    image = Image.open(io.BytesIO(png(picture)))
    np.testing.assert_array_equal(np.asarray(image), picture)
    assert image.info == {}


BEYOND = np.array([[-0.5, 0.0, 0.25, 0.5], [0.75, 1.0, 1.001, 3.0]], np.float32)  # maps and pictures end at 0 and 1


def _level(value: float) -> int:
    return round(255 * min(max(float(value), 0), 1))


def test_what_lies_beyond_black_white_cold_and_hot_is_cut_off() -> None:
    grey, heat, alone = as_rgb(BEYOND), overlay(np.zeros_like(BEYOND), BEYOND), heat_only(BEYOND)
    table = colours().astype(float)
    for place, value in np.ndenumerate(BEYOND):
        assert grey[place].tolist() == [_level(value)] * 3
        np.testing.assert_allclose(heat[place], 0.6 * min(max(value, 0), 1) * table[_level(value)], atol=0.51)
        assert alone[place].tolist() == [*table[_level(value)], _level(value)]
    assert {picture.dtype for picture in (grey, heat, alone)} == {np.dtype(np.uint8)}


def test_the_heat_scale_is_the_librarys() -> None:
    import matplotlib

    wanted = [[round(255 * part) for part in matplotlib.colormaps["inferno"](i)[:3]] for i in range(256)]
    assert colours().shape == (256, 3)
    np.testing.assert_allclose(colours(), wanted, atol=1)


def test_on_frame_a_coarse_map_is_drawn_smoothly() -> None:
    """From cold on the left to hot on the right, over 40 pixels: no step is larger than a cubic or a square one's."""
    values = np.array([[0.0, 1.0]], np.float32)
    drawn = on_frame(np.zeros((4, 40), np.float32), Heatmap(CamMethod.GRADCAM, values, values, Box(0, 0, 40, 4)))
    line = np.clip((np.arange(40) + 0.5 - 10) / 20, 0, 1)  # straight between the two cells' middles
    np.testing.assert_array_equal(drawn[0], overlay(np.zeros((1, 40), np.float32), np.float32(line[None]))[0])
