import base64
import io

import numpy as np
from PIL import Image

from sera_core.figures.fidelity import fidelity
from sera_core.figures.image import png_uri
from tests.figures.hand import hand_made


def decoded(uri: str) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.split(",", 1)[1]))))


def test_a_picture_survives_the_trip_to_the_browser() -> None:
    grey = np.linspace(0, 1, 60 * 40, dtype=np.float32).reshape(40, 60)
    assert np.abs(decoded(png_uri(grey)) / 255 - grey).max() <= 0.5 / 255 + 1e-6


def test_a_large_picture_is_sent_smaller() -> None:
    assert decoded(png_uri(np.zeros((500, 3000), np.float32), max_side=600)).shape == (100, 600)


def test_fidelity_shows_every_place() -> None:
    heatmap = hand_made().reading.heatmap
    assert heatmap is not None
    assert heatmap.fidelity is not None
    (places,) = fidelity(heatmap.fidelity).data
    assert np.allclose(places.x, heatmap.fidelity.heats)
    assert np.allclose(places.y, heatmap.fidelity.falls)
