import base64
import io

import numpy as np
from PIL import Image

from sera_core.figures.fidelity import fidelity
from sera_core.figures.image import jpeg_uri, png_uri
from tests.figures.hand import hand_made


def decoded(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1]))))


def test_a_picture_survives_the_trip_to_the_browser() -> None:
    grey = np.linspace(0, 1, 60 * 40, dtype=np.float32).reshape(40, 60)
    assert np.abs(decoded(png_uri(grey)) / 255 - grey).max() <= 0.5 / 255 + 1e-6


def test_a_large_picture_is_sent_smaller() -> None:
    assert decoded(png_uri(np.zeros((512, 3072), np.float32))).shape == (171, 1024)


def test_a_picture_for_a_glance_is_a_small_jpeg_of_the_same() -> None:
    grey = np.linspace(0, 1, 600 * 400, dtype=np.float32).reshape(400, 600)
    uri = jpeg_uri(grey)
    assert uri.startswith("data:image/jpeg;base64,")
    small = decoded(uri)
    assert small.shape == (341, 512)
    assert np.abs(small[:, 256] / 255 - np.linspace(0, 1, 341)).max() < 0.02


def test_fidelity_shows_every_place() -> None:
    heatmap = hand_made().reading.heatmap
    assert heatmap is not None
    assert heatmap.fidelity is not None
    (places,) = fidelity(heatmap.fidelity).data
    assert np.allclose(places.x, heatmap.fidelity.heats)
    assert np.allclose(places.y, heatmap.fidelity.falls)
