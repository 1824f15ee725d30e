"""Where a training stands, on disk after every epoch: tensors and numbers in one safetensors file, nothing pickled."""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sera_core.files import whole_file
from sera_core.images.prepare import Preparation
from sera_core.train.frames import Frame
from sera_core.train.recipes import Recipe
from sera_core.train.start import stamp

if TYPE_CHECKING:
    from torch import Tensor

FILE = "checkpoint.safetensors"


def run_key(network: str, frames: list[Frame], preparation: Preparation, recipe: Recipe) -> str:
    """Hash of what a training run is: a checkpoint of another run is not taken up.

    The pixels are not part of it; who keeps checkpoints of several data sets keeps them in several folders.
    """
    cases = [[f.case.case_id, f.case.target, f.box.as_list()] for f in frames]
    settings = asdict(recipe) | {"weights": stamp(recipe.weights)}
    said = json.dumps([network, asdict(preparation), settings, cases], sort_keys=True)
    return hashlib.sha256(said.encode()).hexdigest()[:16]


def write(folder: Path, key: str, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
    """Write a checkpoint beside the old one, then put it in its place: a kill leaves one of the two whole."""
    from safetensors.torch import save_file

    whole = {name: tensor.detach().cpu().contiguous() for name, tensor in tensors.items()}
    with whole_file(folder / FILE) as part:
        save_file(whole, part, metadata={"key": key, "facts": json.dumps(facts)})


def read(folder: Path, key: str | None) -> tuple[dict[str, Tensor], dict[str, Any]] | None:
    """Tensors and facts of this run's last checkpoint; None where there is none, or one of another run.

    Without a key, those of whichever run left its checkpoint there.
    """
    from safetensors import SafetensorError, safe_open

    file = folder / FILE
    if not file.is_file():
        return None
    try:
        with safe_open(file, "pt") as kept:
            said = kept.metadata() or {}
            if key is not None and said.get("key") != key:
                return None
            return {name: kept.get_tensor(name) for name in kept.keys()}, json.loads(said["facts"])  # noqa: SIM118
    except SafetensorError:
        return None  # not written by us: begin anew


def under(prefix: str, tensors: dict[str, Tensor]) -> dict[str, Tensor]:
    """The tensors whose names begin with ``prefix.``, without it."""
    return {name.removeprefix(f"{prefix}."): t for name, t in tensors.items() if name.startswith(f"{prefix}.")}
