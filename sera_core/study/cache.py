"""Results of finished stages on disk, keyed by everything that went into them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from sera_core.files import whole_file
from sera_core.train.crossval import Plan
from sera_core.train.frames import Frame
from sera_core.train.frozen import Cached
from sera_core.train.start import IMAGENET, stamp


def plan_key(plan: Plan, frames: list[Frame]) -> str:
    """Hash of a plan and of the frames it can see, in their order: a change of either starts anew."""
    return hashed([_said(plan), [[f.case.target, f.case.split, *_shown(f)] for f in frames]])


def _said(plan: Plan) -> dict:
    said = asdict(plan)
    said["recipe"]["weights"] = stamp(plan.recipe.weights)
    return said if plan.layer else {name: value for name, value in said.items() if name != "layer"}


def body_key(network: str, weights: str) -> str:
    """A body before training, in one word."""
    return network if weights == IMAGENET else f"{network} {stamp(weights)}"


@cache
def frame_key(frame: Frame) -> str:
    """Hash of a frame and its region."""
    return hashed(_shown(frame))


@cache
def _shown(frame: Frame) -> list[object]:
    return [frame.case.case_id, frame.box.as_list(), hashlib.sha256(frame.pixels.tobytes()).hexdigest()]


def hashed(content: object) -> str:
    """Short hash of anything that JSON can hold."""
    return hashlib.sha256(json.dumps(content, sort_keys=True, default=str).encode()).hexdigest()[:16]


def cached_in(folder: Path) -> Cached:
    """A ``cached(name, compute)`` that keeps arrays in a folder, each written in one piece."""

    def cached(name: str, compute: Callable[[], NDArray]) -> NDArray:
        file = folder / f"{name}.npy"
        if file.is_file():
            return np.load(file, allow_pickle=False)
        array = compute()
        with whole_file(file) as part, part.open("wb") as handle:
            np.save(handle, array)
        return array

    return cached


def write_csv(file: Path, table: pd.DataFrame) -> None:
    """Write a table in one piece."""
    with whole_file(file) as part:
        table.to_csv(part, index=False)
