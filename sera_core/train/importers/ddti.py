"""DDTI: thyroid nodules with TI-RADS readings."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from pathlib import Path

from sera_core.contracts import BadInput
from sera_core.train.importers.rows import Row, Tally, box_around, box_columns, case_columns, labels_csv, mask_columns

# Malignancy of each Kwak category: 4a, 4b and the middle of 4c from Kwak JY et al., Radiology 2011;260:892-899;
# 2, 3 and 5 from the middle of the range that later work quotes for them (Sci Rep 2017, surgical cohort of 1011).
KWAK_RISK = {"2": 0.0, "3": 0.024, "4a": 0.033, "4b": 0.092, "4c": 0.584, "5": 0.933}
SUSPICIOUS = {"4c", "5"}
OUTLINE = "freehand"  # what DDTI's marks call a drawn outline


def ddti(source: Path, tally: Tally) -> Iterator[Row]:
    """DDTI, cropped with masks (``labels.csv``) or as distributed (``xml/`` and ``images/``).

    ``label`` is 1 for categories 4c and 5: a reading, not pathology. ``soft_label`` is the published risk.
    """
    if (source / "xml").is_dir():
        yield from _ddti_xml(source, tally)
        return
    table = labels_csv(source, ("mask", "tirads", "patient_group", "fold", "duplicate"), "xml")
    read = table["fold"].notna() & table["tirads"].isin(list(KWAK_RISK))
    for reason, rows in (("not read, or in no fold", ~read), ("a copy of another frame", table["duplicate"] == "1")):
        for image in table.loc[rows & (read | (reason[0] == "n")), "image"]:
            tally.leave(reason, image)
    for row in table[read & (table["duplicate"] != "1")].to_dict("records"):
        yield {
            **case_columns(source / row["image"], int(row["tirads"] in SUSPICIOUS), row["patient_group"], "DDTI"),
            "split": str(int(float(row["fold"]))),
            "soft_label": KWAK_RISK[row["tirads"]],
            "tirads": row["tirads"],
            **mask_columns(source, row, tally),
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
                    tally.several.append(image.name)
                box = max((box_around(outline) for outline in outlines), key=lambda box: box.width * box.height)
                yield {
                    **case_columns(image, int(category in SUSPICIOUS), file.stem, "DDTI"),
                    "split": "train",
                    "soft_label": KWAK_RISK[category],
                    "tirads": category,
                    "outlines": len(outlines),
                    **box_columns(box),
                }


def _outlines(svg: str) -> list[list[tuple[float, float]]]:
    """The points of every outline of a mark; arrows and other signs point at a nodule and bound none."""
    try:
        shapes = json.loads(svg)
    except json.JSONDecodeError:
        return []
    drawn = [shape for shape in shapes if shape.get("regionType", OUTLINE) == OUTLINE]
    return [[(p["x"], p["y"]) for p in shape["points"]] for shape in drawn if shape.get("points")]
