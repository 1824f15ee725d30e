"""What the benchmark of explanation found of a model's maps, so that a page can say what they are worth."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from sera_core.contracts import SIMULATED, CamMethod, Domain, Judged
from sera_core.files import MODELS, whole_file
from sera_core.wording.diagnosis import METHOD

FILE = MODELS / "heatmaps.json"
BLOB = "centred Gaussian"  # what a map must beat to mean anything
TRUTH = "the evidence itself"
Row = dict[str, Any]
REAL = "DDTI"  # thyroid frames with readers' outlines


def judged(sha256: str, domain: Domain, method: CamMethod) -> Judged | None:
    """The benchmark's row for a model by the hash of its weights; None where it was not run on them.

    Parameters
    ----------
    sha256 : str
        Of the weights: a model that was trained again has other maps.
    domain : {"real", "simulated"}
    method : CamMethod
    """
    wanted = METHOD[method]
    frames = SIMULATED if domain == SIMULATED else REAL
    pairs = {row["map"]: row for row in kept()["evidence"] if row["sha256"] == sha256}
    for row in kept()["location"]:
        if row["sha256"] == sha256 and row["map"] == wanted and row["frames"].startswith(frames):
            found = Judged(
                row["frames"], row["n"], row["hottest"], row["hottest_low"], row["hottest_high"], row["area"]
            )
            if wanted not in pairs:
                return found
            sign, blob = pairs[wanted], pairs[BLOB]
            return replace(
                found,
                sign=sign["ratio"],
                blob=blob["ratio"],
                placebo_low=sign["placebo_low"],
                passes=sign.get("passes"),
                truth_passes=pairs[TRUTH]["passes"] if TRUTH in pairs else None,
            )
    return None


def kept() -> dict[str, list[Row]]:
    """The benchmark's rows as kept, ``location`` and ``evidence``; both empty where it was never run."""
    return _read(FILE, FILE.stat().st_mtime_ns) if FILE.is_file() else {"location": [], "evidence": []}


def keep(location: list[Row], evidence: list[Row]) -> None:
    """Write the benchmark's rows, to four digits, where the pages look for them."""
    short = {"location": [_short(row) for row in location], "evidence": [_short(row) for row in evidence]}
    with whole_file(FILE) as part:
        part.write_text(json.dumps(short, indent=1) + "\n", encoding="utf-8")


def _short(row: Row) -> Row:
    return {name: round(value, 4) if isinstance(value, float) else value for name, value in row.items()}


@lru_cache(maxsize=2)
def _read(file: Path, changed: int) -> dict[str, list[Row]]:
    return json.loads(file.read_bytes())
