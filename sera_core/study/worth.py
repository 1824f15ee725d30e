"""What a joined model is worth: against each of its parts alone, on the same cases, by patients; and a report of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd

from sera_core.classifiers.card import Card
from sera_core.evaluate.calibration import line
from sera_core.evaluate.delong import AucDifference, paired
from sera_core.evaluate.placements import Placements, placements
from sera_core.evaluate.proportion import counts, measures
from sera_core.evaluate.roc import area

AUC = "{0.value:.3f} ({0.low:.3f} to {0.high:.3f})"


@dataclass(frozen=True)
class Report:
    """Sentences on what joining was worth, one a part, and the whole report as Markdown."""

    worth: tuple[str, ...]
    text: str


def report(card: Card, predictions: pd.DataFrame, parts: list[str]) -> Report:
    """Compare a joined model with its parts on the cases that it was validated on.

    Parameters
    ----------
    card : Card
        Of the joined model.
    predictions : DataFrame
        Of the study: every model's answers.
    parts : list of str
        Ids of the parts.
    """
    own = predictions[predictions["role"] == "internal"]
    found = {name: _placed(own, name) for name in (card.id, *parts)}
    worth = tuple(_worth(card.id, part, paired(found[card.id], found[part])) for part in parts)
    return Report(worth, "\n".join(_lines(card, own, found, worth)) + "\n")


def _placed(own: pd.DataFrame, name: str) -> Placements:
    rows = own[own["model"] == name].sort_values("case_id")
    return placements(rows["label"], rows["probability"], np.unique(rows["patient_id"], return_inverse=True)[1])


def _worth(whole: str, part: str, more: AucDifference) -> str:
    said = f"AUC {more.difference:+.3f} ({more.low:+.3f} to {more.high:+.3f}) against {part}"
    if more.low > 0:
        return f"{whole} beats this part alone: {said}."
    return f"{whole} was not shown to beat this part alone: {said}."


def _lines(card: Card, own: pd.DataFrame, found: dict[str, Placements], worth: tuple[str, ...]) -> Iterator[str]:
    rows = own[own["model"] == card.id]
    labels, probability = rows["label"].to_numpy(), rows["probability"].to_numpy()
    patients = np.unique(rows["patient_id"], return_inverse=True)[1]
    slope = line(labels, probability, patients=patients)
    at = {name: float(value) for name, value in measures(*counts(labels, probability, card.cutoff.value)).items()}
    yield from (f"# {card.title}", "", card.trained_on, "")
    yield f"Every figure is of cases whose patients were left out ({len(rows)} images, {patients.max() + 1} patients)."
    yield from ("", "| model | AUC (95 % interval) |", "|---|---|")
    yield from (f"| {name} | {AUC.format(area(placed))} |" for name, placed in found.items())
    yield from ("", *worth, "")
    yield f"- Calibration slope {slope.slope:.2f} ({slope.slope_low:.2f} to {slope.slope_high:.2f}); 1 is right."
    yield (
        f"- Cut-off {card.cutoff.value:.3f} ({card.cutoff.low:.3f} to {card.cutoff.high:.3f}; {card.cutoff.method}), "
        f"chosen on these cases: sensitivity {at['sensitivity']:.3f}, specificity {at['specificity']:.3f}."
    )
    yield f"- An image is refused beyond a distance of {card.familiarity_limit:.3f} from the training frames."
    yield from (
        f"- {result.centre} ({result.role}): AUC {result.auc:.3f} ({result.low:.3f} to {result.high:.3f}), "
        f"{result.malignant} positive, {result.benign} negative."
        for result in card.results
    )
    yield from ("", *(f"- {limit}" for limit in card.limits), "", "For research and teaching only.")
