"""One predictions table in, every comparison out: the door that page, command line and report go through.

Each function answers one cell of the comparison page and returns frozen results (:mod:`sera_core.evaluate.results`).
Models, and readers by their column name ``reader_...``, are compared in the same way. Numbers are made for one centre
at a time, so that real and simulated cases never meet in one of them.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from sera_core.contracts import Domain
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.glance import glance, partial_areas, roc_lines
from sera_core.evaluate.operating import confusions, optimisms
from sera_core.evaluate.results import Cutoff
from sera_core.evaluate.table import READER, Predictions

__all__ = ["confusions", "cutoffs", "glance", "optimisms", "partial_areas", "roc_lines"]

# The score from which each guideline is usually called positive. K-TIRADS 4 (intermediate suspicion) and ACR TR4 (4
# points): the lowest categories that advise a needle at 1.5 cm. Kim 2002 (AJR 178:687): any one feature. Kwak 2011
# (Radiology 260:892): 4a, any one feature.
USUAL_THRESHOLD = {"ktirads2021": 4.0, "ktirads2016": 4.0, "acr2017": 4.0, "kim2002": 1.0, "kwak2011": 1.0}
HALF = Cutoff(0.5, np.nan, np.nan, "0.5, because there are no internal cases of both classes to choose on")


def cutoffs(predictions: Predictions, known: Mapping[str, Cutoff] | None = None) -> dict[str, Cutoff]:
    """The operating point of every model and reader.

    Parameters
    ----------
    predictions : Predictions
    known : mapping of model to Cutoff, optional
        Cut-offs that were frozen before (a study's ``models.csv``); they are kept.

    Returns
    -------
    dict
        Guidelines go by :data:`USUAL_THRESHOLD`; every other name by Youden's index on the model's internal cases
        (for a reader: those of any model), or 0.5 where there are none. Score > value is positive.
    """
    known = known or {}
    found = {}
    for name in (*predictions.models, *predictions.readers):
        usual = next((value for end, value in USUAL_THRESHOLD.items() if name.endswith(end)), None)
        if name in known:
            found[name] = known[name]
        elif name.startswith(READER) and usual is not None:
            # just below the usual score, since a score above the cut-off is positive
            found[name] = Cutoff(usual - 0.5, np.nan, np.nan, f"usual threshold of the guideline: {usual:g} or more")
        else:
            found[name] = _youden_inside(predictions, name)
    return found


def _youden_inside(predictions: Predictions, name: str) -> Cutoff:
    """Youden's cut-off on internal cases, real ones where there are any: the kinds are never pooled."""
    inside: dict[Domain, list[str]] = {"real": [], "simulated": []}
    for (model, centre), role in predictions.roles.items():
        kind = inside[predictions.domains[centre]]
        if role == "internal" and (name == model or name in predictions.readers) and centre not in kind:
            kind.append(centre)
    centres = inside["real"] or inside["simulated"]
    views = [predictions.at(centre) for centre in centres]
    if not views:
        return HALF
    label, score = np.concatenate([v.label for v in views]), np.concatenate([v.score(name) for v in views])
    given = np.isfinite(score)
    if len(np.unique(label[given])) < 2:
        return HALF
    method = f"Youden's index on internal cases ({', '.join(centres)})"
    return Cutoff(youden(label[given], score[given]), np.nan, np.nan, method)
