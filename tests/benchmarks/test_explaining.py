"""What a heatmap costs."""

from __future__ import annotations

import pytest

from sera_core.benchmarks.explaining import SHIPPED, lines

NET = "efficientnet_lite0"


def test_prediction_with_the_heatmap_of_three_views_costs_at_most_half_more():
    rows = {row["name"]: row for row in lines(NET, SHIPPED[NET], repeats=9)}
    assert all(row["unit"] == "ms" and row["versus"] == "prediction" for row in rows.values())
    ours = rows[f"prediction + heatmap ({NET})"]["ratio"]
    assert ours <= 1.5
    assert rows[f"prediction ({NET})"]["ratio"] == pytest.approx(1)
