"""How well a small classifier tells real crops from simulated ones, and what brings the two nearer.

Two kinds of tries: steps of a display (:mod:`sera_core.simulate.finish`), which anyone may apply, and loans from real
crops (:mod:`sera_core.simulate.loans`), which nobody can but which say where the difference lies. Steps were chosen,
and donors taken, on one half of DDTI's patients; the other half and BUSI judge. Then what the shipped networks of
simulated frames make of the finished frames.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from sera_core.benchmarks.pointing import of_simulated_frames
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import BadInput, Box, Grey
from sera_core.evaluate.delong import paired
from sera_core.evaluate.placements import placements
from sera_core.evaluate.roc import area
from sera_core.images.prepare import prepare
from sera_core.simulate.case import Pathology
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.finish import EXPORTED, STEPS, Step
from sera_core.simulate.likelihood import auc
from sera_core.simulate.loans import LOANS
from sera_core.simulate.measures import Mask, resized
from sera_core.simulate.realism import REAL_MM_PER_PX, crops, features, real_frames, real_or_simulated
from sera_core.simulate.render import render

CASES, SEED = 300, 5  # patients whom no shipped model was trained on
Framed = tuple[Grey, Mask]
Row = dict[str, object]


def likeness(frames: Path | None, cases: int = CASES, report: Callable[[str], None] = lambda line: None) -> list[Row]:
    """AUC of real against simulated crops after each try, and of the shipped networks before and after the finish.

    Parameters
    ----------
    frames : Path
        Folder with the real frames' folders ``ddti`` and ``busi``.
    cases : int
        Simulated patients of the internal centre.
    report : callable
        Takes lines of progress.

    Returns
    -------
    list of dict
        ``try, against, auc, auc_of_one_number, n_real, n_tried`` (0.5: nothing tells them apart; first real crops
        against each other), then ``model, frames, estimate, low, high, difference, difference_low,
        difference_high, median_change, n`` with DeLong's intervals.

    Raises
    ------
    BadInput
        Without the folder, or where one of the two has no ``labels.csv``.
    """
    frames = asked_for(frames)
    real = {
        "DDTI, chosen on": crops(real_frames(frames / "ddti", half=0)),
        "DDTI, other patients": crops(real_frames(frames / "ddti", half=1)),
        "BUSI": crops(real_frames(frames / "busi")),
    }
    patients = any_cohort("internal", cases, SEED)
    drawn = [render(case) for case in patients]
    small = [resized(one.image.pixels, one.mask, one.scanner.mm_per_px / REAL_MM_PER_PX) for one in drawn]
    malignant = [case.pathology is Pathology.MALIGNANT for case in patients]
    whole = [(one.image.pixels, one.mask) for one in drawn]
    told = _told_apart(real, small, report)
    return told + [row for model in of_simulated_frames() for row in _answers(model, malignant, whole, small)]


def asked_for(frames: Path | None) -> Path:
    """The folder of the real frames; refused where none is named."""
    if frames is None:
        raise BadInput("no_frames", "Real frames are needed: name the folder that holds ddti and busi with --frames.")
    return frames


def finished(frames: Sequence[Framed], steps: Sequence[Step], seed: int = 3) -> list[Framed]:
    """The frames after these steps, each drawn anew for every frame."""
    generator, out = np.random.default_rng(seed), []
    for grey, mask in frames:
        for step in steps:
            grey = step(grey, generator)
        out.append((grey, mask))
    return out


def _told_apart(real: Mapping[str, list[Grey]], frames: Sequence[Framed], report: Callable[[str], None]) -> list[Row]:
    rows: list[Row] = []
    donors = next(iter(real.values()))
    for name, made in (("real crops, chosen on", donors), *_tries(frames, donors)):
        for against, ones in real.items():
            if ones is not made:
                told, alone = real_or_simulated(ones, made), most_telling(ones, made)
                report(f"{name}, against {against}: {told:.3f}")
                one = {"try": name, "against": against, "auc": told, "auc_of_one_number": alone}
                rows.append({**one, "n_real": len(ones), "n_tried": len(made)})
    return rows


def most_telling(real: Sequence[Grey], made: Sequence[Grey]) -> float:
    """AUC of that number of the classifier that tells most by itself, 0.5 ... 1."""
    ours, theirs = (np.stack([features(one) for one in ones]).T for ones in (made, real))
    return max(max(told, 1 - told) for told in map(auc, ours, theirs))


def _tries(frames: Sequence[Framed], donors: Sequence[Grey]) -> Iterator[tuple[str, list[Grey]]]:
    made = np.stack(crops(frames))
    yield "as drawn", list(made)
    for name, step in STEPS.items():
        yield name, crops(finished(frames, [step]))
    yield "as exported", crops(finished(frames, EXPORTED))
    lent = np.stack(donors)[np.random.default_rng(0).integers(len(donors), size=len(made))]
    for name, loan in LOANS.items():
        yield f"lent by a real crop: {name}", list(loan(made, lent))


def _answers(
    model: Classifier, malignant: Sequence[bool], whole: Sequence[Framed], small: Sequence[Framed]
) -> Iterator[Row]:
    """A shipped network on the frames as it learnt them, at the real frames' scale, and exported."""
    before = _asked(model, whole)
    exported = _asked(model, finished(small, EXPORTED))
    shown = {"as drawn": before, "resized": _asked(model, small), "as exported": exported}
    first = placements(malignant, before)
    for name, after in shown.items():
        found = placements(malignant, after)
        whole_curve, gain = area(found), paired(found, first)
        yield {
            "model": model.card.id,
            "frames": name,
            "estimate": whole_curve.value,
            "low": whole_curve.low,
            "high": whole_curve.high,
            "difference": gain.difference,
            "difference_low": gain.low,
            "difference_high": gain.high,
            "median_change": float(np.median(after - before)),
            "n": len(before),
        }


def _asked(classifier: Classifier, frames: Sequence[Framed]) -> np.ndarray:
    preparation = classifier.card.preparation
    squares = [prepare(grey, Box.around(mask), preparation).pixels for grey, mask in frames]
    return np.concatenate([classifier.predict(np.stack(squares[at : at + 16])) for at in range(0, len(squares), 16)])
