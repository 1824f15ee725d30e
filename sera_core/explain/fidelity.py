"""Does the heatmap point at what the model used?

The hottest fifth of the region of interest is blurred and the fall of the shown class's probability is set
against the falls for random, connected fifths of the same area. This is the deletion idea of Samek 2017
(doi 10.1109/TNNLS.2016.2599820), with a blur instead of a constant, so that no new object is drawn, and with
a null distribution of the image's own, so that "more than chance" has a meaning for one image.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Box, Fidelity, Grey
from sera_core.explain.perturb import Predict, ask, blurred

SHARE = 0.2  # of the box
N_RANDOM = 19  # a meaningless map is the best of 1 + 19 once in twenty times: "trusted" is a test at 5 %


def fidelity(predict: Predict, crop: Grey, values: Grey, box: Box, seed: int = 0, n_random: int = N_RANDOM) -> Fidelity:
    """Fall of the probability for the hot fifth and for random fifths of the box.

    Parameters
    ----------
    predict : callable
        From crops ``[N, h, w]`` to the probability ``[N]`` of the class shown; asked ``n_random + 2`` crops.
    crop : float32 [h, w]
        The grey crop, 0 ... 1.
    values : float32 [h, w]
        The heatmap on the crop. A flat map has no hot fifth: its fall is 0.
    box : Box
        Region of interest in pixels of the crop.
    seed : int
        Same seed, same random fifths.
    n_random : int
        How many random fifths.

    Returns
    -------
    Fidelity
    """
    box = box.clipped(*crop.shape)
    inside = np.s_[box.y : box.y + box.height, box.x : box.x + box.width]
    regions = np.zeros((n_random + 2, *crop.shape), dtype=bool)  # the first stays empty: the crop itself
    regions[1][inside] = hot_fifth(values[inside])
    regions[2:, *inside] = random_fifths((box.height, box.width), n_random, np.random.default_rng(seed))
    answers = ask(predict, blurred(crop, regions, side=(box.width * box.height) ** 0.5))
    falls = answers[0] - answers[1:]
    return Fidelity(hot_fall=float(falls[0]), random_falls=tuple(float(fall) for fall in falls[1:]))


def hot_fifth(values: Grey) -> NDArray[np.bool_]:
    """The hottest fifth of a map ``[h, w]``; nothing where the map is flat.

    Examples
    --------
    >>> import numpy as np
    >>> int(hot_fifth(np.arange(100, dtype=np.float32).reshape(10, 10)).sum())
    20
    """
    if np.ptp(values) == 0:
        return np.zeros(values.shape, dtype=bool)
    return _lowest(-values[None], _area(values.shape))[0]


def random_fifths(shape: tuple[int, int], count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Random connected regions ``[count, h, w]``, each exactly a fifth of a box of ``shape``.

    They are ellipses around a point anywhere in the box, up to 2.5 times as long as wide, turned at random
    and grown until the part inside the box has the wanted area: convex, hence connected.
    """
    row, column = np.mgrid[: shape[0], : shape[1]] + 0.5
    draw = rng.uniform(size=(4, count, 1, 1))
    down, right = row - draw[0] * shape[0], column - draw[1] * shape[1]
    angle, elongation = np.pi * draw[2], 2.5 ** draw[3]
    along, across = right * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - right * np.sin(angle)
    return _lowest(along**2 / elongation + across**2 * elongation, _area(shape))


def _area(shape: tuple[int, ...]) -> int:
    return max(round(SHARE * shape[0] * shape[1]), 1)


def _lowest(score: NDArray[np.floating], area: int) -> NDArray[np.bool_]:
    """True at the ``area`` lowest pixels of each map ``[N, h, w]``."""
    flat = score.reshape(len(score), -1)
    chosen = np.zeros(flat.shape, dtype=bool)
    np.put_along_axis(chosen, np.argpartition(flat, area - 1, axis=1)[:, :area], True, axis=1)
    return chosen.reshape(score.shape)
