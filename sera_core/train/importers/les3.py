"""LES3: thyroid frames of undocumented labels, for external testing only."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sera_core.sheet import LABELS
from sera_core.train.importers.rows import Row, Tally, case_columns, labels_csv


def les3(source: Path, tally: Tally) -> Iterator[Row]:
    """LES3-A and LES3-B, for external testing only; labels undocumented, no region."""
    for row in labels_csv(source, ("label", "centre", "duplicate_group")).to_dict("records"):
        base = case_columns(source / row["image"], LABELS[row["label"]], row["duplicate_group"], row["centre"])
        yield {**base, "split": "external"}
