"""The words every room shares: frozen dataclasses and enums that travel between rooms, one noun a module.

This room imports nothing of ours, so every other room may import it.
"""

from sera_core.contracts.advice import Action, Advice, Basis, Guideline
from sera_core.contracts.descriptors import (
    ROWS,
    Composition,
    Description,
    Descriptors,
    Echogenicity,
    Focus,
    Margin,
    Row,
    Shape,
)
from sera_core.contracts.diagnosis import Diagnosis, Patient
from sera_core.contracts.heatmap import CamMethod, Fidelity, Heatmap, Judged
from sera_core.contracts.image import SIMULATED, Domain, Grey, GreyImage, ScaledRegion
from sera_core.contracts.measured import EVEN, Measured, Proposal, Question, Sign
from sera_core.contracts.notice import NOT_A_DEVICE, BadInput, Notice
from sera_core.contracts.outline import Outline, OutlineSource
from sera_core.contracts.place import Box, Line, Scale
from sera_core.contracts.predictions import READER, Role
from sera_core.contracts.reading import FRINGE, Familiarity, ModelOpinion, Reading
from sera_core.contracts.verdict import Verdict, is_positive

__all__ = [
    "EVEN",
    "FRINGE",
    "NOT_A_DEVICE",
    "READER",
    "ROWS",
    "SIMULATED",
    "Action",
    "Advice",
    "BadInput",
    "Basis",
    "Box",
    "CamMethod",
    "Composition",
    "Description",
    "Descriptors",
    "Diagnosis",
    "Domain",
    "Echogenicity",
    "Familiarity",
    "Fidelity",
    "Focus",
    "Grey",
    "GreyImage",
    "Guideline",
    "Heatmap",
    "Judged",
    "Line",
    "Margin",
    "Measured",
    "ModelOpinion",
    "Notice",
    "Outline",
    "OutlineSource",
    "Patient",
    "Proposal",
    "Question",
    "Reading",
    "Role",
    "Row",
    "Scale",
    "ScaledRegion",
    "Shape",
    "Sign",
    "Verdict",
    "is_positive",
]
