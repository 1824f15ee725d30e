"""What a second view gains, on few nodules."""

from __future__ import annotations

from sera_core.benchmarks.planes import planes


def test_rows_hold_one_plane_the_other_both_and_the_difference() -> None:
    rows = {str(row["views"]): row for row in planes(cases=12)}
    assert list(rows) == ["one plane", "the other", "both", "both against one plane"]
    gain = rows["both against one plane"]
    assert rows["one plane"]["estimate"] != rows["the other"]["estimate"]  # another picture of the same nodule
    assert gain["estimate"] == rows["both"]["estimate"] - rows["one plane"]["estimate"]  # type: ignore[operator]
    assert all(row["low"] <= row["estimate"] <= row["high"] for row in rows.values())  # type: ignore[operator]
