"""Data sets as users download them, turned into one manifest.

Each importer yields rows of the manifest contract. Paths are written relative to the manifest.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from sera_core import escape
from sera_core.contracts import BadInput
from sera_core.files import whole_file
from sera_core.train.importers.busi import busi
from sera_core.train.importers.ddti import ddti
from sera_core.train.importers.folders import folders
from sera_core.train.importers.les3 import les3
from sera_core.train.importers.rows import Row, Tally
from sera_core.train.importers.sheet import write_sheet

IMPORTERS: dict[str, Callable[[Path, Tally], Iterator[Row]]] = {
    "ddti": ddti,
    "busi": busi,
    "les3": les3,
    "folders": folders,
}
LAYOUT = {
    "ddti": "labels.csv, or xml/ and images/",
    "busi": "labels.csv, or benign/ and malignant/ with the masks beside the pictures",
    "les3": "labels.csv",
    "folders": "pictures in benign/ and malignant/",
}
Step = Callable[[int, int, str], None]


@dataclass(frozen=True)
class Imported:
    """How many cases of how many patients were kept, and the tally of the others."""

    cases: int
    patients: int
    tally: Tally


def write_manifest(
    kind: str, source: Path, out: Path, patient: str = "", step: Step = lambda done, total, what: None
) -> Imported:
    """Write the manifest of a data set, and beside it a sheet of its first frames with their boxes.

    Parameters
    ----------
    kind : {"ddti", "busi", "les3", "folders"}
    source : Path
        The data set's folder.
    out : Path
        The CSV to write, in one piece; the sheet has its name and ends in ``.png``.
    patient : str
        For ``folders``: a regular expression that finds the patient in a file's path; its first group where it has one.
    step : callable
        Told how many of how many pictures were read.

    Raises
    ------
    BadInput
        When the folder does not hold such a data set.
    """
    if kind not in IMPORTERS:
        raise BadInput("unknown_import", f"There is no importer {kind!r}: choose one of {', '.join(IMPORTERS)}.")
    if not source.is_dir():
        raise BadInput("no_folder", f"There is no folder {source}: give the folder the data set was unpacked to.")
    if patient and kind != "folders":
        raise BadInput("patient_known", f"{kind} says itself which patient is whose: leave --patient out.")
    tally = Tally(step=step)
    found = folders(source, tally, patient) if kind == "folders" else IMPORTERS[kind](source, tally)
    given = list(found)
    rows = [{**row, **_relative(row, out.parent)} for row in given]
    if not rows:
        raise BadInput("empty_import", _nothing(kind, source, tally))
    if len({row["label"] for row in rows}) == 1:
        tally.remarks.append(f"Every image has the label {rows[0]['label']}: nothing can be trained on one class.")
    with whole_file(out) as part:
        escape.cells(pd.DataFrame(rows)).to_csv(part, index=False)
    write_sheet(given, out.with_suffix(".png"))
    return Imported(len(rows), len({(row["centre"], row["patient_id"]) for row in rows}), tally)


def _nothing(kind: str, source: Path, tally: Tally) -> str:
    left = "; ".join(f"{reason}: {len(files)}" for reason, files in tally.left_out.items())
    why = f" (left out: {left})" if left else ""
    return f"No labelled image was found in {source}{why}: 'import {kind}' reads {LAYOUT[kind]} there."


def _relative(row: Row, folder: Path) -> Row:
    return {name: os.path.relpath(str(row[name]), folder) for name in ("image", "mask") if name in row}
