"""A small table with everything that makes rows differ, and whole rows compared with rows worked out in a test."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from functools import cache

import numpy as np
import pytest

from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff, Row
from tests.predicted import made_up, read

CASES = 60
READERS = ("reader_1_acr2017", "reader_2_acr2017")
CUTOFFS = {
    "alpha": Cutoff(0.45, 0.4, 0.5, "fixed"),
    "beta": Cutoff(0.55, np.nan, np.nan, "fixed"),
    **{reader: Cutoff(4.0, np.nan, np.nan, "usual") for reader in READERS},
}
Answers = tuple[np.ndarray, np.ndarray, np.ndarray | None]


@cache
def table(images: int = 1, domain: str = "simulated", cases: int = CASES) -> Predictions:
    """Two centres, two models, two readers; ``images`` of a patient; beta refused four cases and was not asked eight.

    The likelihood ratio of every seventh case is not known.
    """
    rows = made_up(("alpha", "beta"), cases, domain, readers=True, sizes=True)
    number = rows["case_id"].str.split("/").str[1].astype(int)
    rows["patient_id"] = rows["centre"] + "-" + (number // images).astype(str)
    wave = np.round(2 * np.sin(5.0 * number + rows["label"]))
    rows["reader_2_acr2017"] = (rows["reader_1_acr2017"] + wave).clip(0, 10)
    rows["log_likelihood_ratio"] = (rows["label"] + np.sin(3.0 * number)).where(number % 7 > 0)
    rows.loc[(rows["model"] == "beta") & (number >= cases - 12), "probability"] = np.nan
    return read(rows[(rows["model"] == "alpha") | (number < cases - 8)])


def answers(
    predictions: Predictions, centre: str, *names: str
) -> tuple[np.ndarray, list[np.ndarray], np.ndarray | None]:
    """Label of the cases that all these answered, the score of each, and the patients where one has several images."""
    cases = predictions.cases[predictions.cases["centre"] == centre]
    label, patient = cases["label"].to_numpy(), cases["patient_id"].to_numpy()
    wide = predictions.probability[cases.index]
    every = [wide[:, predictions.models.index(n)] if n in predictions.models else cases[n].to_numpy() for n in names]
    given = np.isfinite(every).all(axis=0)
    several = len(set(patient)) < len(patient)
    number = np.unique(patient[given], return_inverse=True)[1] if several else None
    return label[given], [score[given] for score in every], number


def alone(predictions: Predictions, centre: str, name: str) -> Answers:
    label, (score,), patient = answers(predictions, centre, name)
    return label, score, patient


def same(found: Iterable[Row], wanted: Sequence[Row]) -> None:
    """Every field of every row, in this order."""
    told = list(found)
    assert [(row.metric, row.centre, row.model) for row in told] == [(r.metric, r.centre, r.model) for r in wanted]
    for row, other in zip(told, wanted, strict=True):
        for field in fields(Row):
            value, right = getattr(row, field.name), getattr(other, field.name)
            if isinstance(right, str):
                assert value == right, (row, field.name)
            else:
                assert value == pytest.approx(right, rel=1e-9, abs=1e-12, nan_ok=True), (row, other, field.name)
