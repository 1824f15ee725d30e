"""BUSI: breast lesions with pathology."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from sera_core.contracts import Box
from sera_core.sheet import LABELS
from sera_core.train.importers.pictures import pictures, usable
from sera_core.train.importers.rows import (
    ALONE,
    Row,
    Tally,
    box_columns,
    case_columns,
    labels_csv,
    mask_columns,
    outlines_in,
)


def busi(source: Path, tally: Tally) -> Iterator[Row]:
    """BUSI, breast lesions with pathology: with ``labels.csv``, or as published, one folder a class.

    Near-duplicates that are labelled differently are left out where the table knows them.
    """
    if not (source / "labels.csv").is_file() and (source / "benign").is_dir():
        yield from _busi_published(source, tally)
        return
    table = labels_csv(source, ("mask", "label", "duplicate_group", "duplicate_across_classes"), "benign")
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
    for image in pictures(source / "normal", tally):
        tally.leave("normal: no lesion", image.name)
    masks, labels = {}, {}
    for name in ("benign", "malignant"):
        for image, own in pictures(source / name, tally).items():
            if own:
                masks[image], labels[image] = own, LABELS[name]
            else:
                tally.leave("no mask", image.name)
    for image, label in usable(labels, source, tally).items():
        parts = [part for mask in masks[image] for part in outlines_in(mask, image)]
        if len(parts) > 1:
            tally.several.append(image.name)
        base = case_columns(image, label, f"{image.parent.name}/{image.stem}", "BUSI")
        box = Box.around(max(parts, key=np.count_nonzero))
        yield {**base, "split": "train", "outlines": len(parts), **box_columns(box)}
