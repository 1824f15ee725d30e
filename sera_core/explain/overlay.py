"""Heatmap over grey image, as RGB pixels."""

from __future__ import annotations

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from sera_core.contracts import Grey, Heatmap

Rgb = NDArray[np.uint8]  # [H, W, 3]
OPACITY = 0.6  # of the hottest spot: 0 would show the image alone


def colours() -> Rgb:
    """The 256 colours ``[256, 3]`` of the heat scale, cold to hot: inferno.

    It is perceptually even and grows in lightness only, so it also reads in grey and for the colour-blind.
    """
    import matplotlib

    return np.asarray(matplotlib.colormaps["inferno"](np.arange(256), bytes=True)[:, :3], dtype=np.uint8)


def overlay(grey: Grey, values: Grey) -> Rgb:
    """Blend a heatmap over a grey image; where it is cold, the image shows through untouched.

    Parameters
    ----------
    grey : float32 [H, W]
        0 ... 1.
    values : float32 [H, W]
        The heatmap, 0 ... 1.

    Returns
    -------
    uint8 [H, W, 3]

    Examples
    --------
    >>> import numpy as np
    >>> overlay(np.zeros((4, 6), np.float32), np.ones((4, 6), np.float32)).shape
    (4, 6, 3)
    """
    heat = np.clip(values, 0, 1)
    alpha = (OPACITY * heat)[..., None]
    picture = (1 - alpha) * as_rgb(grey) + alpha * colours()[np.rint(heat * 255).astype(np.uint8)]
    return np.rint(picture).astype(np.uint8)


def heat_only(values: Grey) -> NDArray[np.uint8]:
    """A heatmap ``[H, W]``, 0 ... 1, as uint8 ``[H, W, 4]``: its colours, the more transparent the colder."""
    heat = np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)
    return np.dstack([colours()[heat], heat])


def on_frame(frame: Grey, heatmap: Heatmap) -> Rgb:
    """The whole frame ``[H, W]`` with the heatmap laid over the part that the model saw.

    Returns
    -------
    uint8 [H, W, 3]
    """
    height, width = frame.shape
    place = heatmap.crop_box
    stretched = Image.fromarray(heatmap.values).resize((place.width, place.height), Image.Resampling.BILINEAR)
    canvas = Image.new("F", (width, height))
    canvas.paste(stretched, (place.x, place.y))  # what reaches over the edge of the frame falls away
    return overlay(frame, np.asarray(canvas))


def as_rgb(grey: Grey) -> Rgb:
    """A grey image ``[H, W]`` 0 ... 1 as RGB ``[H, W, 3]``."""
    level = np.rint(np.clip(grey, 0, 1) * 255).astype(np.uint8)
    return np.repeat(level[..., None], 3, axis=-1)


def png(picture: Rgb) -> bytes:
    """An RGB picture as the bytes of a PNG file, without any metadata."""
    buffer = io.BytesIO()
    Image.fromarray(picture).save(buffer, format="PNG")
    return buffer.getvalue()
