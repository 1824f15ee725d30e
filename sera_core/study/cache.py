"""Results of finished stages on disk, keyed by everything that went into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from sera_core.train.crossval import Plan
from sera_core.train.frames import Frame

Scores = NDArray[np.float64]


def plan_key(plan: Plan, frames: list[Frame]) -> str:
    """Hash of a plan and of the cases it can see: a change of either starts anew."""
    cases = sorted((f.case.case_id, f.case.target, f.case.split, f.box.as_list()) for f in frames)
    text = json.dumps([asdict(plan), cases], sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def cached_in(folder: Path) -> Callable[[str, Callable[[], Scores]], Scores]:
    """A ``cached(name, compute)`` that keeps arrays in a folder, each written in one piece."""
    folder.mkdir(parents=True, exist_ok=True)

    def cached(name: str, compute: Callable[[], Scores]) -> Scores:
        file = folder / f"{name}.npy"
        if file.is_file():
            return np.load(file, allow_pickle=False)
        scores = compute()
        partial = folder / f"{name}.partial"
        with partial.open("wb") as handle:
            np.save(handle, scores)
        partial.replace(file)
        return scores

    return cached
