"""Last steps between a scanner and a file, drawn anew for every frame: tried by ``benchmark likeness``, shown nowhere.

Every step takes a frame, float32 [H, W] in 0 ... 1, and a generator; black outside the field (0) stays black. The
spreads are rough readings of DDTI's frames, chosen on one half of its patients.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from io import BytesIO

import numpy as np
from PIL import Image
from scipy import ndimage

from sera_core.contracts import Grey

QUALITY = 75  # of DDTI's JPEG files, read off their quantisation tables
Step = Callable[[Grey, np.random.Generator], Grey]


def gain(grey: Grey, generator: np.random.Generator) -> Grey:
    """Depth-gain sliders set at random, the deep part darker on average, and one side darker than the other."""
    down, across = np.linspace(0, 1, grey.shape[0]), np.linspace(-1, 1, grey.shape[1])
    knobs = generator.normal(0, 0.05, 4) - generator.normal(0.15, 0.12) * np.linspace(-0.3, 0.7, 4)
    tilt = generator.normal(0, 0.06) * across
    return _added(grey, np.interp(down, np.linspace(0, 1, 4), knobs)[:, None] + tilt[None, :])


def mottle(grey: Grey, generator: np.random.Generator) -> Grey:
    """Tissue that is uneven over 2 to 10 mm, wider than high."""
    out = np.zeros_like(grey)
    for width in (6, 14, 30):
        slow = ndimage.gaussian_filter(generator.standard_normal(grey.shape, np.float32), (0.6 * width, width))
        out += slow / slow.std()
    return _added(grey, 0.04 * out)


def grey_map(grey: Grey, generator: np.random.Generator) -> Grey:
    """Contrast around the gland's grey, brightness and gamma of a frame; dark tissue may end in black."""
    contrast, gamma = np.exp(generator.normal(0, (0.18, 0.15)))
    moved = 0.32 + (grey - 0.32) * contrast + generator.normal(-0.03, 0.05)
    return np.where(grey > 0, np.clip(moved, 0, 1) ** gamma, 0).astype(np.float32)


def resolution(grey: Grey, generator: np.random.Generator) -> Grey:
    """A wider or a sharper spot, along and across the beam, at the old roughness."""
    along, across, edges = generator.uniform(0, (0.8, 1.2, 1.0))
    slow = ndimage.gaussian_filter(grey, 4)
    fine = ndimage.gaussian_filter(grey, (along, across)) - slow
    fine += np.float32(edges) * (fine - ndimage.gaussian_filter(fine, 1.5))
    return np.where(grey > 0, np.clip(slow + fine * (grey - slow).std() / fine.std(), 0, 1), 0).astype(np.float32)


def noise(grey: Grey, generator: np.random.Generator) -> Grey:
    """White noise of 0 to 3 % of the grey scale."""
    return _added(grey, generator.uniform(0, 0.03) * generator.standard_normal(grey.shape))


def jpeg(grey: Grey, generator: np.random.Generator) -> Grey:
    """Written as JPEG and read again."""
    file = BytesIO()
    Image.fromarray(np.round(grey * 255).astype(np.uint8)).save(file, "JPEG", quality=QUALITY)
    return np.asarray(Image.open(file), np.float32) / np.float32(255)


def _added(grey: Grey, shade: np.ndarray) -> Grey:
    return np.where(grey > 0, np.clip(grey + shade, 0, 1), 0).astype(np.float32)


STEPS: Mapping[str, Step] = {
    "uneven gain": gain,
    "mottled tissue": mottle,
    "grey map": grey_map,
    "resolution": resolution,
    "noise": noise,
    "JPEG": jpeg,
}
EXPORTED = (gain, grey_map, noise, jpeg)  # what brought simulated frames nearest to the half they were chosen on
