"""Made-up diagnoses of made-up pixels: no patient, no model."""

from __future__ import annotations

from typing import Any

import numpy as np
from scipy import ndimage

from sera_core.contracts import (
    Box,
    CamMethod,
    Composition,
    Description,
    Descriptors,
    Diagnosis,
    Echogenicity,
    Familiarity,
    Fidelity,
    Focus,
    GreyImage,
    Guideline,
    Heatmap,
    Margin,
    ModelOpinion,
    Notice,
    Patient,
    Reading,
    Shape,
    Verdict,
)
from sera_core.guidelines import advise_from_probability, assess, undescribed
from tests.figures.hand import changed

READ = "read as suspicious (Kwak TI-RADS 4c or 5)"
SEEN = Descriptors(
    Composition.SOLID,
    Echogenicity.HYPOECHOIC,
    Shape.TALLER_THAN_WIDE,
    Margin.LOBULATED,
    frozenset({Focus.PUNCTATE, Focus.RIM}),
)


def pixels(height: int = 360, width: int = 560) -> np.ndarray:
    """Speckle with a darker oval, and a bright row on top where machines write names."""
    rng = np.random.default_rng(0)
    grey = ndimage.gaussian_filter(rng.random((height, width)), 1.2)
    down, right = np.mgrid[:height, :width]
    grey[((down - 190) / 70) ** 2 + ((right - 290) / 95) ** 2 < 1] *= 0.5
    grey[:20] = 1.0
    return grey.astype(np.float32)


def heatmap(fidelity: Fidelity | None) -> Heatmap:
    down, right = np.mgrid[:64, :64]
    values = np.exp(-(((down - 28) / 12) ** 2) - ((right - 38) / 12) ** 2)
    return Heatmap(
        CamMethod.GRADCAM, np.float32(values), np.zeros((64, 64), np.float32), Box(150, 60, 270, 270), fidelity
    )


def opinion(
    name: str, probability: float, percentile: float = 40.0, limit: float = 20.0, positive: str = READ
) -> ModelOpinion:
    verdict = Verdict.MALIGNANT if probability > 0.5 else Verdict.BENIGN
    return ModelOpinion(
        name, name.title(), "real", positive, probability, 0.5, verdict, Familiarity(10.0, percentile, limit)
    )


def diagnosis(**changes: Any) -> Diagnosis:
    """Everything known, everything filled in; ``changes`` replace fields."""
    reading = Reading(
        box=Box(180, 110, 220, 160),
        model="alpha",
        model_title="EfficientNet-Lite0, fine-tuned",
        model_sha256="0123456789abcdef" * 4,
        domain="real",
        positive=READ,
        trained_on="460 thyroid frames of one public collection; its labels are readings of the image, not pathology.",
        probability=0.74,
        low=0.66,
        high=0.79,
        cutoff=0.48,
        cutoff_low=0.41,
        cutoff_high=0.55,
        verdict=Verdict.MALIGNANT,
        familiarity=Familiarity(10.0, 62.0, 20.0),
        heatmap=heatmap(Fidelity((0.1, 0.2, 0.3, 0.4, 0.5), (0.0, 0.1, 0.2, 0.3, 0.4), 1.0, 0.01)),
        warnings=(Notice("box_proposed", "The region was proposed by the program: check that it holds the nodule."),),
    )
    whole = Diagnosis(
        image=GreyImage(pixels(), mm_per_px=(0.08, 0.08), source="PNG"),
        reading=reading,
        patient=Patient(size_mm=14.0, seen=Description.of(SEEN)),
        probability_at_pretest=0.4158,
        advice=assess(Guideline.KTIRADS2021, SEEN, 14.0),
        model_advice=advise_from_probability(Guideline.KTIRADS2021, 0.4158, 14.0),
        opinions=(opinion("alpha", 0.74), opinion("beta", 0.31), opinion("gamma", 0.66, 0.0, 5.0)),
    )
    return changed(whole, **changes)


def bare(**changes: Any) -> Diagnosis:
    """Nothing known beyond the picture: no scale, size, heatmap, reader or second model."""
    unknown: dict[str, Any] = {
        "image": GreyImage(pixels()),
        "size_mm": None,
        "heatmap": None,
        "advice": undescribed(Guideline.KTIRADS2021, None),
        "model_advice": None,
        "seen": Description(),
        "opinions": (opinion("alpha", 0.2),),
        "probability": 0.2,
        "probability_at_pretest": 0.05,
        "verdict": Verdict.BENIGN,
        "warnings": (),
    }
    return diagnosis(**(unknown | changes))
