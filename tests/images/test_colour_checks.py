"""Colour: a tinted map and a photo of a screen are read, Doppler and ordinary photos are not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import skimage
from numpy.typing import NDArray
from PIL import Image, ImageDraw
from scipy import ndimage

from sera_core.contracts import BadInput
from sera_core.images.read import read_image
from tests.images.files import encode
from tests.images.frame import FRAME, refusal_of

# --- colour ---------------------------------------------------------------------------------------------------------


def codes(pixels: NDArray[np.floating], **options: object) -> list[str]:
    data = encode(np.clip(pixels, 0, 255).astype(np.uint8), "PNG")
    return [notice.code for notice in read_image(data).warnings]


def frame_rgb() -> NDArray[np.float64]:
    return np.repeat(FRAME[..., None], 3, axis=2).astype(float)


@pytest.mark.parametrize("map_", [(1, 0.85, 0.6), (0.7, 0.85, 1), (1, 0.7, 0.2)])
def test_tinted_grey_maps_are_noticed(map_: tuple) -> None:
    assert codes(frame_rgb() * map_) == ["tinted"]


def screen_photo(cast: float, seed: int = 0) -> NDArray[np.float64]:
    """A simulated phone photo of a screen: white balance, vignette, moire and sensor noise."""
    rng = np.random.default_rng(seed)
    height, width = FRAME.shape
    y, x = np.mgrid[:height, :width]
    balance = np.array([1 - cast, 1, 1 + cast]) * (1 + 0.3 * np.cos(x / width * 2))[..., None]
    slope = np.stack([x / width, 0 * x, 1 - x / width], axis=-1) * 180 * cast
    moire = np.stack([np.sin(x / 3 + y / 5 + phase) for phase in (0, 2, 4)], axis=-1) * 10
    return frame_rgb() * 0.8 * balance + 15 + slope + moire + rng.normal(0, 6, (height, width, 3))


@pytest.mark.parametrize("cast", [0.05, 0.1, 0.2])
def test_photo_of_a_screen_is_read(cast: float) -> None:
    assert codes(screen_photo(cast)) == ["tinted"]
    photo = encode(np.clip(screen_photo(cast), 0, 255).astype(np.uint8), "JPEG", quality=70)
    image = read_image(photo)
    assert image.warnings[0].message == (
        "The picture has a colour tint, as in a photo of a screen; its brightness was used."
    )


@pytest.mark.parametrize("share", [0.006, 0.02, 0.1])
@pytest.mark.parametrize("seed", [0, 1, 2])
def test_doppler_is_refused(share: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    height, width = FRAME.shape
    vessels = ndimage.gaussian_filter(rng.normal(size=(height, width)), 9)
    away = ndimage.gaussian_filter(rng.normal(size=(height, width)), 15) > 0
    flow, speed = vessels > np.quantile(vessels, 1 - share), rng.uniform(0.5, 1, (height, width, 1))
    picture = frame_rgb()
    picture[flow & away] = (speed * [255, 80, 0])[flow & away]
    picture[flow & ~away] = (speed * [0, 80, 255])[flow & ~away]
    with pytest.raises(BadInput) as refusal:
        codes(picture)
    assert refusal.value.code == "colour"


def test_coloured_marks_are_noticed() -> None:
    image = Image.fromarray(frame_rgb().astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for x, y in ((100, 90), (200, 150)):
        draw.line([(x - 5, y), (x + 5, y)], fill=(255, 255, 0), width=2)
        draw.line([(x, y - 5), (x, y + 5)], fill=(255, 255, 0), width=2)
    assert codes(np.asarray(image)) == ["coloured_marks"]


def test_colour_outside_the_picture_is_noticed() -> None:
    screen = np.zeros((400, 500, 3))
    screen[100:340, 100:420] = frame_rgb()
    screen[10:40, 20:200] = (30, 90, 220)  # a coloured title bar on black
    assert codes(screen) == ["coloured_marks"]


def test_ordinary_photos_are_refused_or_noticed() -> None:
    folder = Path(skimage.__file__).parent / "data"
    photos = ("astronaut.png", "chelsea.png", "coffee.png", "hubble_deep_field.jpg", "ihc.png", "motorcycle_left.png")
    for name in (*photos, "rocket.jpg"):
        assert refusal_of((folder / name).read_bytes()).code == "colour", name
    retina = read_image((folder / "retina.jpg").read_bytes())  # one hue all over: like a tinted grey map
    assert [notice.code for notice in retina.warnings] == ["tinted"]
