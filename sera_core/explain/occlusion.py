"""Occlusion map for models without gradients, such as support-vector machines.

Zeiler and Fergus 2014 (doi 10.1007/978-3-319-10590-1_53) slide a grey square over the image and note how far
the probability falls. Here the square is blurred instead, as for the fidelity, and a cell's value is the mean
over the overlapping squares that cover it.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey
from sera_core.explain.perturb import Predict, ask, blurred

CELLS = 8  # cells a side; squares of two by two cells: 7 x 7 of them and the crop itself are 50 forward passes


def occlusion_map(predict: Predict, crop: Grey, cells: int = CELLS) -> NDArray[np.float32]:
    """Fall of the probability when each part of the crop is blurred.

    Parameters
    ----------
    predict : callable
        From crops ``[N, h, w]`` to the probability ``[N]`` of the class shown; asked ``(cells - 1)**2 + 1`` crops.
    crop : float32 [h, w]
        The grey crop, 0 ... 1.
    cells : int
        Cells a side, 2 or more.

    Returns
    -------
    float32 [cells, cells]
        Positive where the class loses probability; see :func:`sera_core.explain.cam.scale` for 0 ... 1.

    Examples
    --------
    >>> import numpy as np
    >>> crop = np.zeros((64, 64), np.float32)
    >>> crop[8:24, 8:24] = 1
    >>> def brightness(crops):  # a model that looks at one corner
    ...     return crops[:, :32, :32].mean(axis=(1, 2))
    >>> found = occlusion_map(brightness, crop, cells=4)
    >>> found.shape, bool(found[0, 0] > found[3, 3])
    ((4, 4), True)
    """
    rows, columns = (np.linspace(0, length, cells + 1).round().astype(int) for length in crop.shape)
    corners = [(i, j) for i in range(cells - 1) for j in range(cells - 1)]
    regions = np.zeros((len(corners) + 1, *crop.shape), dtype=bool)  # the first stays empty: the crop itself
    for region, (i, j) in zip(regions[1:], corners, strict=True):
        region[rows[i] : rows[i + 2], columns[j] : columns[j + 2]] = True
    answers = ask(predict, blurred(crop, regions, side=(crop.shape[0] * crop.shape[1]) ** 0.5))
    total, cover = np.zeros((cells, cells)), np.zeros((cells, cells))
    for (i, j), answer in zip(corners, answers[1:], strict=True):
        total[i : i + 2, j : j + 2] += answers[0] - answer
        cover[i : i + 2, j : j + 2] += 1
    return (total / cover).astype(np.float32)
