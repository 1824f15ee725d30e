"""Do heatmaps lie on the nodule? Against outlines that are known: the simulator's, and the readers' of real frames.

Location alone is weak evidence: a nodule lies in the middle of its crop, and a Gaussian there beats every map.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import numpy as np
from PIL import Image

from sera_core.benchmarks.pointing import Row, Shown, baselines, estimate, maps, networks, shown
from sera_core.classifiers import store
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import SIMULATED, Box, Grey
from sera_core.explain.inside import Mask, fifth_inside, heat_inside, hottest_inside
from sera_core.images.read import read_image
from sera_core.simulate.cohort import study_set
from sera_core.simulate.render import render
from sera_core.train.importers import IMPORTERS, Tally

SEED, CASES = 77, 60
MOST = {"ddti": 111, "busi": 60}  # nodules: all that DDTI's readers call suspicious, the first of BUSI's
Framed = tuple[Grey, Box, Mask, str]


def location(frames: Path | None) -> list[Row]:
    """A row for each kind of frames, model and map; only malignant or suspicious nodules, whose evidence is sought.

    Parameters
    ----------
    frames : Path or None
        Folder with the real frames' folders ``ddti`` and ``busi``; None leaves them out.
    """
    sets = {SIMULATED: list(_simulated())}
    for name in ("ddti", "busi") if frames else ():
        sets[name.upper()] = list(islice(_real(name, frames / name), MOST[name]))  # type: ignore[operator]
    return [
        row
        for name, ones in sets.items()
        for classifier in networks()
        if (name == SIMULATED) <= (classifier.card.domain == SIMULATED)
        for row in _rows(name, classifier, [shown(classifier, *one) for one in ones])
    ]


def _rows(frames: str, classifier: Classifier, ones: list[Shown]) -> Iterator[Row]:
    known = any(source.name == frames for source in classifier.card.training)
    found: dict[str, list[tuple[float, ...]]] = {}
    for one in ones:
        for name, values in (maps(classifier, one.crop.pixels) | baselines(one)).items():
            scores = (heat_inside(values, one.mask), hottest_inside(values, one.mask), fifth_inside(values, one.mask))
            found.setdefault(name, []).append(scores)
    patients = [one.patient for one in ones]
    area = float(np.mean([one.mask.mean() for one in ones]))
    for name, each in found.items():
        heat, hottest, fifth = np.asarray(each, np.float64).T
        yield {
            "frames": frames + (", seen in training" if known else ""),
            "model": classifier.card.id,
            "sha256": classifier.card.files[store.WEIGHTS],
            "map": name,
            "n": len(ones),
            "area": area,
            **estimate("heat", heat, patients),
            **estimate("hottest", hottest, patients),
            **estimate("fifth", fifth, patients),
        }


def _simulated() -> Iterator[Framed]:
    for case in study_set("internal", "test", SEED, malignant=CASES, benign=1)[: CASES + 1]:
        if case.pathology == "malignant":
            frame = render(case)
            yield frame.image.pixels, frame.box, frame.mask, case.patient_id


def _real(name: str, folder: Path) -> Iterator[Framed]:
    for row in IMPORTERS[name](folder, Tally()):
        if row["label"] != 1:
            continue
        file = Path(str(row["image"]))
        pixels = read_image(file.read_bytes()).pixels
        with Image.open(next((folder / "masks").glob(f"{file.stem}.*"))) as picture:
            levels = np.asarray(picture.convert("L"))
        box = Box(*(int(str(row[key])) for key in ("x", "y", "width", "height")))
        yield pixels, box, levels > levels.max() / 2, str(row["patient_id"])
