"""Texture by scale: energy, entropy, mean and spread of the sub-bands of three wavelet levels.

The sub-bands are PyWavelets', with Daubechies' wavelet of two vanishing moments. LH is low-pass down the
rows and high-pass along them: it answers to vertical edges, as in the talk's formula.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey

WAVELET, LEVELS = "db2", 3
BANDS = ("LL3", *(f"{band}{level}" for level in range(LEVELS, 0, -1) for band in ("HL", "LH", "HH")))
MEASURES = ("energy", "entropy", "mean", "spread")
NAMES = tuple(f"{measure} of {band}" for band in BANDS for measure in MEASURES)
_CHUNK = 256  # crops at a time


def wavelet(crops: Grey) -> NDArray[np.float32]:
    """Texture features of grey crops.

    Parameters
    ----------
    crops : float32 [N, h, w]
        Grey levels 0 ... 1, at least 24 pixels high and wide.

    Returns
    -------
    float32 [N, 40]
        In the order of :data:`NAMES`: of each sub-band the mean square; Shannon's entropy (nats) of how its
        energy is spread over its coefficients; the mean absolute coefficient; the standard deviation.
    """
    parts = [_measures(crops[k : k + _CHUNK]) for k in range(0, len(crops), _CHUNK)]
    return np.concatenate(parts) if parts else np.empty((0, len(NAMES)), np.float32)


def _measures(crops: Grey) -> NDArray[np.float32]:
    from pywt import wavedec2

    lowest, *details = wavedec2(crops.astype(np.float64), WAVELET, level=LEVELS, axes=(-2, -1))
    bands = [lowest, *(band for three in details for band in three)]
    columns = [column for band in bands for column in _of_band(band.reshape(len(crops), -1))]
    return np.stack(columns, axis=1).astype(np.float32)


def _of_band(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    energy = values**2
    total = energy.sum(1, keepdims=True)
    shares = energy / np.where(total > 0, total, 1)
    logarithms = np.log(shares, where=shares > 0, out=np.zeros_like(shares))
    return energy.mean(1), -(shares * logarithms).sum(1), np.abs(values).mean(1), values.std(1)
