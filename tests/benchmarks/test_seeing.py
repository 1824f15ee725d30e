"""What the network makes of a margin that stands out and of one that does not."""

from __future__ import annotations

from sera_core.benchmarks.seeing import benchmark


def test_more_of_the_sign_is_answered_with_where_it_stands_out() -> None:
    hidden, *_, seen = benchmark(patients=1)
    assert hidden["name"].startswith("outline stands out by 0 to 0.4 SD")
    assert hidden["value"] < 0.2 < 0.6 < seen["value"]
