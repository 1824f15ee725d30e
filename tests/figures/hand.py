"""A diagnosis written by hand, for figures and sentences: no network, no file."""

from __future__ import annotations

from dataclasses import fields, replace

import numpy as np

from sera_core.contracts import (
    Action,
    Advice,
    Box,
    CamMethod,
    Diagnosis,
    Familiarity,
    Fidelity,
    GreyImage,
    Guideline,
    Heatmap,
    ModelOpinion,
    Patient,
    Reading,
    Verdict,
)

BOX = Box(60, 50, 80, 60)
READ = "read as suspicious (Kwak TI-RADS 4c or 5)"


def opinion(
    model: str, probability: float, verdict: Verdict, percentile: float = 60.0, positive: str = READ
) -> ModelOpinion:
    return ModelOpinion(
        model, model.title(), "real", positive, probability, 0.5, verdict, Familiarity(1.0, percentile, 2.0)
    )


def hand_made(**changes: object) -> Diagnosis:
    rows, columns = np.mgrid[0:200, 0:300].astype(np.float32)
    pixels = 0.4 + 0.2 * np.sin(columns / 9) * np.cos(rows / 7)
    crop = pixels[20:140, 40:160]
    distance = np.hypot(*(np.mgrid[0:120, 0:120] - 60)).astype(np.float32)
    reading = Reading(
        box=BOX,
        model="alpha",
        model_title="Alpha network",
        model_sha256="0123456789abcdef" * 4,
        domain="real",
        positive=READ,
        trained_on="342 frames of DDTI; its labels are readings, not pathology.",
        probability=0.78,
        low=0.71,
        high=0.84,
        cutoff=0.5,
        cutoff_low=0.42,
        cutoff_high=0.58,
        verdict=Verdict.MALIGNANT,
        familiarity=Familiarity(1.0, 63.0, 2.0),
        heatmap=Heatmap(
            CamMethod.GRADCAM,
            np.exp(-distance / 25),
            crop,
            Box(40, 20, 120, 120),
            Fidelity(tuple(np.linspace(0, 0.9, 20)), tuple(np.linspace(-0.2, 0.8, 20)), 1.0, 0.01),
        ),
    )
    made = Diagnosis(
        image=GreyImage(pixels, (0.1, 0.1), source="PNG"),
        reading=reading,
        patient=Patient(size_mm=14.0),
        probability_at_pretest=0.47,
        advice=Advice(
            guideline=Guideline.KTIRADS2021,
            category="K-TIRADS 4",
            points=None,
            features=(),
            risk="10-40%",
            action=Action.FNA,
            rule="Intermediate suspicion: biopsy above 1.0 to 1.5 cm; this nodule measures 14 mm.",
            source="Ha EJ et al. Korean J Radiol 2021;22:2094-2123, doi 10.3348/kjr.2021.0713",
        ),
        opinions=(
            opinion("alpha", 0.78, Verdict.MALIGNANT),
            opinion("beta", 0.31, Verdict.BENIGN),
            opinion("gamma", 0.52, Verdict.INDETERMINATE),
        ),
    )
    return changed(made, **changes)


def changed(made: Diagnosis, **changes: object) -> Diagnosis:
    """Other fields in the diagnosis itself or in either of its halves."""
    halves = {half: _taken(getattr(made, half), changes) for half in ("reading", "patient")}
    return replace(made, **halves, **changes)  # type: ignore[arg-type]


def _taken(half: Reading | Patient, changes: dict[str, object]) -> Reading | Patient:
    own = {field.name: changes.pop(field.name) for field in fields(half) if field.name in changes}
    return replace(half, **own)  # type: ignore[arg-type]
