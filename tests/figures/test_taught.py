"""Learning curves as a figure."""

from __future__ import annotations

import pandas as pd
import pytest

from sera_core.figures.taught import taught

CURVES = pd.DataFrame(
    {
        "model": ["one", "one", "two"],
        "centre": "Here",
        "patients": [25, 100, 25],
        "tested": [200, 125, 200],
        "repeats": 10,
        "auc": [0.7, 0.8, 0.6],
        "low": [0.6, 0.75, 0.5],
        "high": [0.75, 0.84, 0.65],
    }
)


def test_each_model_is_a_line_with_the_range_of_its_repeats() -> None:
    one, two = taught(CURVES).data
    assert (one.name, list(one.x), list(one.y)) == ("one", [25, 100], [0.7, 0.8])
    assert list(one.error_y.array) == pytest.approx([0.05, 0.04])
    assert list(one.error_y.arrayminus) == pytest.approx([0.1, 0.05])
    assert (two.name, list(two.x)) == ("two", [25])
    assert one.line.color != two.line.color
