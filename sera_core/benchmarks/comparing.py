"""How fast comparisons are made here, against their aims."""

from __future__ import annotations

import io
import resource
from typing import Any

import numpy as np
import pandas as pd

from sera_core.benchmarks.timing import Timing, processor, seconds
from sera_core.evaluate.compare import compare, confusions, cutoffs, glance, roc_lines
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.table import read_predictions

CENTRES = {"internal": 634, "A": 781, "B": 200, "C": 200, "D": 180, "E": 300, "F": 640}  # cases, as in the studies
MODELS = 20
MILLION = 1_000_000


def benchmark() -> list[Timing]:
    """A study of 20 models at 7 centres, and a million predictions of 20 models; drawn numbers, which cost the same.

    Returns
    -------
    list of Timing
        Processor seconds (what free cores would give) of loading, first cells, a moved cut-off and the whole
        comparison; peak memory of this process.
    """
    file = parquet(sum(CENTRES.values()), CENTRES)
    study = read_predictions(file)
    frozen = cutoffs(study)
    size = f"{MODELS} models x {len(CENTRES)} centres"
    rows = [
        processor(f"cut-offs and first table, {size}", seconds(lambda: _first(file)), 1.5),
        processor(f"cut-off moved, {size}", seconds(lambda: confusions(study, frozen), 5), 0.1),
        processor(
            f"ROC panel of a centre, {MODELS} models", seconds(lambda: roc_lines(study, "internal", frozen), 3), 0.5
        ),
        processor(f"whole comparison, {size}", seconds(lambda: compare(read_predictions(file))), 10),
    ]
    large = parquet(MILLION // MODELS, {"internal": MILLION // MODELS // 2, "A": MILLION // MODELS // 2})
    rows.append(processor("a million predictions, loaded", seconds(lambda: read_predictions(large)), 5))
    rows.append(
        processor("a million predictions, loaded and evaluated", seconds(lambda: compare(read_predictions(large))), 5)
    )
    for images, aim in ((1, 4.0), (2, 10.0)):
        half = MILLION // 2
        one = parquet(MILLION, {"internal": half, "A": half}, models=1, images=images)
        what = f"a million rows of one model, {images} a patient, loaded and evaluated"
        rows.append(processor(what, seconds(lambda one=one: compare(read_predictions(one))), aim))  # type: ignore[misc]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [*rows, Timing(name="memory of a million predictions", value=peak, unit="GB", versus="2 GB", ratio=peak / 2)]


def _first(file: bytes) -> Any:
    study: Predictions = read_predictions(file)
    frozen = cutoffs(study)
    return glance(study), confusions(study, frozen)


def parquet(cases: int, centres: dict[str, int], models: int = MODELS, images: int = 1) -> bytes:
    """A table of models on drawn cases, so many images a patient, as a file."""
    random = np.random.default_rng(0)
    label = random.integers(0, 2, cases)
    centre = np.repeat(list(centres), list(centres.values()))
    tables = [
        pd.DataFrame(
            {
                "case_id": [f"case-{k}" for k in range(cases)],
                "patient_id": [f"patient-{k // images}" for k in range(cases)],
                "centre": centre,
                "role": np.where(centre == "internal", "internal", "external"),
                "label": label,
                "model": f"model-{number}",
                "probability": 1 / (1 + np.exp(-random.normal(label * 1.5 - 0.75, 1))),
            }
        )
        for number in range(models)
    ]
    file = io.BytesIO()
    pd.concat(tables).to_parquet(file, index=False)
    return file.getvalue()
