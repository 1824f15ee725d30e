"""How the region proposal was fitted and how well it does on DDTI's masks.

``python -m sera_core.images.roi_fit DDTI_FOLDER`` prints the figures: every frame is judged by a proposer that saw no
frame of the same patient group. With ``--write`` it also fits on all frames and writes the shipped weights and their
card.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy.optimize import minimize

from sera_core.files import whole_file
from sera_core.images.roi import (
    COLUMNS,
    GAMMA,
    ROWS,
    WEIGHTS,
    Edges,
    Proposer,
    Real,
    best_box,
    kernel,
    normalised,
    shrunk,
)

COMPONENTS, TARGETS, RIDGE = 80, 60, 1.0  # the figures hardly change between a third and three times these
FOLDS = 5
MIN_PART = 200  # pixels; smaller pieces of a mask are slips of the pen

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Annotated:
    """Frames with the bounding boxes of their masks.

    Attributes
    ----------
    frames, masks : float32 [n, ROWS, COLUMNS]
        Shrunken frames, and how much of each cell the box covers.
    boxes : float64 [n, 4]
        Left, top, right, bottom in pixels.
    sizes : float64 [n, 2]
        Width and height of each frame.
    groups : str [n]
        Frames of one patient or nearly the same image.
    split : bool [n]
        True where two parts of a split screen are marked.
    """

    frames: Real
    masks: Real
    boxes: Array
    sizes: Array
    groups: NDArray[np.str_]
    split: NDArray[np.bool_]


@dataclass(frozen=True)
class Figures:
    """Mean intersection over union and the share of frames above a half, for the proposal and the best fixed box."""

    n: int
    proposal_iou: float
    proposal_above_half: float
    constant_iou: float
    constant_above_half: float
    single_n: int
    single_iou: float
    single_above_half: float


def measure(folder: Path) -> Figures:
    """Out-of-fold figures on DDTI, grouped by patient.

    Parameters
    ----------
    folder : Path
        With ``labels.csv`` (columns ``image, mask, patient_group, duplicate``), images and masks.
    """
    from sklearn.model_selection import GroupKFold

    data = load(folder)
    proposed, constant = np.zeros_like(data.boxes), np.zeros_like(data.boxes)
    for train, test in GroupKFold(FOLDS).split(data.frames, groups=data.groups):
        masks = fit(data.frames[train], data.masks[train]).soft_masks(data.frames[test])
        for i, mask in zip(test, masks, strict=True):
            proposed[i] = best_box(mask, (0, 0, *data.sizes[i]))
        constant[test] = _best_constant(data.boxes[train] / _corners(data.sizes[train])) * _corners(data.sizes[test])
    iou, fixed = overlap(proposed, data.boxes), overlap(constant, data.boxes)
    single = iou[~data.split]
    return Figures(
        n=len(iou),
        proposal_iou=float(iou.mean()),
        proposal_above_half=float(np.mean(iou > 0.5)),
        constant_iou=float(fixed.mean()),
        constant_above_half=float(np.mean(fixed > 0.5)),
        single_n=len(single),
        single_iou=float(single.mean()),
        single_above_half=float(np.mean(single > 0.5)),
    )


def load(folder: Path) -> Annotated:
    """Read the frames of a DDTI-like folder that are no duplicates and have a mask."""
    from scipy import ndimage

    frames, masks, boxes, sizes, groups, split = [], [], [], [], [], []
    with (folder / "labels.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["duplicate"] != "1"]
    for row in rows:
        with Image.open(folder / row["image"]) as image, Image.open(folder / row["mask"]) as drawn:
            pixels = np.asarray(image.convert("L"), dtype=np.float32) / 255
            mask = np.asarray(drawn.convert("L")) > 127
        height, width = mask.shape
        y, x = np.nonzero(mask)
        box = float(x.min()), float(y.min()), float(x.max() + 1), float(y.max() + 1)
        frames.append(shrunk(pixels, (0, 0, width, height)))
        masks.append(soft_box(box, height, width))
        boxes.append(box)
        sizes.append((width, height))
        groups.append(row["patient_group"])
        split.append(np.sum(np.bincount(ndimage.label(mask)[0].ravel())[1:] > MIN_PART) > 1)
    return Annotated(
        np.stack(frames), np.stack(masks), np.array(boxes), np.array(sizes, float), np.array(groups), np.array(split)
    )


def fit(frames: Real, masks: Real) -> Proposer:
    """Fit on shrunken frames and the soft masks of their boxes, both [n, ROWS, COLUMNS], and their mirror images."""
    inputs = normalised(np.concatenate([frames, frames[:, :, ::-1]]))
    outputs = np.concatenate([masks, masks[:, :, ::-1]]).reshape(len(inputs), -1)
    mean, components = _principal(inputs, COMPONENTS)
    anchors = (inputs - mean) @ components.T
    spread = np.sqrt((anchors**2).sum(1).mean())
    anchors /= spread
    target_mean, targets = _principal(outputs, TARGETS)
    gram = kernel(anchors, anchors) + RIDGE * np.eye(len(anchors))
    dual = np.linalg.solve(gram, (outputs - target_mean) @ targets.T)
    parts = (mean, components / spread, anchors, dual, target_mean, targets)
    return Proposer(*(np.ascontiguousarray(part, dtype=np.float32) for part in parts))


def _principal(rows: Real, count: int) -> tuple[Real, Real]:
    """Mean and leading principal directions."""
    mean = rows.mean(axis=0)
    return mean, np.linalg.svd(rows - mean, full_matrices=False)[2][:count]


def soft_box(box: Edges, height: int, width: int) -> Real:
    """How much of each cell of the shrunken frame a box covers, [ROWS, COLUMNS]."""
    left, top, right, bottom = box

    def covered(cells: int, low: float, high: float) -> Array:
        edges = np.arange(cells + 1)
        return np.clip(np.minimum(edges[1:], high) - np.maximum(edges[:-1], low), 0, 1)

    rows = covered(ROWS, top * ROWS / height, bottom * ROWS / height)
    columns = covered(COLUMNS, left * COLUMNS / width, right * COLUMNS / width)
    return (rows[:, None] * columns[None]).astype(np.float32)


def overlap(first: Array, second: Array) -> Array:
    """Intersection over union of boxes given by their edges, [n, 4] each."""
    corner, other = np.maximum(first[:, :2], second[:, :2]), np.minimum(first[:, 2:], second[:, 2:])
    common = np.prod(np.maximum(other - corner, 0), axis=1)
    areas = np.prod(first[:, 2:] - first[:, :2], axis=1) + np.prod(second[:, 2:] - second[:, :2], axis=1)
    return common / (areas - common)


def _corners(sizes: Array) -> Array:
    return np.concatenate([sizes, sizes], axis=1)


def _best_constant(boxes: Array) -> Array:
    """The one box, in shares of the frame, with the greatest mean overlap."""

    def loss(box: Array) -> float:
        return -float(overlap(np.tile(box, (len(boxes), 1)), boxes).mean())

    return minimize(loss, np.median(boxes, axis=0), method="Nelder-Mead", options={"maxiter": 2000}).x


def write(folder: Path, figures: Figures) -> None:
    """Fit on all frames; write the weights and their card beside them."""
    from safetensors.numpy import save

    data = load(folder)
    weights = save(asdict(fit(data.frames, data.masks)))
    card = {
        "title": "Region proposal: kernel ridge regression from the shrunken frame to a soft box",
        "input": {"rows": ROWS, "columns": COLUMNS, "normalisation": "mean 0, standard deviation 1 of each frame"},
        "components": COMPONENTS,
        "targets": TARGETS,
        "gamma": GAMMA,
        "ridge": RIDGE,
        "trained_on": "DDTI (Pedraza et al., SPIE 2015, doi 10.1117/12.2073532), unique frames, mirrored",
        "out_of_fold": {"folds": FOLDS, "grouped_by": "patient_group", **asdict(figures)},
        "sha256": hashlib.sha256(weights).hexdigest(),
        "limits": "A start to be corrected by hand. Learnt on one centre's frames; elsewhere it is little better than "
        "a box in the middle. On split screens it spans both halves, as DDTI's masks do.",
    }
    for path, content in ((WEIGHTS, weights), (WEIGHTS.with_suffix(".json"), json.dumps(card, indent=2).encode())):
        with whole_file(path) as part:
            part.write_bytes(content)


def main() -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description="Measure the region proposal on DDTI's masks.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--write", action="store_true", help="fit on all frames and write the shipped weights")
    arguments = parser.parse_args()
    figures = measure(arguments.folder)
    print(json.dumps(asdict(figures), indent=2))
    if arguments.write:
        write(arguments.folder, figures)


if __name__ == "__main__":
    main()
