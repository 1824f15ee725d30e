"""What can be measured on an outlined nodule, and which descriptors the measurements speak for."""

from __future__ import annotations

from sera_core.signs.measure import Signs, measure
from sera_core.signs.quantities import QUANTITIES, Quantity

__all__ = ["QUANTITIES", "Quantity", "Signs", "measure"]
