"""How often the intervals of a comparison hold the truth: studies drawn again and again from a known population.

Two models and a reader read 30 or 100 patients with one to five images each. Half of what varies in a score belongs to
the patient, so that images of one patient resemble each other, and one image in ten has the other label than its
patient. The truth is what the very same code computes from a population of very many patients.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

import numpy as np
import pandas as pd
from scipy.special import expit

from sera_core.evaluate.compare import compare, roc_lines
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff, Row
from sera_core.evaluate.table import read_predictions

Key = tuple[str, ...]
Interval = tuple[float, float, float]  # estimate, low, high
ROUNDING = 1e-12
PATIENTS = (100, 30)
POPULATION = 30_000  # patients
APART = 1.2  # standard deviations between the classes: an AUC of 0.80
BAND_AT = (0.1, 0.3, 0.5)  # false-positive shares
LEFT_OUT = ("_before", "_after")  # middle 95 % of draws, no interval of an unknown number
CUTOFFS = {name: Cutoff(0.5, np.nan, np.nan, "fixed beforehand") for name in ("good", "fair")} | {
    "reader_1": Cutoff(3.0, np.nan, np.nan, "fixed beforehand")
}


def coverage(
    studies: int = 120, seed: int = 0, population: int = POPULATION, report: Callable[[str], None] = lambda line: None
) -> list[dict[str, object]]:
    """Share of 95 % intervals that hold the truth, a row a metric.

    Parameters
    ----------
    studies : int
        Drawn for each number of patients. A metric has four intervals or more of each (two models at two centres).
    population : int
        Patients from whom the truth is computed.
    report : callable
        Takes lines of progress.

    Returns
    -------
    list of dict
        ``metric``, and the share that held for ``100 patients, 30 patients`` with one image each and, after
        ``several:``, with one to five.
    """
    rows: dict[str, dict[str, object]] = defaultdict(dict)
    for several in (False, True):
        truth = _intervals(_drawn(population, several, np.random.default_rng(seed)))
        for patients in PATIENTS:
            held = _held(truth, patients, several, studies, seed)
            for metric, inside in held.items():
                name = f"{'several: ' if several else ''}{patients} patients"
                rows[metric] |= {"metric": metric, name: round(float(np.mean(inside)), 3)}
            report(f"{patients} patients with {'one to five images' if several else 'one image'}: {studies} studies")
    return [rows[metric] for metric in sorted(rows)]


def _held(
    truth: Mapping[Key, Interval], patients: int, several: bool, studies: int, seed: int
) -> dict[str, list[bool]]:
    """For each metric whether each of its intervals held the truth."""
    held: dict[str, list[bool]] = defaultdict(list)
    for study in range(studies):
        random = np.random.default_rng((seed, patients, several, study))
        for key, (_, low, high) in _intervals(_drawn(patients, several, random)).items():
            if key in truth:
                held[key[0]].append(low - ROUNDING <= truth[key][0] <= high + ROUNDING)
    return held


def _drawn(patients: int, several: bool, random: np.random.Generator) -> Predictions:
    """One study: a table of two independent centres."""
    return read_predictions(pd.concat([_centre(c, patients, several, random) for c in "AB"]).to_csv().encode())


def _centre(centre: str, patients: int, several: bool, random: np.random.Generator) -> pd.DataFrame:
    images = random.integers(1, 6, patients) if several else np.ones(patients, int)
    patient = np.repeat(np.arange(patients), images)
    ill = (random.random(patients) < 0.45)[patient]
    label = np.where(random.random(len(patient)) < 0.1, ~ill, ill).astype(int) if several else ill.astype(int)
    base = pd.DataFrame(
        {
            "case_id": [f"{centre}{k}" for k in range(len(patient))],
            "patient_id": [f"{centre}p{k}" for k in patient],
            "centre": centre,
            "role": "external",
            "label": label,
            "size_mm": random.uniform(5, 30, len(patient)).round(1),
        }
    )
    taste = random.normal(0, np.sqrt(0.5), patients)[patient]
    tables = []
    scores = {name: _score(label, taste, noise, random) for name, noise in (("good", 0.3), ("fair", 0.8), ("1", 0.6))}
    base["reader_1"] = np.clip(np.round(2.5 + scores.pop("1")), 0, 6)
    for name, score in scores.items():
        tables.append(base.assign(model=name, probability=expit(APART * score + np.log(0.46 / 0.54)).round(9)))
    return pd.concat(tables, ignore_index=True)


def _score(label: np.ndarray, taste: np.ndarray, noise: float, random: np.random.Generator) -> np.ndarray:
    evidence = APART * (label - 0.5) + taste + random.normal(0, np.sqrt(0.5), len(label))
    return evidence + random.normal(0, noise, len(label))


def _intervals(predictions: Predictions) -> dict[Key, Interval]:
    """Estimate, low and high of every row with an interval, and of the ROC band at some places."""
    found: dict[Key, Interval] = {}
    for row in compare(predictions, CUTOFFS).rows:
        if np.isfinite([row.estimate, row.low, row.high]).all() and not row.metric.endswith(LEFT_OUT):
            found[_key(row)] = row.estimate, row.low, row.high
    for centre in predictions.centres:
        found |= dict(_bands(predictions, centre))
    return found


def _key(row: Row) -> Key:
    kind = " (between centres)" if " - " in row.centre and row.metric == "auc_difference" else ""
    kind = " (subgroup)" if row.subgroup else kind
    return row.metric + kind, row.centre, row.model, row.versus, row.subgroup


def _bands(predictions: Predictions, centre: str) -> Iterator[tuple[Key, Interval]]:
    for line in roc_lines(predictions, centre, CUTOFFS):
        if not line.is_reader:
            for share in BAND_AT:
                ends = (np.interp(share, line.false_positive, part) for part in (line.sensitivity, line.low, line.high))
                value, low, high = (float(end) for end in ends)
                yield (f"roc_band_at_{share:g}", centre, line.model, "", ""), (value, low, high)
