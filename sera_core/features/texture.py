"""The classical textures by name."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey
from sera_core.features.glcm import glcm
from sera_core.features.wavelet import wavelet

TEXTURES = {"glcm": glcm, "wavelet": wavelet}


def texture(name: str, crops: Grey) -> NDArray[np.float32]:
    """Features ``[N, F]`` of crops ``[N, h, w]`` by one of :data:`TEXTURES`."""
    return TEXTURES[name](crops)
