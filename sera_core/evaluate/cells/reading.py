"""Models beside several readers, and readers with and without a model: would it hold for other readers too."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain

import numpy as np

from sera_core.contracts import READER, Guideline
from sera_core.evaluate.placements import placements
from sera_core.evaluate.predictions import CentreView, Predictions
from sera_core.evaluate.readers import difference, fixed_readers, jackknife, random_readers
from sera_core.evaluate.results import Row

AIDED = "_aided"  # ends the column of a reader who saw the model's answer
AVERAGE = "average reader"


def readings(predictions: Predictions) -> tuple[Row, ...]:
    """``auc_difference_readers`` of every model against the average reader, and of readers with against without help.

    Readers of one guideline (``reader_1_acr2017, reader_2_acr2017``) are averaged, and readers of none; at least two
    are needed. ``reader_kim_aided`` is ``reader_kim`` who saw the model's answer. Each row has a twin,
    ``auc_difference_these_readers``, whose interval speaks of these very readers only. On the cases that all of them
    answered.
    """
    return tuple(chain.from_iterable(_of_centre(predictions.at(centre)) for centre in predictions.centres))


def _of_centre(view: CentreView) -> list[Row]:
    people = [name for name in view.raters if name.startswith(READER)]
    alone = [name for name in people if not name.endswith(AIDED)]
    groups = defaultdict(list)
    for name in alone:
        groups[next((g.value for g in Guideline if name.endswith(g.value)), "")].append(name)
    rows = []
    for guideline, group in groups.items():
        if len(group) > 1:
            average = f"{AVERAGE}, {guideline}" if guideline else AVERAGE
            for model in (name for name in view.raters if name in view.models):
                rows += _compared(view, [model] * len(group), group, model, average)
    helped = [name for name in alone if name + AIDED in people]
    if len(helped) > 1:
        rows += _compared(view, [name + AIDED for name in helped], helped, f"{AVERAGE}, aided", f"{AVERAGE}, alone")
    return rows


def _compared(view: CentreView, first: Sequence[str], second: Sequence[str], model: str, versus: str) -> list[Row]:
    names = list(dict.fromkeys((*first, *second)))
    scores = np.stack([view.score(name) for name in names])
    given = ~np.isnan(scores).any(axis=0)
    label, patient = view.label[given], view.patient[given]
    if min(len(np.unique(patient[label == truth])) for truth in (0, 1)) < 2:
        return []
    parts = [placements(label, score) for score in scores[:, given]]
    over = jackknife(parts, label, scores[:, given], patient)
    left, right = ([names.index(name) for name in side] for side in (first, second))
    gains = [parts[a].value - parts[b].value for a, b in zip(left, right, strict=True)]
    change, whose = difference(over, left, right), f"Obuchowski-Rockette, jackknife, {len(second)} readers"
    rows = []
    for metric, found in (
        ("auc_difference_readers", random_readers(gains, change)),
        ("auc_difference_these_readers", fixed_readers(gains, change)),
    ):
        kind = f"random ({found.freedom:.1f} degrees of freedom)" if np.isfinite(found.freedom) else "fixed"
        numbers = (found.value, found.low, found.high, len(label))
        rows.append(Row(metric, *numbers, f"{whose}, {kind}", view.centre, model, versus=versus, p=found.p))
    return rows
