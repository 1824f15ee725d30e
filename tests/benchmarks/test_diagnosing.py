"""What the first diagnosis of a fresh process costs."""

from __future__ import annotations

from sera_core.benchmarks import diagnosing
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES


def test_a_cold_diagnosis_costs_about_three_times_what_importing_torch_does() -> None:
    """The aim of 2.7 is missed since the outline came (2.8 to 2.9 measured); the compiler alone would make it 4."""
    rows = {row["name"]: row for row in diagnosing.cold(render(SAMPLES["papillary"].case), repeats=2)}
    assert rows["cold diagnosis, processor"]["ratio"] <= 3.3
    assert rows["cold diagnosis, memory"]["value"] <= 0.6
