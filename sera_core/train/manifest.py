"""The data manifest: which image, which label, which patient, which region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sera_core.contracts import BadInput, Box, Grey, GreyImage
from sera_core.images.read import read_image

REQUIRED = ("image", "label", "patient_id", "centre", "split")
BOX = ("x", "y", "width", "height")


@dataclass(frozen=True)
class Case:
    """One row of a manifest.

    Attributes
    ----------
    case_id : str
        The image's path as written in the manifest, prefixed by the centre: unique.
    image : Path
    label : int
        0 or 1, what the figures are computed against.
    target : float
        What training aims at: the label, or a soft label in 0 ... 1.
    patient_id, centre, split : str
        ``split`` is ``train``, ``test`` or a number of a fixed cross-validation fold.
    box : Box or None
        None means the whole frame.
    """

    case_id: str
    image: Path
    label: int
    target: float
    patient_id: str
    centre: str
    split: str
    box: Box | None


def read_manifest(file: Path) -> list[Case]:
    """Read and check a manifest CSV (columns of the contract; ``soft_label`` is optional).

    Raises
    ------
    BadInput
        When columns are missing, a label is not 0 or 1, a case stands twice, or a patient is in two splits.
    """
    if not file.is_file():
        raise BadInput("no_manifest", f"There is no manifest {file}: make one with 'python -m sera_core import'.")
    table = pd.read_csv(file, dtype={"patient_id": str, "split": str, "centre": str})
    missing = [column for column in REQUIRED if column not in table]
    if missing:
        raise BadInput("manifest_columns", f"The manifest {file.name} lacks the columns {', '.join(missing)}.")
    _check_rows(table, file.name)
    return [_case(row, file.parent) for _, row in table.iterrows()]


def _check_rows(table: pd.DataFrame, name: str) -> None:
    bad = table.index[~table["label"].isin([0, 1])]
    if len(bad):
        raise BadInput("manifest_label", f"Row {bad[0] + 2} of {name} has a label other than 0 or 1: mend that row.")
    twice = table["image"][table["image"].duplicated()]
    if len(twice):
        raise BadInput("manifest_twice", f"The image {twice.iloc[0]} stands twice in {name}: leave one row.")
    splits = table.groupby("patient_id")["split"].nunique()
    leaking = sorted(splits.index[splits > 1])
    if leaking:
        shown = ", ".join(leaking[:10]) + (" ..." if len(leaking) > 10 else "")
        raise BadInput(
            "patient_leak",
            f"{len(leaking)} patients are in more than one split ({shown}): give all images of a patient one split.",
        )


def _case(row: pd.Series, folder: Path) -> Case:
    box = None
    if all(column in row and pd.notna(row[column]) for column in BOX):
        box = Box(*(int(row[column]) for column in BOX))
    soft = row.get("soft_label")
    return Case(
        case_id=f"{row['centre']}/{Path(row['image']).name}",
        image=folder / row["image"],
        label=int(row["label"]),
        target=float(soft) if soft is not None and pd.notna(soft) else float(row["label"]),
        patient_id=f"{row['centre']}/{row['patient_id']}",
        centre=str(row["centre"]),
        split=str(row["split"]),
        box=box,
    )


def load(case: Case) -> tuple[Grey, Box]:
    """Pixels of a case's frame and its region (the whole frame where the manifest names none)."""
    image: GreyImage = read_image(case.image.read_bytes())
    height, width = image.shape
    return image.pixels, (case.box or Box(0, 0, width, height)).clipped(height, width)
