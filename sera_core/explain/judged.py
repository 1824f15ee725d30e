"""What the benchmark of explanation found of a model's maps, so that a page can say what they are worth."""

from __future__ import annotations

import json
from functools import lru_cache
from pathlib import Path
from typing import Any

from sera_core.contracts import SIMULATED, CamMethod, Domain, Judged
from sera_core.files import MODELS, whole_file
from sera_core.wording.diagnosis import METHOD

FILE = MODELS / "heatmaps.json"
REAL = "DDTI"  # thyroid frames with readers' outlines


def judged(sha256: str, domain: Domain, method: CamMethod, steady: bool = False) -> Judged | None:
    """The benchmark's row for a model by the hash of its weights; None where it was not run on them.

    Parameters
    ----------
    sha256 : str
        Of the weights: a model that was trained again has other maps.
    domain : {"real", "simulated"}
    method : CamMethod
    steady : bool
    """
    wanted = METHOD[method] + (", steady" if steady else "")
    frames = SIMULATED if domain == SIMULATED else REAL
    for row in location_rows():
        if row["sha256"] == sha256 and row["map"] == wanted and row["frames"].startswith(frames):
            return Judged(row["frames"], row["n"], row["hottest"], row["hottest_low"], row["hottest_high"], row["area"])
    return None


def location_rows() -> list[dict[str, Any]]:
    """The benchmark's rows of location, as kept; none where it was never run."""
    return _rows(FILE, FILE.stat().st_mtime_ns if FILE.is_file() else 0)


def keep(rows: list[dict[str, Any]]) -> None:
    """Write the benchmark's rows of location where the pages look for them."""
    with whole_file(FILE) as part:
        part.write_text(json.dumps(rows, indent=1) + "\n", encoding="utf-8")


@lru_cache(maxsize=2)
def _rows(file: Path, changed: int) -> list[dict[str, Any]]:
    return json.loads(file.read_bytes()) if changed else []
