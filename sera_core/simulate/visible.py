"""What of a nodule its picture can show: a sign that differs too little from its absence tells nobody anything.

The picture is drawn twice from the same speckle, with and without the sign (or, where the nodule lacks it, with a
typical one), so that all that differs is the sign. The difference is measured in standard deviations of this
scanner's speckle (Smith and Wagner 1983, IEEE Trans Sonics Ultrason 30:156). Below :data:`VISIBLE` the sign is left
out of the likelihoods of both classes: neither its presence nor its absence was seen.

``python -m sera_core.simulate.visible [--cases N]`` prints the ceiling AUC of every centre as built and as visible.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any

import numpy as np
from scipy import ndimage

from sera_core.contracts import BadInput, Box, Focus, Grey, Margin
from sera_core.files import MODELS, whole_file
from sera_core.simulate.case import Case, Nodule, Pathology
from sera_core.simulate.centres import CENTRES, centre_named
from sera_core.simulate.cohort import Cohort, findings_of
from sera_core.simulate.frequencies import HALO, MARGIN, SHAPE
from sera_core.simulate.likelihood import auc, log_likelihood_ratio
from sera_core.simulate.render import WHOLE, pixels, truth_mask
from sera_core.simulate.sandbox import truth_of

FILE = MODELS / "lessons" / "ceilings.json"
SEED = 2020  # of the test sets
VISIBLE = 0.8  # SD of the speckle; there the simulated frames' network answers with a third of what a sign is worth
SPECKLE_DB = 5.57  # SD of fully developed speckle after the logarithm, one look
EYE_MM = 0.3  # finer than this the eye takes a difference for speckle
BORDER_MM = (0.6, 1.6)  # under the border: beyond the thin dark line that every sharp border has
ROOM_MM = 2.5
# fields of a nodule that make a sign, absent and typical
SIGNS: Mapping[str, tuple[dict[str, Any], dict[str, Any]]] = {
    Focus.PUNCTATE: ({"punctate": 0}, {"punctate": 8}),
    Focus.COMET_TAIL: ({"comet_tails": 0}, {"comet_tails": 3}),
    HALO: ({"halo_mm": 0.0}, {"halo_mm": 0.8}),
}


def speckle_grey(case: Case) -> float:
    """Standard deviation of this scanner's speckle, in grey (0 ... 1)."""
    return float(SPECKLE_DB / np.sqrt(case.scanner.looks) / case.scanner.dynamic_range_db)


def outline_contrast(case: Case) -> float:
    """How far the nodule's rim, and its halo, stand out from the neck without it, in SD of the speckle."""
    part, scale = around(case), case.scanner.mm_per_px
    difference = _smooth(_drawn(case, part) - _drawn(replace(case, bare=True), part), case)
    mask = truth_mask(case)[0][part.y : part.y + part.height, part.x : part.x + part.width]
    under = ndimage.distance_transform_edt(mask) * scale
    low, high = np.minimum(BORDER_MM, (0.3 * under.max(), 0.8 * under.max()))
    found = _strength(difference[(under >= low) & (under <= high)])
    if case.nodule.halo_mm > 0:
        over = ndimage.distance_transform_edt(~mask) * scale
        found = max(found, _strength(difference[(over > 0) & (over <= case.nodule.halo_mm)]))
    return found / speckle_grey(case)


def sign_contrast(case: Case, sign: str) -> float:
    """How far the picture with a sign of :data:`SIGNS` stands off from that without it, in SD of the speckle.

    Raises
    ------
    BadInput
        When this nodule cannot have the sign.
    """
    without, typical = (replace(case, nodule=replace(case.nodule, **fields)) for fields in SIGNS[sign])
    other = typical if case.nodule == without.nodule else without
    part = around(case)
    difference = _smooth(_drawn(case, part) - _drawn(other, part), case)
    square = difference * difference
    return float(np.sqrt((square * square).sum() / max(square.sum(), 1e-12))) / speckle_grey(case)


@lru_cache(maxsize=64)
def unseen(case: Case) -> frozenset[str]:
    """The signs that this picture cannot tell from their absence: of the outline, the halo and the fine foci."""
    hidden = {MARGIN, SHAPE} if outline_contrast(case) < VISIBLE else set()
    if _flat(case.nodule):
        hidden.add(MARGIN)
    for sign in SIGNS:
        try:
            contrast = sign_contrast(case, sign)
        except BadInput:  # such a nodule never has it
            continue
        if contrast < VISIBLE:
            hidden.add(sign)
    return frozenset(hidden)


def _flat(nodule: Nodule) -> bool:
    """Whether the border is called other than smooth but stands out, or fades, by less than the eye can follow."""
    if nodule.margin is Margin.SMOOTH:
        return False
    if nodule.margin is Margin.ILL_DEFINED:
        return nodule.edge_mm < 2 * EYE_MM
    return nodule.margin_depth * nodule.size_mm / 2 < EYE_MM


def visible_truth(case: Case) -> float:
    """ln likelihood ratio of what the picture of the case can show, at its centre; the sandbox takes the internal."""
    centre = centre_named("internal" if case.centre == "sandbox" else case.centre)
    return log_likelihood_ratio(findings_of(case), centre, unseen(case))


def around(case: Case) -> Box:
    """The nodule with room for its halo, its spikes and the tails of its foci."""
    box, room = truth_mask(case)[1], round(ROOM_MM / case.scanner.mm_per_px)
    around = Box(box.x - room, box.y - room, box.width + 2 * room, box.height + 2 * room)
    return around.clipped(WHOLE.height, WHOLE.width)


@lru_cache(maxsize=8)
def _drawn(case: Case, part: Box) -> Grey:
    return pixels(case, part)


def _smooth(difference: Grey, case: Case) -> Grey:
    return np.asarray(ndimage.gaussian_filter(difference, EYE_MM / case.scanner.mm_per_px), np.float32)


def _strength(values: Grey) -> float:
    return float(np.sqrt(np.mean(values * values))) if values.size else 0.0


def ceilings(name: str, cases: int = 0) -> tuple[float, float]:
    """AUC of the likelihood ratio in a centre's test set, as built and as visible.

    Parameters
    ----------
    name : str
        Centre.
    cases : int
        Of each class; 0: the sizes of Koh 2020.
    """
    centre = centre_named(name)
    cohort = Cohort(centre, "test", cases or centre.malignant, cases or centre.benign, SEED)
    rows = [(truth_of(case), visible_truth(case), case.pathology is Pathology.MALIGNANT) for case in cohort]
    built, seen, malignant = (np.asarray(column) for column in zip(*rows, strict=True))
    return auc(built[malignant], built[~malignant]), auc(seen[malignant], seen[~malignant])


@lru_cache(maxsize=1)
def known_ceilings() -> dict[str, tuple[float, float]]:
    """AUC as built and as visible by centre, as :func:`main` last wrote them; empty where the file is missing."""
    if not FILE.is_file():
        return {}
    return {name: (one["built"], one["visible"]) for name, one in json.loads(FILE.read_text("utf-8")).items()}


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the ceilings, and write them where the sandbox reads them."""
    parser = argparse.ArgumentParser(prog="python -m sera_core.simulate.visible", description="Ceiling AUC by centre.")
    parser.add_argument("--cases", type=int, default=0, help="of each class, not written; as in the study if not given")
    options = parser.parse_args(arguments)
    print(f"{'centre':10}{'as built':>10}{'as visible':>12}")
    found = {}
    for name in CENTRES:
        built, seen = ceilings(name, options.cases)
        found[name] = {"built": round(built, 4), "visible": round(seen, 4)}
        print(f"{name:10}{built:10.3f}{seen:12.3f}", flush=True)
    if not options.cases:
        with whole_file(FILE) as part:
            part.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
