"""How many cases does one need? A model taught by so many patients, tested on all others, many times over."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.contracts import BadInput
from sera_core.evaluate.roc import auc
from sera_core.study.arms import Trained
from sera_core.study.design import Learning
from sera_core.study.stage import Stage
from sera_core.study.trainer import bank_of
from sera_core.train.frames import Frame
from sera_core.train.frozen import fit_frozen

FEWEST = 50  # patients that must be left to test on
REST = f"to leave {FEWEST} to test on"


def curve(trained: Trained, how: Learning, stage: Stage) -> pd.DataFrame:
    """The learning curve of a model that changes no body, at home.

    Returns
    -------
    DataFrame
        A row a number of patients: ``model, centre, patients, tested`` (patients), ``repeats``, ``auc`` (mean), ``low``
        and ``high`` (2.5th and 97.5th percentile of the repeats, in which both those who teach and those who are asked
        change).
    """
    own = trained.answers.split.own
    bank = bank_of(trained.plan, own, stage, trained.outlines)
    features = trained.at(trained.plan.layer).features(own)
    labels = np.array([frame.case.label for frame in own])
    patients = np.unique([frame.case.patient_id for frame in own], return_inverse=True)[1]
    wanted = sizes(how, trained.answers.id, own)
    if left_out := sorted(set(how.patients) - set(wanted)):
        stage.report(f"{_listed(left_out)} patients left out of the curve: {patients.max() + 1} are too few {REST}")
    rows = []
    for number in wanted:
        found = []
        for repeat in range(how.repeats):
            teaches = np.isin(patients, _drawn(labels, patients, number, np.random.default_rng([number, repeat])))
            fitted = fit_frozen(bank, np.flatnonzero(teaches), trained.plan.preparation, trained.plan.recipe)
            found.append(auc(labels[~teaches], fitted.answer(features[~teaches])).value)
        rows.append(_row(trained, number, int(patients.max()) + 1 - number, found))
        stage.report(f"{number} patients: AUC {np.mean(found):.3f}")
    return pd.DataFrame(rows)


def sizes(how: Learning, model: str, own: list[Frame]) -> list[int]:
    """The numbers of patients that leave enough others of a model's own to test on.

    Raises
    ------
    BadInput
        When none does.
    """
    patients = len({frame.case.patient_id for frame in own})
    found = [number for number in how.patients if number + FEWEST <= patients]
    if not found:
        raise BadInput(
            "few_patients",
            f"The {patients} patients of {model} are too few for a learning curve at {_listed(how.patients)} {REST}: "
            "write smaller numbers in learning.patients, or take the model out of learning.arms.",
        )
    return found


def _listed(numbers: Sequence[int]) -> str:
    return ", ".join(map(str, numbers))


def _drawn(
    labels: NDArray[np.int64], patients: NDArray[np.intp], number: int, random: np.random.Generator
) -> NDArray[np.intp]:
    """So many patients, with as large a share of positive ones as there is."""
    positive = np.zeros(patients.max() + 1, bool)
    np.logical_or.at(positive, patients, labels == 1)
    wanted = round(number * positive.mean())
    return np.concatenate(
        [
            random.choice(np.flatnonzero(positive), wanted, replace=False),
            random.choice(np.flatnonzero(~positive), number - wanted, replace=False),
        ]
    )


def _row(trained: Trained, number: int, tested: int, found: list[float]) -> dict[str, object]:
    low, high = np.percentile(found, (2.5, 97.5))
    return {
        "model": trained.answers.id,
        "centre": trained.answers.split.home,
        "patients": number,
        "tested": tested,
        "repeats": len(found),
        "auc": float(np.mean(found)),
        "low": float(low),
        "high": float(high),
    }
