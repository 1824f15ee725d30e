"""Which models to look at first, without asking the centres they are judged by."""

from __future__ import annotations

import numpy as np

from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.roc import area


def ranked(predictions: Predictions) -> tuple[str, ...]:
    """Models by their mean AUC over the centres where they are internal, best first.

    A model without an internal centre of both classes comes after the others, in the order of the table. External
    centres choose nothing: a model picked for them would look better there than it is.
    """
    found = {}
    for model in predictions.models:
        inside = [c for c in predictions.centres if predictions.roles.get((model, c)) == "internal"]
        areas = [view.placements[model] for view in map(predictions.at, inside) if model in view.placements]
        found[model] = float(np.mean([area(one).value for one in areas])) if areas else -1.0
    return tuple(sorted(predictions.models, key=lambda model: -found[model]))
