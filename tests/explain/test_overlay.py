"""Pixels of the overlay."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image

from sera_core.contracts import Box, CamMethod, Heatmap
from sera_core.explain.overlay import as_rgb, colours, on_frame, overlay, png


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
