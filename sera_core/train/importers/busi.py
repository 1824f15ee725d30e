"""BUSI: breast lesions with pathology."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sera_core.contracts import Box
from sera_core.sheet import LABELS
from sera_core.train.importers.rows import (
    ALONE,
    Row,
    Tally,
    box_columns,
    case_columns,
    labels_csv,
    mask_columns,
    outlines_in,
    pictures,
)

MASKS = r"%s_mask(_\d+)?\.png"


def busi(source: Path, tally: Tally) -> Iterator[Row]:
    """BUSI, breast lesions with pathology: with ``labels.csv``, or as published, one folder a class.

    Near-duplicates that are labelled differently are left out where the table knows them.
    """
    if not (source / "labels.csv").is_file() and (source / "benign").is_dir():
        yield from _busi_published(source, tally)
        return
    table = labels_csv(source, ("mask", "label", "duplicate_group", "duplicate_across_classes"))
    normal, across = table["label"] == "normal", table["duplicate_across_classes"] != "0"
    for reason, rows in (("normal: no lesion", normal), ("labelled differently in a near-copy", across & ~normal)):
        for image in table.loc[rows, "image"]:
            tally.leave(reason, image)
    table = table[~normal & ~across]
    for row in table.to_dict("records"):
        yield {
            **case_columns(source / row["image"], LABELS[row["label"]], row["duplicate_group"], "BUSI"),
            "split": "train",
            **mask_columns(source, row, tally),
        }


def _busi_published(source: Path, tally: Tally) -> Iterator[Row]:
    tally.remarks.append(ALONE)
    for name in ("benign", "malignant", "normal"):
        for image in pictures(source / name, tally):
            if re.search(r"_mask(_\d+)?$", image.stem):
                continue
            masks = sorted(p for p in image.parent.glob("*.png") if re.fullmatch(MASKS % re.escape(image.stem), p.name))
            if name == "normal":
                tally.leave("normal: no lesion", image.name)
            elif not masks:
                tally.leave("no mask", image.name)
            else:
                parts = [part for mask in masks for part in outlines_in(mask, image)]
                if len(parts) > 1:
                    tally.several.append(image.name)
                base = case_columns(image, LABELS[name], f"{name}/{image.stem}", "BUSI")
                box = Box.around(max(parts, key=np.count_nonzero))
                yield {**base, "split": "train", "outlines": len(parts), **box_columns(box)}
