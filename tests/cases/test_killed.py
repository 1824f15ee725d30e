"""Two processes save at once and are killed: every acknowledged case is there, and none is half."""

from __future__ import annotations

from tests.cases.killed import left, run


def test_acknowledged_cases_outlive_savers_that_are_killed(url: str) -> None:
    acknowledged, killed = run(url, 12)
    lost, torn, number = left(url, acknowledged)
    assert len(acknowledged) >= 12
    assert killed >= 2
    assert (lost, torn) == (set(), [])
    assert number >= len(acknowledged)
