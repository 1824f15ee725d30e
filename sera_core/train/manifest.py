"""The data manifest: which image, which label, which patient, which region."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from sera_core.contracts import BadInput, Box, Grey, GreyImage
from sera_core.escape import bare
from sera_core.images.read import read_image
from sera_core.names import identity, unify
from sera_core.sheet import LABELS, Sheet, read_sheet
from sera_core.wording.refusals import WRONG_LABEL

REQUIRED = ("image", "label", "patient_id", "centre", "split")
BOX = ("x", "y", "width", "height")


@dataclass(frozen=True)
class Case:
    """One row of a manifest.

    Attributes
    ----------
    case_id : str
        Centre and file name (or path, where file names repeat): unique in its manifest.
    image : Path
    label : int
        0 or 1, what the figures are computed against.
    target : float
        What training aims at: the label, or a soft label in 0 ... 1.
    patient_id, centre, split : str
        ``patient_id`` begins with the centre: two centres may number their patients alike.
        ``split`` is ``train``, ``test``, ``external`` or the number of a fixed cross-validation fold.
    box : Box or None
        None means the whole frame.
    mask : Path or None
        Picture of the outline, white inside; None where nobody drew one.
    row : int
        Line of the manifest, the header being 1; 0 for a case that stands in no file.
    """

    case_id: str
    image: Path
    label: int
    target: float
    patient_id: str
    centre: str
    split: str
    box: Box | None
    row: int = 0
    mask: Path | None = None


def read_manifest(file: Path) -> list[Case]:
    """Read and check a manifest CSV (columns of the contract; ``soft_label`` and ``mask`` are optional).

    A name spelled in several ways is one name, as it was spelled first (:mod:`sera_core.names`).

    Raises
    ------
    BadInput
        When it is no CSV table, lacks columns or rows, a row is incomplete or impossible, an image stands twice, or a
        patient of a centre is in two splits. The message names the row or the patients.
    """
    if not file.is_file():
        raise BadInput("no_manifest", f"There is no manifest {file}: make one with 'python -m sera_core import'.")
    sheet = read_sheet(file.read_bytes(), file.name)
    table = sheet.table.to_pandas().astype(object)
    missing = [column for column in REQUIRED if column not in table]
    if missing:
        raise BadInput("manifest_columns", f"The manifest {file.name} lacks the columns {', '.join(missing)}.")
    if table.empty:
        raise BadInput("manifest_empty", f"The manifest {file.name} has no rows: give one row an image.")
    table = _named(table)
    _check_rows(table, sheet)
    _check_patients(table)
    rows = table.assign(case_id=_case_ids(table)).to_dict("records")
    return [_case(row, file.parent, int(number)) for row, number in zip(rows, sheet.rows, strict=True)]


def _named(table: pd.DataFrame) -> pd.DataFrame:
    """The table with each name in one spelling, and labels and splits in the program's words."""
    table = table.apply(lambda column: column.where(column.astype(str).str.strip() != "", None))
    for name in {"image", "mask"} & set(table):  # a file's name keeps its spelling
        table[name] = table[name].map(bare, na_action="ignore")
    table["label"] = table["label"].map(lambda word: str(LABELS.get(identity(word), word)), na_action="ignore")
    table["split"] = table["split"].map(identity, na_action="ignore")
    given = table["centre"].notna()
    table.loc[given, "centre"] = _spelled_once(table.loc[given, "centre"])
    for _, rows in table[table["patient_id"].notna()].groupby("centre").groups.items():
        table.loc[rows, "patient_id"] = _spelled_once(table.loc[rows, "patient_id"])
    return table


def _spelled_once(names: pd.Series) -> list[str]:
    found = unify(names)
    return [found.shown[place] for place in found.places]


def _check_rows(table: pd.DataFrame, sheet: Sheet) -> None:
    boxes, soft = table.reindex(columns=BOX), table.get("soft_label", table["label"])
    numbers = boxes.apply(pd.to_numeric, errors="coerce")
    begun = boxes.notna().any(axis=1)
    problems = [(f"manifest_{column}", f"has no {column}", column, table[column].isna()) for column in REQUIRED]
    problems += [
        ("manifest_label", WRONG_LABEL, "label", ~_numbers(table["label"]).isin([0, 1])),
        (
            "manifest_soft",
            "has a soft_label outside 0 ... 1",
            "soft_label",
            soft.notna() & ~_numbers(soft).between(0, 1),
        ),
        *(
            ("manifest_box", "has a region that is not four numbers", side, begun & ~np.isfinite(numbers[side]))
            for side in BOX
        ),
        *(("manifest_box", "has an empty region", side, numbers[side] < 1) for side in ("width", "height")),
        ("manifest_twice", "has an image that stands in an earlier row too", "image", table["image"].duplicated()),
    ]
    for code, problem, column, rows in problems:
        sheet.refuse(rows.to_numpy(bool), code, problem, column if column in sheet.table.column_names else "")


def _check_patients(table: pd.DataFrame) -> None:
    splits = table.groupby(["centre", "patient_id"])["split"].nunique()
    leaking = sorted("/".join(patient) for patient in splits.index[splits > 1])
    if leaking:
        shown = ", ".join(leaking[:10]) + (" ..." if len(leaking) > 10 else "")
        count = "1 patient is" if len(leaking) == 1 else f"{len(leaking)} patients are"
        raise BadInput(
            "patient_leak", f"{count} in more than one split ({shown}): give all images of a patient one split."
        )


def _case_ids(table: pd.DataFrame) -> list[str]:
    """Centre and file name; the path as written where two images of a centre have one name."""
    short = table["centre"] + "/" + table["image"].map(lambda image: Path(image).name)
    return short.where(~short.duplicated(keep=False), table["centre"] + "/" + table["image"]).to_list()


def _case(row: dict[str, str], folder: Path, number: int) -> Case:
    given = {column: value for column, value in row.items() if pd.notna(value)}
    label = int(float(given["label"]))
    return Case(
        case_id=given["case_id"],
        image=folder / given["image"],
        label=label,
        target=float(given.get("soft_label", label)),
        patient_id=f"{given['centre']}/{given['patient_id']}",
        centre=given["centre"],
        split=given["split"],
        box=Box(*(int(float(given[column])) for column in BOX)) if BOX[0] in given else None,
        row=number,
        mask=folder / given["mask"] if "mask" in given else None,
    )


def _numbers(column: pd.Series) -> pd.Series:
    return pd.to_numeric(column, errors="coerce")


def load(case: Case) -> tuple[Grey, Box]:
    """Pixels of a case's frame and its region (the whole frame where the manifest names none).

    Raises
    ------
    BadInput
        As the reader, and ``shrunk`` when the region counts pixels of a picture that is too large to be read as it is.
    """
    image: GreyImage = read_image(case.image.read_bytes())
    if case.box and any(notice.code == "shrunk" for notice in image.warnings):
        raise BadInput(
            "shrunk",
            f"Row {case.row}: the picture is too large for its region to be found on it: save it with at most 25 "
            "million pixels and give the region in those.",
        )
    return image.pixels, region(case, image.shape)


def region(case: Case, shape: tuple[int, int]) -> Box:
    """A case's region on its frame of ``shape`` (height, width): the whole frame where the manifest names none."""
    height, width = shape
    return (case.box or Box(0, 0, width, height)).clipped(height, width)
