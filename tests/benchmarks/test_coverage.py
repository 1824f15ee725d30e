"""The table of coverage on a small scale: its shape, and that no interval is far from what it claims."""

from __future__ import annotations

import numpy as np

from sera_core.benchmarks.coverage import coverage


def test_intervals_hold_the_truth_where_patients_have_several_images() -> None:
    rows = {str(row["metric"]): row for row in coverage(studies=5, population=2500)}
    assert {"auc", "sensitivity", "brier", "calibration_slope", "net_benefit_at_0.20", "roc_band_at_0.3"} <= set(rows)
    shares = [row[name] for row in rows.values() for name in row if name.endswith("patients")]
    assert 0.90 <= np.mean(shares) <= 0.985  # type: ignore[arg-type]
