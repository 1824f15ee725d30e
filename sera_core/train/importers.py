"""Data sets as users download them, turned into one manifest.

Each importer yields rows of the manifest contract. Paths are written relative to the manifest.
"""

from __future__ import annotations

import json
import os
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image

from sera_core.contracts import BadInput, Box
from sera_core.files import whole_file

IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".dcm"}

# Malignancy of each Kwak category: 4a, 4b and the middle of 4c from Kwak JY et al., Radiology 2011;260:892-899;
# 2, 3 and 5 from the middle of the range that later work quotes for them (Sci Rep 2017, surgical cohort of 1011).
KWAK_RISK = {"2": 0.0, "3": 0.024, "4a": 0.033, "4b": 0.092, "4c": 0.584, "5": 0.933}
SUSPICIOUS = {"4c", "5"}
CLASS_WORDS = {"benign": 0, "malignant": 1, "0": 0, "1": 1}

Row = dict[str, object]


def write_manifest(kind: str, source: Path, out: Path) -> int:
    """Write the manifest of a data set; returns its number of cases.

    Parameters
    ----------
    kind : {"ddti", "busi", "les3", "folders"}
    source : Path
        The data set's folder.
    out : Path
        The CSV to write, in one piece.

    Raises
    ------
    BadInput
        When the folder does not hold such a data set.
    """
    if kind not in IMPORTERS:
        raise BadInput("unknown_import", f"There is no importer {kind!r}: choose one of {', '.join(IMPORTERS)}.")
    if not source.is_dir():
        raise BadInput("no_folder", f"There is no folder {source}: give the folder the data set was unpacked to.")
    rows = [{**row, "image": os.path.relpath(str(row["image"]), out.parent)} for row in IMPORTERS[kind](source)]
    if not rows:
        raise BadInput("empty_import", f"No labelled image was found in {source}: is this a {kind} data set?")
    with whole_file(out) as part:
        pd.DataFrame(rows).to_csv(part, index=False)
    return len(rows)


def ddti(source: Path) -> Iterator[Row]:
    """DDTI, cropped with masks (``labels.csv``) or as distributed (``xml/`` and ``images/``).

    ``label`` is 1 for categories 4c and 5: a reading, not pathology. ``soft_label`` is the published risk.
    """
    if (source / "xml").is_dir():
        yield from _ddti_xml(source)
        return
    table = _table(source, ("mask", "tirads", "patient_group", "fold", "duplicate"))
    read = table["fold"].notna() & table["tirads"].isin(list(KWAK_RISK))
    for row in table[read & (table["duplicate"] != "1")].to_dict("records"):
        yield {
            **_base(source / row["image"], int(row["tirads"] in SUSPICIOUS), row["patient_group"], "DDTI"),
            "split": str(int(float(row["fold"]))),
            "soft_label": KWAK_RISK[row["tirads"]],
            "tirads": row["tirads"],
            **_box(mask_box(source / row["mask"])),
        }


def _ddti_xml(source: Path) -> Iterator[Row]:
    for file in sorted((source / "xml").glob("*.xml")):
        try:
            case = ElementTree.parse(file).getroot()
        except ElementTree.ParseError as error:
            raise BadInput("bad_xml", f"{file.name} is not valid XML ({error}): copy it again or remove it.") from error
        category = (case.findtext("tirads") or "").strip().lower()
        if category not in KWAK_RISK:
            continue
        for mark in case.iter("mark"):
            image = source / "images" / f"{file.stem}_{(mark.findtext('image') or '').strip()}.jpg"
            box = _polygon_box(mark.findtext("svg") or "")
            if image.is_file() and box:
                yield {
                    **_base(image, int(category in SUSPICIOUS), file.stem, "DDTI"),
                    "split": "train",
                    "soft_label": KWAK_RISK[category],
                    "tirads": category,
                    **_box(box),
                }


def busi(source: Path) -> Iterator[Row]:
    """BUSI, breast lesions with pathology; near-duplicates that are labelled differently are left out."""
    table = _table(source, ("mask", "label", "duplicate_group", "duplicate_across_classes"))
    table = table[(table["label"] != "normal") & (table["duplicate_across_classes"] == "0")]
    for row in table.to_dict("records"):
        yield {
            **_base(source / row["image"], CLASS_WORDS[row["label"]], row["duplicate_group"], "BUSI"),
            "split": "train",
            **_box(mask_box(source / row["mask"])),
        }


def les3(source: Path) -> Iterator[Row]:
    """LES3-A and LES3-B, for external testing only; labels undocumented, no region."""
    for row in _table(source, ("label", "centre", "duplicate_group")).to_dict("records"):
        base = _base(source / row["image"], CLASS_WORDS[row["label"]], row["duplicate_group"], row["centre"])
        yield {**base, "split": "external"}


def folders(source: Path) -> Iterator[Row]:
    """One folder a class, named ``benign`` and ``malignant`` (or 0 and 1); each image is taken as a patient."""
    for folder in sorted(source.iterdir()):
        if folder.is_dir() and folder.name.lower() in CLASS_WORDS:
            for image in sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGES):
                label = CLASS_WORDS[folder.name.lower()]
                yield {**_base(image, label, f"{folder.name}/{image.name}", source.resolve().name), "split": "train"}


IMPORTERS = {"ddti": ddti, "busi": busi, "les3": les3, "folders": folders}


def mask_box(file: Path) -> Box:
    """Bounding box of a mask image (white on black)."""
    try:
        with Image.open(file) as image:
            inside = np.asarray(image.convert("L")) > 127
    except OSError as error:
        raise BadInput("no_mask", f"The mask {file} cannot be read: copy it again or leave its row out.") from error
    rows, columns = np.flatnonzero(inside.any(axis=1)), np.flatnonzero(inside.any(axis=0))
    if not len(rows):
        raise BadInput("empty_mask", f"The mask {file.name} marks nothing: leave its row out.")
    return Box(int(columns[0]), int(rows[0]), int(np.ptp(columns)) + 1, int(np.ptp(rows)) + 1)


def _table(source: Path, columns: Iterable[str]) -> pd.DataFrame:
    file = source / "labels.csv"
    if not file.is_file():
        raise BadInput("no_labels", f"There is no labels.csv in {source}: give the folder that holds it.")
    table = pd.read_csv(file, dtype=str)
    missing = [column for column in columns if column not in table]
    if missing:
        raise BadInput("labels_columns", f"labels.csv in {source.name} lacks the columns {', '.join(missing)}.")
    return table


def _polygon_box(svg: str) -> Box | None:
    try:
        shapes = json.loads(svg)
    except json.JSONDecodeError:
        return None
    points = [(point["x"], point["y"]) for shape in shapes for point in shape.get("points", [])]
    if not points:
        return None
    xs, ys = zip(*points, strict=True)
    return Box(int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1, int(max(ys) - min(ys)) + 1)


def _base(image: Path, label: int, patient: str, centre: str) -> Row:
    return {"image": image, "label": label, "patient_id": patient, "centre": centre}


def _box(box: Box) -> Row:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
