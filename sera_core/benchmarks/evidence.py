"""Do heatmaps lie on the evidence? The same nodule is drawn twice, with and without punctate foci.

Both pictures come from the same random numbers, so every pixel away from the foci is identical: where they differ is
where the evidence is. Echo level, margin and shape change too much of the picture to be used like that. Correlation
with the difference is useless: it rewards a map for being hot in the middle.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage
from scipy.stats import spearmanr

from sera_core.benchmarks.pointing import Row, Shown, as_shown, baselines, estimate, maps, of_simulated_frames, shown
from sera_core.classifiers import store
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import CamMethod, Grey
from sera_core.explain.cam import scale
from sera_core.explain.fidelity import agreement, patch_falls
from sera_core.explain.inside import Mask, heat_inside
from sera_core.explain.judged import TRUTH
from sera_core.explain.occlusion import occlusion_map
from sera_core.nets.split import build
from sera_core.simulate.case import Case
from sera_core.simulate.cohort import study_set
from sera_core.simulate.render import Frame, punctate_pixels, render

if TYPE_CHECKING:
    from torch import nn

PAIRS, SEED = 30, 90  # what ships was chosen on other seeds
FEWER = 20  # pairs for models that are not the default
CHANGED = 0.1  # of the grey range: where the two pictures differ by more lies the evidence
COUNTS = 0.5  # rise of the log-odds from which the foci count for a model
NEAR_MM = 0.5
REDRAWN = 60
SQUARE = 16  # px
Patches = tuple[NDArray[np.bool_], NDArray[np.float64]]
BLURRED = 4.0  # px: the evidence itself as a map about as smooth as a network's cells make one
BLIND = "smooth noise"
MASK = "the nodule's true mask"
UNTRAINED = "HiRes-CAM, untrained network"
SHUFFLED = "HiRes-CAM, last layer taught shuffled labels"


@dataclass(frozen=True, eq=False)
class Pair:
    """One nodule with and without its foci, as a model is shown it.

    Attributes
    ----------
    seen : Shown
        With the foci.
    without : float32 [h, w]
    changed : bool [h, w]
        Where the evidence is.
    away_mm : float64 [h, w]
        Distance to it.
    foci : list of int [number, 2]
        (row, column) of the true foci, then of each redrawn set.
    """

    seen: Shown
    without: Grey
    changed: Mask
    away_mm: NDArray[np.float64]
    foci: list[NDArray[np.intp]]


def evidence() -> list[Row]:
    """A row for each model of simulated frames and each map, over the pairs whose foci count for the model."""
    drawn = list(islice(_drawn(SEED), PAIRS))
    models = of_simulated_frames()
    shares = {model.card.id: drawn if model.card.default else drawn[:FEWER] for model in models}
    return [row for model in models for row in _rows(model, [_pair(model, *one) for one in shares[model.card.id]])]


def counting_pairs(model: Classifier, seed: int) -> Iterator[Pair]:
    """Those whose foci count for a model, drawn one after the other."""
    pairs = (_pair(model, *one) for one in _drawn(seed))
    return (one for one in pairs if _counts(one, _rise(model, one)))


def known(one: Pair) -> dict[str, Grey]:
    """Maps of what is known of a pair: the nodule, the evidence in it, and a map that knows nothing."""
    noise = np.random.default_rng(one.foci[0].ravel()).normal(size=(8, 8)).astype(np.float32)
    return {
        MASK: one.seen.mask.astype(np.float32),
        TRUTH: ndimage.gaussian_filter(one.changed.astype(np.float32), BLURRED),
        BLIND: scale(noise, one.changed.shape),
    }


def _drawn(seed: int) -> Iterator[tuple[Case, Frame, Frame]]:
    for case in study_set("internal", "test", seed):
        if case.nodule.punctate:
            yield case, render(case), render(replace(case, nodule=replace(case.nodule, punctate=0)))


def _rise(model: Classifier, one: Pair) -> float:
    """What the foci add to the log-odds."""
    return float(_score(model, [one.seen.crop.pixels, one.without]) @ (1, -1))


def _counts(one: Pair, rise: float) -> bool:
    return rise > COUNTS and bool(one.changed.any())


def _pair(model: Classifier, case: Case, frame: Frame, bare: Frame) -> Pair:
    seen, other = (shown(model, one.image.pixels, frame.box, frame.mask, case.patient_id) for one in (frame, bare))
    changed = np.abs(seen.crop.pixels - other.crop.pixels) > CHANGED
    place, side = seen.crop.box, seen.crop.pixels.shape[0]
    mm = case.scanner.mm_per_px * place.width / side
    spots = [punctate_pixels(case, redraw) for redraw in range(REDRAWN + 1)]
    foci = [((spot - (place.x, place.y) + 0.5) * side / place.width).astype(int)[:, ::-1] for spot in spots]
    return Pair(
        seen,
        other.crop.pixels,
        changed,
        ndimage.distance_transform_edt(~changed) * mm,
        [_within(one, side) for one in foci],
    )


def _within(points: NDArray[np.intp], side: int) -> NDArray[np.intp]:
    return points[((points >= 0) & (points < side)).all(axis=1)]


def _rows(model: Classifier, pairs: Sequence[Pair]) -> Iterator[Row]:
    rises = np.asarray([_rise(model, one) for one in pairs])
    counting = [one for one, rise in zip(pairs, rises, strict=True) if _counts(one, rise)]
    controls = _controls(model, pairs)
    found: dict[str, list[tuple[float, ...]]] = {}
    for one in counting:
        swapped, patches = _falls(model, one), patch_falls(model.predict, one.seen.crop.pixels)
        for name, values in _maps(model, one, controls).items():
            found.setdefault(name, []).append(_scores(values, one, swapped, patches))
    patients = [one.seen.patient for one in counting]
    for name, scores in found.items():
        passes, ratio, near, placebo, follows = np.asarray(scores, np.float64).T
        yield {
            "model": model.card.id,
            "sha256": model.card.files[store.WEIGHTS],
            "map": name,
            "rises": float((rises > 0).mean()),
            "n": len(counting),
            "of": len(pairs),
            **estimate("ratio", ratio, patients),
            **estimate("near", near, patients),
            **estimate("placebo", placebo, patients),
            **estimate("follows", follows, patients),
            **estimate("passes", passes, patients),
        }


def _maps(model: Classifier, one: Pair, controls: dict[str, nn.ModuleDict]) -> dict[str, Grey]:
    crop = one.seen.crop.pixels
    found = maps(model, one.seen) | baselines(one.seen) | known(one)
    if model.card.default:  # 50 predictions
        found["Occlusion"] = scale(occlusion_map(model.predict, crop), crop.shape)
    for name, parts in controls.items():
        (found[name],) = as_shown(replace(model, parts=parts), one.seen, [CamMethod.HIRESCAM]).values()
    return found


def _scores(values: Grey, one: Pair, falls: dict[tuple[int, int], float], patches: Patches) -> tuple[float, ...]:
    """Fidelity passed; heat on the evidence over its area; hottest point near; true against redrawn foci; rank."""
    flat = np.ptp(values) == 0
    at = [float(values[tuple(spots.T)].mean()) if len(spots) else 0.0 for spots in one.foci]
    placebo = np.mean([(at[0] > other) + 0.5 * (at[0] == other) for other in at[1:]])
    heat = [float(values[row : row + SQUARE, column : column + SQUARE].mean()) for row, column in falls]
    follows = spearmanr(heat, list(falls.values())).statistic if len(set(heat)) > 1 and len(falls) > 2 else 0.0
    return (
        agreement(values, *patches).trusted,
        heat_inside(values, one.changed) / one.changed.mean(),
        float(not flat and one.away_mm.flat[int(np.argmax(values))] <= NEAR_MM),
        float(placebo),
        float(follows),
    )


def _falls(model: Classifier, one: Pair) -> dict[tuple[int, int], float]:
    """Fall of the log-odds when a square is swapped for the picture without foci, for each square that holds some."""
    crop, side = one.seen.crop.pixels, one.without.shape[0]
    corners = [(row, column) for row in range(0, side, SQUARE) for column in range(0, side, SQUARE)]
    there = [
        (row, column) for row, column in corners if one.changed[row : row + SQUARE, column : column + SQUARE].any()
    ]
    swapped = [crop]
    for row, column in there:
        part = np.s_[row : row + SQUARE, column : column + SQUARE]
        swapped.append(crop.copy())
        swapped[-1][part] = one.without[part]
    scores = _score(model, swapped)
    return dict(zip(there, (scores[0] - scores[1:]).tolist(), strict=True))


def _score(model: Classifier, crops: Sequence[Grey]) -> NDArray[np.float64]:
    return np.concatenate([model.scores(model.features(model.activations(crop[None]))) for crop in crops])


def _controls(model: Classifier, pairs: Sequence[Pair]) -> dict[str, nn.ModuleDict]:
    """The same network untrained, and with a last layer that was taught shuffled labels of the pairs."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    untrained = build(model.card.network, pretrained=False).eval().requires_grad_(False)
    crops = [crop for one in pairs for crop in (one.seen.crop.pixels, one.without)]
    features = np.concatenate([model.features(model.activations(crop[None])) for crop in crops])
    labels = np.random.default_rng(0).permutation(np.tile([1.0, -1.0], len(pairs)))
    centred = features - features.mean(axis=0)
    gram = centred @ centred.T
    weights = centred.T @ np.linalg.solve(gram + 0.1 * np.trace(gram) / len(gram) * np.eye(len(gram)), labels)
    last = nn.Linear(features.shape[1], 2)
    with torch.no_grad():
        last.weight.copy_(torch.from_numpy(np.stack([-weights, weights]).astype(np.float32)))
    shuffled = nn.ModuleDict({**dict(model.parts.items()), "last": last}).eval().requires_grad_(False)
    return {UNTRAINED: untrained, SHUFFLED: shuffled}
