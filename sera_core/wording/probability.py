"""How a probability is told, and a change of one; never as a certainty."""

from __future__ import annotations

LEAST, MOST = 0.005, 0.995  # beyond these a whole per cent would read 0 or 100


def percent(share: float, digits: int = 0) -> str:
    """A share 0 ... 1 in words that never claim certainty: ``"74%"``, ``"under 1%"``, ``"over 99%"``."""
    return certain(share, "%") or f"{share * 100:.{digits}f}%"


def in_hundred(share: float) -> str:
    """A share 0 ... 1 as a count of a hundred: ``"about 74"``, ``"under 1"``, ``"over 99"``."""
    return certain(share) or f"about {share * 100:.0f}"


def of_hundred(percentile: float) -> str:
    """A counted share 0 ... 100: ``"74 of 100"``, ``"under 1 of 100"``."""
    return f"{certain(percentile / 100) or f'{percentile:.0f}'} of 100"


def certain(share: float, unit: str = "") -> str:
    """What is said in place of 0 or 100; empty for every share between."""
    if share <= LEAST:
        return f"under 1{unit}"
    return f"over 99{unit}" if share >= MOST else ""


def points(change: float) -> str:
    """A change of a probability in percentage points, with its sign."""
    return f"{change * 100:+.1f} points".replace("-", "\N{MINUS SIGN}")
