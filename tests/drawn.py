"""Small drawn frames with an easy difference between the classes: enough to train on in seconds."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from sera_core.contracts import Box
from sera_core.images.prepare import Preparation
from sera_core.train.frames import Frame
from sera_core.train.manifest import Case

HEIGHT, WIDTH = 96, 128
BOX = Box(34, 22, 60, 52)
PREPARATION = Preparation(64, "square", 1.5, 0.5, 0.5)
NETWORK = "efficientnet_lite0"


def picture(label: int, seed: int) -> np.ndarray:
    """Speckled grey ``float32 [96, 128]`` with a wide bright (0) or a tall dark, spotted (1) ellipse in :data:`BOX`."""
    random = np.random.default_rng(seed)
    row, column = np.mgrid[:HEIGHT, :WIDTH]
    half_width, half_height = (28, 16) if label == 0 else (15, 25)
    x, y = random.uniform(60, 68), random.uniform(44, 52)
    inside = ((column - x) / half_width) ** 2 + ((row - y) / half_height) ** 2 < 1
    level = np.where(inside, 0.7 if label == 0 else 0.2, 0.45)
    if label:
        spots = random.integers((40, 56), (56, 72), size=(8, 2))
        level[spots[:, 0], spots[:, 1]] = 3.0
    speckle = np.sqrt(random.exponential(1.0, (HEIGHT, WIDTH)) * 0.4 + 0.6)
    return np.clip(level * speckle, 0, 1).astype(np.float32)


def write_picture(file: Path, label: int, seed: int) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray((255 * picture(label, seed)).astype(np.uint8)).save(file)


def write_centre(folder: Path, centre: str, count: int, split: str, seed: int, folds: int = 0) -> Path:
    """Frames and manifest of one centre, two frames a patient, half of the patients malignant; returns the manifest."""
    rows = []
    for k in range(count):
        patient = k // 2
        label = patient % 2
        write_picture(folder / f"{centre}_{k}.png", label, seed + k)
        rows.append(
            {
                "image": f"{centre}_{k}.png",
                "label": label,
                "patient_id": f"p{patient}",
                "centre": centre,
                "split": str(patient // 2 % folds) if folds else split,
                "x": BOX.x,
                "y": BOX.y,
                "width": BOX.width,
                "height": BOX.height,
            }
        )
    file = folder / f"{centre}.csv"
    pd.DataFrame(rows).to_csv(file, index=False)
    return file


def frames(count: int, folds: int = 2, centre: str = "Here", seed: int = 0, target: float | None = None) -> list[Frame]:
    """The same in memory, without files."""
    made = []
    for k in range(count):
        patient = k // 2
        label = patient % 2
        case = Case(
            case_id=f"{centre}/{k}",
            image=Path(f"{k}.png"),
            label=label,
            target=label if target is None else target,
            patient_id=f"{centre}/p{patient}",
            centre=centre,
            split=str(patient // 2 % folds),
            box=BOX,
        )
        made.append(Frame(case, picture(label, seed + k), BOX))
    return made
