"""How often a test of fidelity passes a map that is right, and one that is not: the page's, and two dearer ones.

Deletion blurs the hottest parts of a crop, several sizes of them, and asks how far the log-odds fall; insertion shows
them alone on a blurred crop and asks how far they rise (Petsiuk 2018, arXiv 1806.07421). Chance is that of the same
map, moved and turned at random, which costs a curve each; the page's test asks once whatever the map.
"""

from __future__ import annotations

from itertools import islice

import numpy as np
from numpy.typing import NDArray
from scipy.special import logit

from sera_core.benchmarks.evidence import Pair, counting_pairs, known
from sera_core.benchmarks.pointing import Row, as_shown, estimate, of_simulated_frames
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import CamMethod, Grey
from sera_core.explain.fidelity import fidelity, moved
from sera_core.explain.perturb import Predict, ask, blurred

PAIRS, SEED = 20, 92
SIZES = (0.05, 0.1, 0.2, 0.3)  # shares of the crop
MOVES = 19  # a map passes when it beats all: one in twenty by chance
TESTS = ("patches", "deletion", "insertion")


def power() -> list[Row]:
    """A row for each map: the share of pairs on which each of :data:`TESTS` passes it, with a 95 % interval."""
    (model,) = (one for one in of_simulated_frames() if one.card.default)
    found: dict[str, list[tuple[bool, ...]]] = {}
    patients = []
    for one in islice(counting_pairs(model, SEED), PAIRS):
        patients.append(one.seen.patient)
        for name, values in _maps(model, one).items():
            found.setdefault(name, []).append(passes(model.predict, one.seen.crop.pixels, values))
    return [_row(name, np.asarray(each, float), patients) for name, each in found.items()]


def _row(name: str, each: NDArray[np.float64], patients: list[str]) -> Row:
    row: Row = {"map": name, "n": len(each)}
    for test, passes in zip(TESTS, each.T, strict=True):
        row |= estimate(test, passes, patients)
    return row


def _maps(model: Classifier, one: Pair) -> dict[str, Grey]:
    return as_shown(model, one.seen, [CamMethod.HIRESCAM]) | known(one)


def passes(predict: Predict, crop: Grey, values: Grey) -> tuple[bool, ...]:
    """Whether a map ``[h, w]`` of a crop passes each of :data:`TESTS`.

    Parameters
    ----------
    predict : callable
        From crops ``[N, h, w]`` to the probability ``[N]`` of the class that the map explains.
    crop, values : float32 [h, w]
    """
    others = [other.reshape(values.shape) for other in moved(values, MOVES)]
    curves = np.asarray([_curves(predict, crop, one) for one in (values, *others)])  # [1 + MOVES, 2]
    return fidelity(predict, crop, values).trusted, *(curves[0] > curves[1:].max(axis=0)).tolist()


def _curves(predict: Predict, crop: Grey, values: Grey) -> tuple[float, float]:
    """Log-odds where the hottest parts are blurred, turned round, and where all else is; means over the sizes."""
    ranks = np.argsort(np.argsort(-values, axis=None, kind="stable")).reshape(values.shape)
    hot = np.stack([ranks < share * values.size for share in SIZES])
    answers = ask(predict, blurred(crop, np.concatenate([hot, ~hot]), side=values.size**0.5))
    odds = logit(np.clip(answers, 1e-9, 1 - 1e-9))
    return float(-odds[: len(SIZES)].mean()), float(odds[len(SIZES) :].mean())
