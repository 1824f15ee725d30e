"""The measured signs against the simulator's truth, in drawn and in proposed outlines, and how far they move."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from statistics import fmean
from typing import Any

import numpy as np
from scipy.stats import spearmanr

from sera_core.contracts import Composition
from sera_core.outline import propose
from sera_core.signs import QUANTITIES, Signs, measure
from sera_core.signs.shaken import shaken
from sera_core.simulate import CENTRES, Nodule, render
from sera_core.simulate.cohort import any_cohort

CASES = 60  # a centre
MOVED = 0.1
SEED = 31
_WITH_SOLID = (Composition.SOLID, Composition.MIXED)


@dataclass(frozen=True)
class Truth:
    """What the simulator knows of a quantity, and in which nodules it shows.

    ``same`` is True where truth and quantity have one unit, so that their difference is a bias.
    """

    of: Callable[[Nodule], float]
    where: Callable[[Nodule], bool] = lambda nodule: True
    same: bool = False


TRUTHS = {
    "long": Truth(lambda nodule: nodule.size_mm, same=True),
    "width": Truth(lambda nodule: nodule.width_mm, same=True),
    "height": Truth(lambda nodule: nodule.height_mm, same=True),
    "height_over_width": Truth(lambda nodule: nodule.ratio, same=True),
    "ellipse_ratio": Truth(lambda nodule: nodule.ratio, same=True),
    "solidity": Truth(lambda nodule: -nodule.margin_depth),
    "roughness": Truth(lambda nodule: nodule.margin_depth),
    "echo": Truth(lambda nodule: nodule.echo_db, lambda nodule: nodule.composition in _WITH_SOLID),
    "dark_share": Truth(
        lambda nodule: 1 - nodule.solid_share, lambda nodule: nodule.composition is Composition.MIXED, same=True
    ),
    "spots": Truth(lambda nodule: nodule.punctate, lambda nodule: nodule.composition in _WITH_SOLID),
    "brightest": Truth(lambda nodule: nodule.macro_mm, lambda nodule: nodule.composition in _WITH_SOLID),
    "edge_sharpness": Truth(
        lambda nodule: -nodule.edge_mm / nodule.size_mm, lambda nodule: nodule.composition in _WITH_SOLID
    ),
    "halo": Truth(lambda nodule: nodule.halo_mm, lambda nodule: nodule.composition in _WITH_SOLID),
    "behind": Truth(lambda nodule: -nodule.macro_mm - 5 * nodule.rim_share),
}


@dataclass(frozen=True)
class Seen:
    """A nodule as drawn, measured in its true outline, in one that is off, and in the one proposed if there is any."""

    nodule: Nodule
    signs: Signs
    moved: Signs
    proposed: Signs | None


def benchmark() -> list[dict[str, Any]]:
    """A row a quantity: agreement with the truth over all centres, and its movement with the outline.

    ``correlation`` is Spearman's, the mean over the centres; ``bias`` and ``spread`` are mean and standard deviation
    of measured minus true where both have one unit; ``_proposed`` are the same in outlines proposed from the frame
    alone, of the nodules where one is; ``moves`` is the median change when the outline is stretched by up to 10 % and
    shifted by up to 5 %, as a share of the standard deviation between nodules.
    """
    seen = {name: list(_seen(name)) for name in CENTRES}
    return [_row(quantity.name, seen) for quantity in QUANTITIES]


def _seen(centre: str) -> Iterator[Seen]:
    for case in any_cohort(centre, CASES, SEED):
        frame = render(case)
        other = shaken(frame.mask, MOVED, np.random.default_rng([case.seed, 23]))
        scale = frame.image.mm_per_px
        drawn, moved = (measure(frame.image.pixels, mask, scale) for mask in (frame.mask, other))
        outline = propose(frame.image)
        yield Seen(case.nodule, drawn, moved, measure(frame.image.pixels, outline.mask, scale) if outline else None)


def _row(name: str, seen: dict[str, list[Seen]]) -> dict[str, Any]:
    everyone = [one for centre in seen.values() for one in centre]
    values = np.asarray([one.signs[name] for one in everyone])
    change = np.abs(values - np.asarray([one.moved[name] for one in everyone]))
    row = {"quantity": name, "n": len(everyone), "moves": float(np.median(change) / max(values.std(), 1e-9))}
    if name not in TRUTHS:
        return row
    drawn = [[(one.nodule, one.signs) for one in centre] for centre in seen.values()]
    proposed = [[(one.nodule, one.proposed) for one in centre if one.proposed] for centre in seen.values()]
    found = _against(name, TRUTHS[name], proposed)
    return row | _against(name, TRUTHS[name], drawn) | {f"{key}_proposed": value for key, value in found.items()}


def _against(name: str, truth: Truth, seen: list[list[tuple[Nodule, Signs]]]) -> dict[str, Any]:
    pairs = [
        np.asarray([(signs[name], truth.of(nodule)) for nodule, signs in centre if truth.where(nodule)])
        for centre in seen
    ]
    found: dict[str, Any] = {
        "compared": sum(map(len, pairs)),
        "correlation": fmean(float(spearmanr(*pair.T)[0]) for pair in pairs),
    }
    if truth.same:
        off = np.concatenate([pair[:, 0] - pair[:, 1] for pair in pairs])
        found |= {"bias": float(off.mean()), "spread": float(off.std())}
    return found
