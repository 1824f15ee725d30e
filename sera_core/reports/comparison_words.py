"""Names and sentences that the comparison page and its report share."""

from __future__ import annotations

from sera_core.contracts import Guideline
from sera_core.evaluate.table import READER
from sera_core.guidelines import LABELS


def name_of(name: str) -> str:
    """What people call a model or a reader: ``reader_ktirads2021`` is "K-TIRADS 2021 (reader)"."""
    if not name.startswith(READER):
        return name
    rest = name.removeprefix(READER)
    for guideline in Guideline:
        if rest.endswith(guideline.value):
            who = rest.removesuffix(guideline.value).strip("_")
            return f"{LABELS[guideline].word} (reader{' ' + who if who else ''})"
    return f"reader {rest.replace('_', ' ')}"
