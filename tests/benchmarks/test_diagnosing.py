"""What the first diagnosis of a fresh process costs."""

from __future__ import annotations

from sera_core.benchmarks import diagnosing
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES


def test_a_cold_diagnosis_costs_at_most_2_7_times_what_importing_torch_does() -> None:
    rows = {row["name"]: row for row in diagnosing.cold(render(SAMPLES["papillary"].case), repeats=2)}
    assert rows["cold diagnosis, processor"]["ratio"] <= diagnosing.COLD_RATIO
    assert rows["cold diagnosis, memory"]["value"] <= 0.6
