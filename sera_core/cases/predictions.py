"""Cases with settled pathology as a predictions table: the user's own centre on Compare."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from sera_core.cases.log import Log
from sera_core.contracts import ROWS, SIMULATED, BadInput, Diagnosis
from sera_core.evaluate.proportion import wilson
from sera_core.exam import Nodule, combined, pooled
from sera_core.wording.probability import percent

CENTRE = {"real": "own", SIMULATED: "own, simulated"}
WITH_DOUBT = (
    "Nodules with pathology are those that somebody chose to puncture or remove, so sensitivity and specificity here "
    "are not those of all nodules (verification bias); models whose training labels are readings answer another "
    "question; and cases you reopened and read again until the answer pleased you prove nothing."
)


def predictions(log: Log) -> pd.DataFrame:
    """One row for each nodule whose pathology is settled and each model that read it.

    A model's probability is the mean of the logits over the nodule's views. ``patient_id`` is the exam's code, or its
    id where it has none; ``label`` as :attr:`~sera_core.exam.Pathology.label` settles it; ``cutoff`` the model's frozen
    one, left empty where the model was trained anew in between.

    Raises
    ------
    BadInput
        When no nodule has settled pathology.
    """
    rows = [row for entry in log.find(pathology=True) for row in _rows(log, entry.id)]
    if not rows:
        raise BadInput(
            "no_pathology",
            "No saved nodule has a settled pathology: enter its histology, or a Bethesda category of II or VI.",
        )
    table = pd.DataFrame(rows)
    table.loc[table.groupby("model")["cutoff"].transform("nunique") > 1, "cutoff"] = None
    return table


def caution(table: pd.DataFrame) -> str:
    """How many nodules there are, how little that can show, and what they stand for."""
    said = []
    for domain, part in table.drop_duplicates("case_id").groupby("domain"):
        malignant, benign = int(part["label"].sum()), int((1 - part["label"]).sum())
        said.append(f"{malignant + benign} {domain} nodules ({malignant} malignant, {benign} benign)")
        if malignant and benign:
            low, high = wilson(round(0.9 * malignant), malignant)
            said[-1] += (
                f": a sensitivity near 90% would have a 95% interval of {percent(float(low))} to {percent(float(high))}"
            )
        else:
            said[-1] += ": of one kind only, so nothing can be compared yet"
    return f"{'; '.join(said)}. {WITH_DOUBT}"


def _rows(log: Log, case: str) -> Iterator[dict[str, Any]]:
    exam = log.open(case)
    for number, nodule in enumerate(exam.nodules, 1):
        if (label := nodule.pathology.label) is None:
            continue
        found = combined(nodule)
        domain = SIMULATED if found.image.simulated else "real"
        known = {
            "case_id": f"{case}/{number}",
            "patient_id": exam.code or case,
            "centre": CENTRE[domain],
            "role": "external",
            "label": label,
        }
        for model, (probability, cutoff) in _answers(nodule).items():
            answer = {"model": model, "probability": probability, "cutoff": cutoff}
            yield known | answer | {"size_mm": found.size_mm, "domain": domain} | _words(found)


def _answers(nodule: Nodule) -> dict[str, tuple[float, float]]:
    """Probability and cut-off of every model that does not refuse the nodule's frames."""
    said: dict[str, list[tuple[float, float]]] = {}
    for view in nodule.views:
        reading = view.diagnosis.reading
        if not reading.familiarity.refused:
            said.setdefault(reading.model, []).append((reading.probability, reading.cutoff))
        for one in view.diagnosis.opinions:
            if one.model != reading.model and not one.familiarity.refused:
                said.setdefault(one.model, []).append((one.probability, one.cutoff))
    return {model: (pooled([p for p, _ in answers]), answers[0][1]) for model, answers in said.items()}


def _words(found: Diagnosis) -> dict[str, str | None]:
    """The descriptors, as far as somebody says them."""
    words: dict[str, str | None] = {}
    for row in ROWS:
        said = getattr(found.description, row)
        words[row] = said if said is None or row != "foci" else " ".join(sorted(said)) or "none"
    return words
