"""Presets of a training in sight, what they reached on several draws of nodules, and what that tells apart.

``python -m sera_core.lessons.runs`` trains them, prints what they reach and writes ``models/lessons/runs.json``, so
that the page opens with curves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from functools import lru_cache
from typing import Any

import numpy as np

from sera_core.contracts import BadInput
from sera_core.files import MODELS, whole_file
from sera_core.lessons.learning import GROUPS, Epoch, Settings, train

FILE = MODELS / "lessons" / "runs.json"
DRAWS = 8  # of each preset that is compared
DEEP = ("Stages 5-7", "Head", "Last layer")
PRESETS = {
    "Transfer": Settings(("Last layer",), 0.001, 8, 120),
    "Fine-tune": Settings(DEEP, 0.001, 8, 120),
    "Transfer, few nodules": Settings(("Last layer",), 0.001, 8, 40),
    "From scratch, as few": Settings(GROUPS, 0.01, 8, 40, scratch=True),
    "Overfit": Settings(DEEP, 0.001, 12, 16),
    "Rate too big": Settings(DEEP, 0.3, 6, 16),
    "Rate too small": Settings(DEEP, 0.00001, 6, 16),
}
COMPARED = ("Transfer", "Fine-tune", "Transfer, few nodules", "From scratch, as few", "Overfit")  # on several draws
PAIRS = (  # compared with each other, draw by draw
    ("Fine-tune", "Transfer"),
    ("Transfer", "Transfer, few nodules"),
    ("Transfer, few nodules", "From scratch, as few"),
    ("Transfer", "Overfit"),
    ("Fine-tune", "Overfit"),
    ("Overfit", "From scratch, as few"),
)


def over_draws(settings: Settings, what: str = "left_out_accuracy") -> list[float]:
    """A number of :class:`Epoch` in the end, of every draw in the file."""
    runs = earlier_runs()
    drawn = (runs.get(replace(settings, draw=draw)) for draw in range(DRAWS))
    return [float(getattr(run[-1], what)) for run in drawn if run]


def differences(ends: Mapping[str, Sequence[float]], first: str, second: str) -> list[float]:
    """What one preset has over another in each draw, whose nodules left out are the same for both."""
    return [one - other for one, other in zip(ends[first], ends[second], strict=True)]


def band(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of some draws and its 95 % interval (Student's t)."""
    from scipy.stats import t

    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    reach = float(t.ppf(0.975, len(values) - 1)) * error
    return mean, mean - reach, mean + reach


@lru_cache(maxsize=1)
def earlier_runs() -> dict[Settings, tuple[Epoch, ...]]:
    """The runs that come with the project; empty where the file is missing."""
    if not FILE.is_file():
        return {}
    runs = json.loads(FILE.read_text(encoding="utf-8"))
    return {_settings(run["settings"]): tuple(_epoch(one) for one in run["epochs"]) for run in runs}


def _settings(stored: dict) -> Settings:
    return Settings(**{**stored, "moving": tuple(stored["moving"])})


def _epoch(stored: dict) -> Epoch:
    return Epoch(**{**stored, "weight": tuple(stored["weight"]), "answers": tuple(stored["answers"]),
                    "own": float("nan")})  # fmt: skip


def write_runs() -> None:
    """Train every preset, those compared on every draw; print what they reach, and keep the curves."""
    runs: list[dict] = []
    ends: dict[str, list[dict]] = {name: [] for name in PRESETS}
    for draw in range(DRAWS):
        for name in COMPARED if draw else PRESETS:
            settings, since = replace(PRESETS[name], draw=draw), time.perf_counter()
            epochs = _kept(settings)
            runs.append({"settings": asdict(settings), "epochs": epochs})
            ends[name].append(epochs[-1])
            learnt, left_out = epochs[-1]["accuracy"], epochs[-1]["left_out_accuracy"]
            taken = time.perf_counter() - since
            print(f"{name}, draw {draw}: learnt from {learnt:.2f}, left out {left_out:.3f}, {taken:.0f} s", flush=True)
            with whole_file(FILE) as part:
                part.write_text(json.dumps(runs), encoding="utf-8")
    for name in COMPARED:
        for what in ("accuracy", "left_out_accuracy", "left_out_loss"):
            mean, low, high = band([end[what] for end in ends[name]])
            print(f"{name}: {what} {mean:.3f} ({low:.3f} to {high:.3f}) over {DRAWS} draws")
    for what in ("left_out_accuracy", "left_out_loss"):
        reached = {name: [end[what] for end in ends[name]] for name in COMPARED}
        for pair in PAIRS:
            mean, low, high = band(differences(reached, *pair))
            print(f"{pair[0]} over {pair[1]}: {what} {mean:+.3f} ({low:+.3f} to {high:+.3f})")


def _kept(settings: Settings) -> list[dict]:
    """The epochs of a run, its numbers to six digits."""
    epochs: list[dict] = []
    try:
        for epoch in train(settings):
            epochs.append({**_rounded(asdict(epoch)), "own": None})
    except BadInput:  # a rate far too big ends in no number at all: what was before it is kept
        print(f"{settings} left the numbers after {len(epochs)} epochs")
    return epochs


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_rounded(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


if __name__ == "__main__":
    write_runs()
