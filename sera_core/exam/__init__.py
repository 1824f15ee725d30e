"""A patient's exam: nodules seen in several views, what they say together, and how they grew."""

from sera_core.exam.combined import combined, pooled
from sera_core.exam.growth import Growth, growth
from sera_core.exam.plan import Planned, plan
from sera_core.exam.record import Exam, Histology, Nodule, Pathology, Plane, Pole, Prior, Side, View
from sera_core.exam.size import Size

__all__ = [
    "Exam",
    "Growth",
    "Histology",
    "Nodule",
    "Pathology",
    "Plane",
    "Planned",
    "Pole",
    "Prior",
    "Side",
    "Size",
    "View",
    "combined",
    "growth",
    "plan",
    "pooled",
]
