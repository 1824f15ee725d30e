"""Made-up exams of made-up pixels: no patient, no model."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import numpy as np

from sera_core.contracts import BadInput, Box, Description, GreyImage, Measured, Outline, Patient, Proposal, Sign
from sera_core.diagnosis import Request, advise, unread
from sera_core.exam import Exam, Nodule, Plane, Pole, Side, View
from sera_core.signs.quantities import QUANTITIES
from tests.reports.samples import SEEN, diagnosis


def small(seed: int = 0) -> GreyImage:
    """A frame of speckle, as small as will do."""
    return GreyImage(np.random.default_rng(seed).random((90, 140), np.float32), (0.3, 0.3), source="PNG")


def outline() -> Outline:
    down, right = np.mgrid[:90, :140]
    mask = ((down - 47) / 17) ** 2 + ((right - 72) / 24) ** 2 < 1
    return Outline(mask, Box.around(mask), 0.91, "network")


def measured(width: float, height: float) -> Measured:
    known = {"width": width, "height": height, "long": max(width, height), "across": min(width, height)}
    units = {"length": "mm", "area": "mm2"}
    signs = (Sign(q.name, q.title, known.get(q.name, 0.5), units.get(q.unit, q.unit)) for q in QUANTITIES)
    chance = (Proposal("composition", "solid", 0.8123456789012345, True),)
    return Measured(tuple(signs), chance, Description(composition=SEEN.composition), max(width, height))


def view(plane: Plane = Plane.TRANSVERSE, across: tuple[float, float] = (14.0, 11.0), **changes: Any) -> View:
    heatmap = replace(diagnosis().reading.heatmap, crop_box=Box(37, 15, 67, 67))
    own = {"image": small(), "box": Box(45, 27, 55, 40), "heatmap": heatmap, "outline": outline()}
    return View(plane, diagnosis(**(own | {"measured": measured(*across), "size_mm": None} | changes)))


def described(plane: Plane | None = None) -> View:
    """A frame on which no nodule was found; a reader described it all the same."""
    why = BadInput("no_nodule", "The frame shows no nodule.")
    patient = Patient(22.0, seen=Description.of(SEEN))
    return View(plane, advise(small(), unread(small(), Request(), why), patient))


def exam(*nodules: Nodule, **changes: Any) -> Exam:
    one = Nodule((view(), view(Plane.LONGITUDINAL, (18.0, 12.0), probability=0.6)), Side.LEFT, Pole.LOWER)
    return Exam(**({"nodules": nodules or (one,), "code": "A-017", "day": date(2030, 5, 17)} | changes))
