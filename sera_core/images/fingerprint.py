"""Whether two frames are one picture, however it was saved: a fingerprint of 256 bits that survives copying.

The perceptual hash of Zauner C. Implementation and benchmarking of perceptual image hash functions (Hagenberg 2010),
4.1, on a finer grid: the signs of the 16 x 16 lowest cosine frequencies, each against their median. Saving as JPEG,
resizing and another brightness move few bits; other frames of the same patient and scanner move many.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.fft import dctn

from sera_core.contracts import Grey

Fingerprints = NDArray[np.uint8]  # [N, BYTES]
SIDE, KEPT = 64, 16
BYTES = KEPT * KEPT // 8
SAME = 40  # bits at most in which two copies of a picture differ: on DDTI, BUSI and LES3 copies saved as JPEG, made
# smaller, lighter or cut by a fiftieth lie below it, frames of another data set well above


def fingerprint(pixels: Grey) -> NDArray[np.uint8]:
    """Fingerprint of a whole frame ``[H, W]`` of grey levels 0 ... 1, ``[BYTES]``."""
    import cv2

    small = cv2.resize(np.ascontiguousarray(pixels, np.float32), (SIDE, SIDE), interpolation=cv2.INTER_AREA)
    low = dctn(small)[:KEPT, :KEPT]
    return np.packbits(low > np.median(low))


def same_picture(frames: Fingerprints, known: Fingerprints) -> NDArray[np.bool_]:
    """Which of ``frames`` [N, BYTES] are copies of a known one [K, BYTES]: bool [N]."""
    if not len(known):
        return np.zeros(len(frames), bool)
    bits = np.stack([np.bitwise_count(known ^ one).sum(axis=1).min() for one in frames]) if len(frames) else np.empty(0)
    return bits <= SAME
