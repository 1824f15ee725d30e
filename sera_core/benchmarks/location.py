"""Do heatmaps lie on the nodule? Against outlines that are known: the simulator's, and the readers' of real frames.

Location alone is weak evidence: a nodule lies in the middle of its crop, and a Gaussian there beats every map.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np

from sera_core.benchmarks.folds import networks_of_folds
from sera_core.benchmarks.pointing import Row, Shown, baselines, estimate, maps, networks, shown
from sera_core.classifiers import store
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import SIMULATED, Box, Grey
from sera_core.explain.inside import Mask, fifth_inside, heat_inside, hottest_inside
from sera_core.images.read import read_image
from sera_core.simulate.cohort import study_set
from sera_core.simulate.render import render
from sera_core.train.importers import IMPORTERS, Tally
from sera_core.train.masks import part_in, read_mask

SEED, CASES = 91, 60  # what ships was chosen on other seeds
MOST = {"ddti": 111, "busi": 60}  # nodules: all that DDTI's readers call suspicious, the first of BUSI's
OUT_OF_FOLD = "DDTI, out of fold"
Framed = tuple[Grey, Box, Mask, str]
Asked = tuple[Classifier, Shown]


def location(frames: Path | None, folds: Path | None = None) -> list[Row]:
    """A row for each kind of frames, model and map; only malignant or suspicious nodules, whose evidence is sought.

    Parameters
    ----------
    frames : Path or None
        Folder with the real frames' folders ``ddti`` and ``busi``; None leaves them out.
    folds : Path or None
        Folder of a training on DDTI with the networks of its folds: each explains the frames that it has not seen.
    """
    rows = list(_of_models(SIMULATED, [framed for framed, _ in _simulated()]))
    if frames:
        ddti, busi = (list(islice(_real(name, frames / name), most)) for name, most in MOST.items())
        rows += _rows(OUT_OF_FOLD, _out_of_fold(folds, ddti)) if folds else []
        rows += [*_of_models("DDTI", [framed for framed, _ in ddti]), *_of_models("BUSI", [one for one, _ in busi])]
    return rows


def _of_models(frames: str, ones: list[Framed]) -> Iterator[Row]:
    """Simulated frames are shown to every model of such frames, real ones to the default models."""
    for classifier in networks():
        if classifier.card.domain == SIMULATED if frames == SIMULATED else classifier.card.default:
            seen = any(source.name == frames for source in classifier.card.training)
            named = frames + (", seen in training" if seen else "")
            yield from _rows(named, [(classifier, shown(classifier, *one)) for one in ones])


def _out_of_fold(folder: Path, ones: list[tuple[Framed, str]]) -> list[Asked]:
    of_fold = networks_of_folds(folder)
    return [(of_fold[fold], shown(of_fold[fold], *framed)) for framed, fold in ones]


def _rows(frames: str, asked: list[Asked]) -> Iterator[Row]:
    found: dict[str, list[tuple[float, ...]]] = {}
    for classifier, one in asked:
        for name, values in (maps(classifier, one) | baselines(one)).items():
            scores = (heat_inside(values, one.mask), hottest_inside(values, one.mask), fifth_inside(values, one.mask))
            found.setdefault(name, []).append(scores)
    card, patients = asked[0][0].card, [one.patient for _, one in asked]
    area = float(np.mean([one.mask.mean() for _, one in asked]))
    for name, each in found.items():
        heat, hottest, fifth = np.asarray(each, np.float64).T
        yield {
            "frames": frames,
            "model": card.id,
            "sha256": card.files[store.WEIGHTS],
            "map": name,
            "n": len(asked),
            "area": area,
            **estimate("heat", heat, patients),
            **estimate("hottest", hottest, patients),
            **estimate("fifth", fifth, patients),
        }


def _simulated() -> Iterator[tuple[Framed, str]]:
    for case in study_set("internal", "test", SEED, malignant=CASES, benign=1)[: CASES + 1]:
        if case.pathology == "malignant":
            frame = render(case)
            yield (frame.image.pixels, frame.box, frame.mask, case.patient_id), ""


def _real(name: str, folder: Path) -> Iterator[tuple[Framed, str]]:
    """Frames, and the fold that each is in."""
    for row in IMPORTERS[name](folder, Tally()):
        if row["label"] != 1:
            continue
        file = Path(str(row["image"]))
        pixels = read_image(file.read_bytes()).pixels
        box = Box(*(int(str(row[key])) for key in ("x", "y", "width", "height")))
        mask = part_in(read_mask(Path(str(row["mask"]))), box)
        assert mask is not None, "the box is that of a part"
        yield (pixels, box, mask, str(row["patient_id"])), str(row["split"])
