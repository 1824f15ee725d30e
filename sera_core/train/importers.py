"""Data sets as users download them, turned into one manifest.

Each importer yields rows of the manifest contract. Paths are written relative to the manifest.
"""

from __future__ import annotations

import json
import os
import re
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pandas as pd
from PIL import Image, ImageDraw

from sera_core import escape
from sera_core.contracts import BadInput, Box
from sera_core.files import whole_file
from sera_core.images.read import read_image
from sera_core.names import identity
from sera_core.sheet import LABELS
from sera_core.train.masks import read_mask

IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".dcm"}

# Malignancy of each Kwak category: 4a, 4b and the middle of 4c from Kwak JY et al., Radiology 2011;260:892-899;
# 2, 3 and 5 from the middle of the range that later work quotes for them (Sci Rep 2017, surgical cohort of 1011).
KWAK_RISK = {"2": 0.0, "3": 0.024, "4a": 0.033, "4b": 0.092, "4c": 0.584, "5": 0.933}
SUSPICIOUS = {"4c", "5"}

OUTLINE = "freehand"  # what DDTI's marks call a drawn outline
MASKS = r"%s_mask(_\d+)?\.png"
ALONE = "Each image was taken as a patient of its own: images of one patient may fall into different folds."
TILE, ACROSS, DOWN = 128, 10, 6  # of a contact sheet

Row = dict[str, object]


@dataclass
class Tally:
    """What an importer did with each file that is no plain case: reasons and sentences, in the order they came."""

    left_out: dict[str, list[str]] = field(default_factory=dict)
    merged: list[str] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    def leave(self, reason: str, file: str) -> None:
        """Count a file that gives no case."""
        self.left_out.setdefault(reason, []).append(file)


@dataclass(frozen=True)
class Imported:
    """How many cases were kept, and the tally of the others."""

    cases: int
    tally: Tally


def write_manifest(kind: str, source: Path, out: Path, patient: str = "") -> Imported:
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
    tally = Tally()
    found = folders(source, tally, patient) if kind == "folders" else IMPORTERS[kind](source, tally)
    given = list(found)
    rows = [{**row, **_relative(row, out.parent)} for row in given]
    if not rows:
        raise BadInput("empty_import", f"No labelled image was found in {source}: is this a {kind} data set?")
    with whole_file(out) as part:
        escape.cells(pd.DataFrame(rows)).to_csv(part, index=False)
    write_sheet(given, out.with_suffix(".png"))
    return Imported(len(rows), tally)


def _relative(row: Row, folder: Path) -> Row:
    return {name: os.path.relpath(str(row[name]), folder) for name in ("image", "mask") if name in row}


def ddti(source: Path, tally: Tally) -> Iterator[Row]:
    """DDTI, cropped with masks (``labels.csv``) or as distributed (``xml/`` and ``images/``).

    ``label`` is 1 for categories 4c and 5: a reading, not pathology. ``soft_label`` is the published risk.
    """
    if (source / "xml").is_dir():
        yield from _ddti_xml(source, tally)
        return
    table = _table(source, ("mask", "tirads", "patient_group", "fold", "duplicate"))
    read = table["fold"].notna() & table["tirads"].isin(list(KWAK_RISK))
    for reason, rows in (("not read, or in no fold", ~read), ("a copy of another frame", table["duplicate"] == "1")):
        for image in table.loc[rows & (read | (reason[0] == "n")), "image"]:
            tally.leave(reason, image)
    for row in table[read & (table["duplicate"] != "1")].to_dict("records"):
        yield {
            **_base(source / row["image"], int(row["tirads"] in SUSPICIOUS), row["patient_group"], "DDTI"),
            "split": str(int(float(row["fold"]))),
            "soft_label": KWAK_RISK[row["tirads"]],
            "tirads": row["tirads"],
            **_outlined(source, row),
        }


def _ddti_xml(source: Path, tally: Tally) -> Iterator[Row]:
    for file in sorted((source / "xml").glob("*.xml")):
        try:
            case = ElementTree.parse(file).getroot()
        except ElementTree.ParseError as error:
            raise BadInput("bad_xml", f"{file.name} is not valid XML ({error}): copy it again or remove it.") from error
        category = (case.findtext("tirads") or "").strip().lower()
        marks = list(case.iter("mark"))
        if not marks:
            tally.leave("no frame is named", file.name)
        for mark in marks:
            image = source / "images" / f"{file.stem}_{(mark.findtext('image') or '').strip()}.jpg"
            outlines = _outlines(mark.findtext("svg") or "")
            if category not in KWAK_RISK:
                tally.leave("no category", image.name)
            elif not image.is_file():
                tally.leave("no such picture", image.name)
            elif not outlines:
                tally.leave("no outline can be read", image.name)
            else:
                if len(outlines) > 1:
                    tally.merged.append(image.name)
                box = _around([point for outline in outlines for point in outline])
                yield {
                    **_base(image, int(category in SUSPICIOUS), file.stem, "DDTI"),
                    "split": "train",
                    "soft_label": KWAK_RISK[category],
                    "tirads": category,
                    "outlines": len(outlines),
                    **_box(box),
                }


def busi(source: Path, tally: Tally) -> Iterator[Row]:
    """BUSI, breast lesions with pathology: with ``labels.csv``, or as published, one folder a class.

    Near-duplicates that are labelled differently are left out where the table knows them.
    """
    if not (source / "labels.csv").is_file() and (source / "benign").is_dir():
        yield from _busi_published(source, tally)
        return
    table = _table(source, ("mask", "label", "duplicate_group", "duplicate_across_classes"))
    normal, across = table["label"] == "normal", table["duplicate_across_classes"] != "0"
    for reason, rows in (("normal: no lesion", normal), ("labelled differently in a near-copy", across & ~normal)):
        for image in table.loc[rows, "image"]:
            tally.leave(reason, image)
    table = table[~normal & ~across]
    for row in table.to_dict("records"):
        yield {
            **_base(source / row["image"], LABELS[row["label"]], row["duplicate_group"], "BUSI"),
            "split": "train",
            **_outlined(source, row),
        }


def _busi_published(source: Path, tally: Tally) -> Iterator[Row]:
    tally.remarks.append(ALONE)
    for name in ("benign", "malignant", "normal"):
        for image in _pictures(source / name, tally):
            if re.search(r"_mask(_\d+)?$", image.stem):
                continue
            masks = sorted(p for p in image.parent.glob("*.png") if re.fullmatch(MASKS % re.escape(image.stem), p.name))
            if name == "normal":
                tally.leave("normal: no lesion", image.name)
            elif not masks:
                tally.leave("no mask", image.name)
            else:
                if len(masks) > 1:
                    tally.merged.append(image.name)
                boxes = [mask_box(mask, image) for mask in masks]
                corners = [(b.x, b.y) for b in boxes] + [(b.x + b.width - 1, b.y + b.height - 1) for b in boxes]
                base = _base(image, LABELS[name], f"{name}/{image.stem}", "BUSI")
                yield {**base, "split": "train", "outlines": len(masks), **_box(_around(corners))}


def les3(source: Path, tally: Tally) -> Iterator[Row]:
    """LES3-A and LES3-B, for external testing only; labels undocumented, no region."""
    for row in _table(source, ("label", "centre", "duplicate_group")).to_dict("records"):
        base = _base(source / row["image"], LABELS[row["label"]], row["duplicate_group"], row["centre"])
        yield {**base, "split": "external"}


def folders(source: Path, tally: Tally, patient: str = "") -> Iterator[Row]:
    """One folder a class, named as a label is (benign, malignant, 0, 1, true, false), in any case."""
    if not patient:
        tally.remarks.append(ALONE)
    try:
        pattern = re.compile(patient)
    except re.error as error:
        raise BadInput("patient_pattern", f"--patient {patient!r} is no regular expression: {error}.") from error
    for folder in sorted(source.iterdir()):
        label = LABELS.get(identity(folder.name))
        if not folder.is_dir() or label is None:
            if folder.is_dir():
                tally.leave("a folder that names no class", folder.name)
            continue
        for image in _pictures(folder, tally):
            whole = image.relative_to(source).as_posix()
            who = pattern.search(whole) if patient else None
            if patient and not who:
                raise BadInput("no_patient", f"--patient finds nothing in {whole}: widen the pattern.")
            said = (who[1] if pattern.groups else who[0]) if who else whole
            yield {**_base(image, label, said, source.resolve().name), "split": "train"}


def _pictures(folder: Path, tally: Tally) -> list[Path]:
    """The pictures below a folder; what only looks like one is counted."""
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGES):
        if path.name.startswith("._"):
            tally.leave("a macOS side file, no picture", path.name)
        else:
            found.append(path)
    return found


IMPORTERS: dict[str, Callable[[Path, Tally], Iterator[Row]]] = {
    "ddti": ddti,
    "busi": busi,
    "les3": les3,
    "folders": folders,
}


def mask_box(file: Path, picture: Path | None = None) -> Box:
    """Bounding box of a mask.

    Raises
    ------
    BadInput
        When the mask cannot be read, marks nothing, or has another size than its ``picture``.
    """
    inside = read_mask(file)
    if picture is not None:
        with Image.open(picture) as whole:
            size = whole.size
        if size != inside.shape[::-1]:
            said = f"{inside.shape[1]} x {inside.shape[0]} pixels, its picture {size[0]} x {size[1]}"
            raise BadInput("mask_size", f"The mask {file.name} has {said}: give it the picture's size.")
    if not inside.any():
        raise BadInput("empty_mask", f"The mask {file.name} marks nothing: leave its row out.")
    return Box.around(inside)


def write_sheet(rows: Sequence[Row], file: Path) -> None:
    """A contact sheet: frames spread evenly over the rows, each with its box."""
    step = max(1, -(-len(rows) // (ACROSS * DOWN)))
    shown = rows[::step]
    sheet = Image.new("L", (ACROSS * TILE, -(-len(shown) // ACROSS) * TILE))
    for place, row in enumerate(shown):
        with suppress(BadInput, OSError):  # a frame that cannot be read leaves its tile black; training will name it
            grey = read_image(Path(str(row["image"])).read_bytes()).pixels
            tile = Image.fromarray((grey * 255).astype(np.uint8))
            if "x" in row:
                x, y, width, height = (int(str(row[name])) for name in ("x", "y", "width", "height"))
                line = max(1, tile.width // TILE)
                ImageDraw.Draw(tile).rectangle((x, y, x + width - 1, y + height - 1), outline=255, width=line)
            tile.thumbnail((TILE, TILE))
            sheet.paste(tile, (place % ACROSS * TILE, place // ACROSS * TILE))
    with whole_file(file) as part:
        sheet.save(part, "PNG")


def _table(source: Path, columns: Iterable[str]) -> pd.DataFrame:
    file = source / "labels.csv"
    if not file.is_file():
        raise BadInput("no_labels", f"There is no labels.csv in {source}: give the folder that holds it.")
    table = pd.read_csv(file, dtype=str)
    missing = [column for column in columns if column not in table]
    if missing:
        raise BadInput("labels_columns", f"labels.csv in {source.name} lacks the columns {', '.join(missing)}.")
    return table


def _outlines(svg: str) -> list[list[tuple[float, float]]]:
    """The points of every outline of a mark; arrows and other signs point at a nodule and bound none."""
    try:
        shapes = json.loads(svg)
    except json.JSONDecodeError:
        return []
    drawn = [shape for shape in shapes if shape.get("regionType", OUTLINE) == OUTLINE]
    return [[(p["x"], p["y"]) for p in shape["points"]] for shape in drawn if shape.get("points")]


def _around(points: Sequence[tuple[float, float]]) -> Box:
    xs, ys = zip(*points, strict=True)
    return Box(int(min(xs)), int(min(ys)), int(max(xs) - min(xs)) + 1, int(max(ys) - min(ys)) + 1)


def _base(image: Path, label: int, patient: str, centre: str) -> Row:
    return {"image": image, "label": label, "patient_id": patient, "centre": centre}


def _outlined(source: Path, row: dict[str, str]) -> Row:
    """The mask of a row of ``labels.csv``, and its box."""
    mask = source / row["mask"]
    return {**_box(mask_box(mask, source / row["image"])), "mask": mask}


def _box(box: Box) -> Row:
    return {"x": box.x, "y": box.y, "width": box.width, "height": box.height}
