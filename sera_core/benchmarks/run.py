"""Every part, one after the other."""

from __future__ import annotations

from sera_core.benchmarks import comparing, diagnosing, explaining, pages, predicting, simulating
from sera_core.benchmarks.timing import Timing


def run() -> list[Timing]:
    """Time every part; the simulator first, because its processes report the memory of the one that started them."""
    parts = (simulating, comparing, diagnosing, explaining, predicting, pages)
    return [line for part in parts for line in part.benchmark()]
