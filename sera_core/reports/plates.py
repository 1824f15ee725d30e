"""All figures of a comparison for print, as SVG, PDF and PNG in one archive."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from itertools import cycle

from matplotlib.figure import Figure

from sera_core.evaluate.compare import decision_curves, roc_lines
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Comparison
from sera_core.figures.palette import DASHES, MARKS, READER, Series
from sera_core.figures.paper import (
    FORMS,
    Cast,
    confusion_plate,
    decision_plate,
    forest_plate,
    reliability_plate,
    roc_plate,
    saved,
)

MOST = 8  # models in one figure


def archive(
    predictions: Predictions,
    found: Comparison,
    looks: Mapping[str, Series],
    names: Mapping[str, str],
    width: float,
) -> bytes:
    """A ZIP of every figure in every form.

    Parameters
    ----------
    predictions : Predictions
        The models and centres that are drawn.
    found : Comparison
        Of these predictions.
    looks, names : mapping of model or reader
    width : float
        Of each figure, mm.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, figure in plates(predictions, found, looks, names, width):
            for form in FORMS:
                book.writestr(zipfile.ZipInfo(f"{name}.{form}"), saved(figure, form))
    return file.getvalue()


def plates(
    predictions: Predictions,
    found: Comparison,
    looks: Mapping[str, Series],
    names: Mapping[str, str],
    width: float,
) -> Iterator[tuple[str, Figure]]:
    """Name and figure of each plate; real and simulated centres never share one."""
    seen = {
        name: Series(READER.colour, "", mark) for name, mark in zip(predictions.readers, cycle(MARKS), strict=False)
    }
    drawn = zip(predictions.models, cycle(DASHES), cycle(MARKS), strict=False)
    looks = {model: Series(looks[model].colour, dash, mark) for model, dash, mark in drawn} | seen  # told apart in grey
    for kind in dict.fromkeys(predictions.domains[centre] for centre in predictions.centres):
        centres = {}
        for view in map(predictions.at, predictions.centres):
            if view.domain == kind:
                roles = {
                    predictions.roles[m, view.centre] for m in view.models if (m, view.centre) in predictions.roles
                }
                role = roles.pop() if len(roles) == 1 else "mixed"
                centres[view.centre] = f"{view.centre}, {role}\n{view.malignant} / {view.benign} with label 1 / 0"
        cast = Cast(looks, names, centres, width)
        yield (
            f"{kind}-auc",
            forest_plate(found.glance, [row for row in found.pooled if row.centre == f"external, {kind}"], cast),
        )
        curves = {centre: roc_lines(predictions, centre, found.cutoffs) for centre in centres}
        if any(curves.values()):
            yield f"{kind}-roc", roc_plate(curves, cast)
        calibrated = {c: [one for one in found.calibrations if one.centre == c] for c in centres}
        yield f"{kind}-calibration", reliability_plate(calibrated, cast)
        yield f"{kind}-decision", decision_plate({c: decision_curves(predictions, c) for c in centres}, cast)
        for model in dict.fromkeys(one.model for one in found.confusions if one.centre in centres):
            yield f"{kind}-confusion-{file_name(model)}", confusion_plate(found.confusions, model, cast)


def file_name(name: str) -> str:
    """A model's name with only letters, digits, dots, hyphens and underscores: no path leaves the archive's folder."""
    return re.sub(r"[^\w.-]+", "_", name).strip("._") or "model"
