import base64
import io
from dataclasses import replace

import numpy as np
from PIL import Image

from sera_core.contracts import Box
from sera_core.figures import heatmap as figures
from sera_core.figures.image import png_uri
from tests.figures.hand import BOX, hand_made


def decoded(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1]))))


def test_a_picture_survives_the_trip_to_the_browser() -> None:
    grey = np.linspace(0, 1, 60 * 40, dtype=np.float32).reshape(40, 60)
    assert np.abs(decoded(png_uri(grey)) / 255 - grey).max() <= 0.5 / 255 + 1e-6


def test_a_large_picture_is_sent_smaller() -> None:
    assert decoded(png_uri(np.zeros((500, 3000), np.float32), max_side=600)).shape == (100, 600)


def test_the_box_is_drawn_where_it_lies_on_the_crop() -> None:
    heatmap = hand_made().reading.heatmap
    assert heatmap is not None
    # the crop is shown pixel for pixel here, so the box moves by the corner of the crop; pixel edges lie at -0.5
    shape = figures.overlay(heatmap, BOX).layout.shapes[0]
    left, top = BOX.x - heatmap.crop_box.x, BOX.y - heatmap.crop_box.y
    assert (shape.x0, shape.x1) == (left - 0.5, left + BOX.width - 0.5)
    assert (shape.y0, shape.y1) == (top - 0.5, top + BOX.height - 0.5)


def test_the_box_follows_a_crop_that_was_shrunk() -> None:
    heatmap = hand_made().reading.heatmap
    assert heatmap is not None
    half = replace(heatmap, values=heatmap.values[::2, ::2], crop=heatmap.crop[::2, ::2])
    shape = figures.overlay(half, heatmap.crop_box).layout.shapes[0]
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (-0.5, 59.5, -0.5, 59.5)
    quarter = Box(heatmap.crop_box.x, heatmap.crop_box.y + 60, 60, 30)
    shape = figures.overlay(half, quarter).layout.shapes[0]
    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (-0.5, 29.5, 29.5, 44.5)


def test_fidelity_shows_every_place() -> None:
    heatmap = hand_made().reading.heatmap
    assert heatmap is not None
    assert heatmap.fidelity is not None
    (places,) = figures.fidelity(heatmap.fidelity).data
    assert np.allclose(places.x, heatmap.fidelity.heats)
    assert np.allclose(places.y, heatmap.fidelity.falls)
