"""Words of a description, and what a command prints with --json."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
SOLID = [
    "--composition",
    "solid",
    "--echogenicity",
    "hypoechoic",
    "--shape",
    "taller_than_wide",
    "--margin",
    "irregular",
]


def strict(text: str) -> Any:
    """Exactly one JSON value, without NaN."""

    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is not JSON")

    return json.loads(text, parse_constant=refuse)
