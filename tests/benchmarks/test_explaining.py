"""What a heatmap costs."""

from __future__ import annotations

import pytest

from sera_core.benchmarks.explaining import benchmark


def test_prediction_with_heatmap_costs_at_most_half_a_pass_more():
    rows = {row["name"]: row for row in benchmark(repeats=9)}
    assert all(row["unit"] == "ms" and row["versus"] == "prediction" for row in rows.values())
    ours = rows["prediction + heatmap (efficientnet_lite0)"]["ratio"]
    usual = rows["prediction + heatmap, grad-cam's usual call (efficientnet_lite0)"]["ratio"]
    assert ours <= 1.5
    assert usual > 1.5 * ours
    assert rows["prediction (efficientnet_lite0)"]["ratio"] == pytest.approx(1)
