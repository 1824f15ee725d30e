"""Does the heatmap point at what the model used?

Random patches of the crop are blurred, one at a time, and the fall of the shown class's log-odds is set against the
heat of the map in that patch. A map that shows what mattered is hot where the falls are large: their correlation,
over patches that no map had a say in, is the fidelity, the faithfulness correlation of Bhatt 2020 (arXiv 2005.00631).
Ranks would count a patch that hardly matters as much as one that does: by them most right maps fail. Patches overlap
and maps are smooth, so chance is asked of the map itself, moved and turned at random over the same patches: that costs
no further answer of the model. Blurring (Samek 2017, doi 10.1109/TNNLS.2016.2599820) draws no new object. One hottest
fifth against nineteen random fifths is a weaker test: almost every fifth of a nodule is evidence. ``benchmark explain``
prints how often true evidence, shipped maps and noise pass.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from sera_core.contracts import Fidelity, Grey
from sera_core.explain.perturb import Predict, ask, blurred

PATCHES = 24
SHARE = 0.1  # of the crop, each patch
MOVED = 99  # times the map is moved for its own chance
HOT = 0.2  # the share of a map that counts as its hottest


def fidelity(predict: Predict, crop: Grey, values: Grey, seed: int = 0, patches: int = PATCHES) -> Fidelity:
    """Heat and fall of the log-odds for random patches of the crop.

    Parameters
    ----------
    predict : callable
        From crops ``[N, h, w]`` to the probability ``[N]`` of the class shown; asked ``patches + 1`` crops.
    crop : float32 [h, w]
        The grey crop, 0 ... 1.
    values : float32 [h, w]
        The heatmap on the crop. A flat map is as hot everywhere: its correlation is 0.
    seed : int
        Same seed, same patches, whichever map is asked about.
    patches : int
        How many.

    Returns
    -------
    Fidelity
    """
    return agreement(values, *patch_falls(predict, crop, seed, patches))


def patch_falls(
    predict: Predict, crop: Grey, seed: int = 0, patches: int = PATCHES
) -> tuple[NDArray[np.bool_], NDArray[np.float64]]:
    """Random patches ``[N, h, w]`` and what blurring each takes from the log-odds, ``[N]``; no map is needed."""
    regions = random_patches(crop.shape, patches, np.random.default_rng(seed))
    whole = np.concatenate([np.zeros((1, *crop.shape), bool), regions])  # the first stays empty: the crop itself
    answers = ask(predict, blurred(crop, whole, side=(crop.shape[0] * crop.shape[1]) ** 0.5))
    odds = logit(np.clip(answers, 1e-9, 1 - 1e-9))
    return regions, odds[0] - odds[1:]


def agreement(values: Grey, regions: NDArray[np.bool_], falls: NDArray[np.float64]) -> Fidelity:
    """A map ``[h, w]`` against falls that are known already."""
    everywhere = np.stack([values.ravel(), *moved(values, MOVED)])  # [1 + MOVED, h w]
    inside = regions.reshape(len(regions), -1).astype(np.float64)
    heats = everywhere @ (inside / np.maximum(inside.sum(axis=1, keepdims=True), 1)).T  # [1 + MOVED, N]
    likeness = _correlations(heats, falls)
    return Fidelity(
        heats=tuple(heats[0].tolist()),
        falls=tuple(falls.tolist()),
        correlation=float(likeness[0]),
        chance=float((1 + (likeness[1:] >= likeness[0]).sum()) / (1 + MOVED)),
    )


def moved(values: Grey, times: int) -> list[NDArray[np.float32]]:
    """The map, turned over and rolled round at random, flat; the same for every map of one shape."""
    rng, found = np.random.default_rng(0), []
    for _ in range(times):
        down, right, *flips = rng.integers(0, (*values.shape, 2, 2))
        turned = values[:: 1 - 2 * flips[0], :: 1 - 2 * flips[1]]
        found.append(np.roll(turned, (down, right), (0, 1)).ravel())
    return found


def _correlations(many: NDArray[np.floating], one: NDArray[np.floating]) -> NDArray[np.float64]:
    """Pearson's of each row ``[M, N]`` with ``one`` ``[N]``; 0 where either is the same everywhere or no number."""
    known = np.isfinite(many).all(axis=-1) & np.isfinite(one).all()
    sides = (np.where(np.isfinite(side), side, 0).astype(np.float64) for side in (many, one))
    rows, wanted = (side - side.mean(axis=-1, keepdims=True) for side in sides)
    spread = np.sqrt((rows**2).sum(axis=-1) * (wanted**2).sum())
    sure = known & (spread > 1e-12)
    return np.where(sure, rows @ wanted / np.where(sure, spread, 1), 0.0)


def hot_fifth(values: Grey) -> NDArray[np.bool_]:
    """The hottest fifth of a map ``[h, w]``; nothing where the map is flat.

    Examples
    --------
    >>> values = np.zeros((5, 4), np.float32)
    >>> values[1:3, 1:3] = 1
    >>> [tuple(map(int, spot)) for spot in np.argwhere(hot_fifth(values))]
    [(1, 1), (1, 2), (2, 1), (2, 2)]
    """
    if np.ptp(values) == 0:
        return np.zeros(values.shape, dtype=bool)
    return _lowest(-values[None], _area(values.shape, HOT))[0]


def random_patches(shape: tuple[int, ...], count: int, rng: np.random.Generator) -> NDArray[np.bool_]:
    """Random connected patches ``[count, h, w]``, each of one area.

    They are ellipses around a point anywhere in the crop, up to 2.5 times as long as wide, turned at random
    and grown until the part inside the crop has the wanted area: convex, hence connected.
    """
    row, column = np.mgrid[: shape[0], : shape[1]] + 0.5
    draw = rng.uniform(size=(4, count, 1, 1))
    down, right = row - draw[0] * shape[0], column - draw[1] * shape[1]
    angle, elongation = np.pi * draw[2], 2.5 ** draw[3]
    along, across = right * np.cos(angle) + down * np.sin(angle), down * np.cos(angle) - right * np.sin(angle)
    return _lowest(along**2 / elongation + across**2 * elongation, _area(shape, SHARE))


def _area(shape: tuple[int, ...], share: float) -> int:
    return max(round(share * shape[0] * shape[1]), 1)


def _lowest(score: NDArray[np.floating], area: int) -> NDArray[np.bool_]:
    """True at the ``area`` lowest pixels of each map ``[N, h, w]``."""
    flat = score.reshape(len(score), -1)
    chosen = np.zeros(flat.shape, dtype=bool)
    np.put_along_axis(chosen, np.argpartition(flat, area - 1, axis=1)[:, :area], True, axis=1)
    return chosen.reshape(score.shape)
