"""What the views of one nodule say together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import reduce

import numpy as np
from scipy.special import expit, logit

from sera_core.contracts import Description, Diagnosis, Reading, Verdict, is_positive
from sera_core.diagnosis import advise
from sera_core.exam.record import Nodule, Plane, View

ORDER = {Plane.TRANSVERSE: 0, Plane.LONGITUDINAL: 1, Plane.OTHER: 2, None: 2}  # shape is read on the transverse view
EDGE = 1e-6  # a probability of exactly 0 or 1 would outvote every other view


def combined(nodule: Nodule) -> Diagnosis:
    """One diagnosis from all views: mean of the logits, largest dimension, the reader's words before proposed ones.

    Views are combined that the same model read, the one that read the first view that any model read; a view at the
    fringe of what it knows counts only where all of them are.

    Parameters
    ----------
    nodule : Nodule

    Returns
    -------
    Diagnosis
        The first view's (transverse before longitudinal) with the nodule's probability, size and description.
        ``low`` and ``high`` are the least and greatest over the views.
    """
    views = sorted(nodule.views, key=lambda view: ORDER[view.plane])
    lead = views[0].diagnosis
    if len(views) == 1 and not nodule.typed.known:
        return lead
    seen = reduce(Description.over, (view.diagnosis.patient.seen for view in views))
    patient, measured = replace(lead.patient, seen=seen), lead.measured
    if measured and not nodule.typed.known and all(view.diagnosis.patient.size_mm is None for view in views):
        measured = replace(measured, size_mm=nodule.largest_mm)  # the outlines' size is nobody's word
    else:
        patient = replace(patient, size_mm=nodule.largest_mm)
    read = [view.diagnosis for view in counted(nodule)]
    reading = _together([one.reading for one in read])
    return advise(read[0].image, reading, patient, read[0].opinions, measured)


def counted(nodule: Nodule) -> tuple[View, ...]:
    """The views whose readings are combined, transverse ones first."""
    views = sorted(nodule.views, key=lambda view: ORDER[view.plane])
    first = next((view for view in views if view.diagnosis.reading.asked), views[0]).diagnosis.reading
    same = [view for view in views if view.diagnosis.reading.model_sha256 == first.model_sha256]
    return tuple([view for view in same if not view.diagnosis.reading.familiarity.fringe] or same)


def pooled(probabilities: Sequence[float]) -> float:
    """The probability whose logit is the mean of the views' logits.

    Examples
    --------
    >>> round(pooled([0.5, 0.9]), 3), pooled([0.3])
    (0.75, 0.3)
    """
    if len(probabilities) == 1:
        return probabilities[0]
    return float(expit(logit(np.clip(probabilities, EDGE, 1 - EDGE)).mean()))


def _together(readings: list[Reading]) -> Reading:
    first = readings[0]
    if len(readings) == 1:
        return first
    probability = pooled([reading.probability for reading in readings])
    return replace(
        first,
        probability=probability,
        low=min(reading.low for reading in readings),
        high=max(reading.high for reading in readings),
        verdict=_verdict(first, probability),
    )


def _verdict(reading: Reading, probability: float) -> Verdict:
    if reading.familiarity.fringe or reading.cutoff_low <= probability <= reading.cutoff_high:
        return Verdict.INDETERMINATE
    return Verdict.MALIGNANT if is_positive(probability, reading.cutoff) else Verdict.BENIGN
