"""Nodules whose truth is known: a small physical model of thyroid ultrasound, four virtual centres, ten samples."""

from __future__ import annotations

from sera_core.simulate.case import Anatomy, Case, Nodule, Pathology, Texture, View
from sera_core.simulate.centres import CENTRES, Centre, centre_named
from sera_core.simulate.render import Frame, crop, render
from sera_core.simulate.samples import SAMPLES, Sample
from sera_core.simulate.scanner import Scanner

__all__ = [
    "CENTRES",
    "SAMPLES",
    "Anatomy",
    "Case",
    "Centre",
    "Frame",
    "Nodule",
    "Pathology",
    "Sample",
    "Scanner",
    "Texture",
    "View",
    "centre_named",
    "crop",
    "render",
]
