"""What a kernel of the network's first layer finds in the nodule under study."""

from __future__ import annotations

import numpy as np

from sera_core.images.prepare import normalise
from sera_core.lessons.convolution import Array, convolve, first_kernels
from sera_core.lessons.window import Window
from sera_core.ui.cache import remembered
from sera_core.ui.learn.nodule import Seen


@remembered()
def found_by(network: Seen, number: int) -> Array:
    """Map ``[h, w]`` of kernel ``number`` (from 1) of the network's first layer, before norm and nonlinearity."""
    crop = normalise(network.crop.pixels, network.classifier.card.preparation)
    kernel = first_kernels(network.classifier.parts["body"])[number - 1 : number]
    window = Window(kernel.shape[-1], 2, kernel.shape[-1] // 2)
    return convolve(crop, kernel, np.zeros(1, np.float32), window)[0]
