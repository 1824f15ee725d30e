"""Any pictures, in one folder a class."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from sera_core.contracts import BadInput
from sera_core.names import identity
from sera_core.sheet import LABELS
from sera_core.train.importers.pictures import pictures, usable
from sera_core.train.importers.rows import ALONE, Row, Tally, case_columns


def folders(source: Path, tally: Tally, patient: str = "") -> Iterator[Row]:
    """One folder a class, named as a label is (benign, malignant, 0, 1, true, false), in any case."""
    if not patient:
        tally.remarks.append(ALONE)
    try:
        pattern = re.compile(patient)
    except re.error as error:
        raise BadInput("patient_pattern", f"--patient {patient!r} is no regular expression: {error}.") from error
    for image, label in usable(_labelled(source, tally), source, tally).items():
        whole = image.relative_to(source).as_posix()
        who = pattern.search(whole) if patient else None
        if patient and not who:
            raise BadInput("no_patient", f"--patient finds nothing in {whole}: widen the pattern.")
        said = (who[1] if pattern.groups else who[0]) if who else whole
        yield {**case_columns(image, label, said, source.resolve().name), "split": "train"}


def _labelled(source: Path, tally: Tally) -> dict[Path, int]:
    found: dict[Path, int] = {}
    for folder in sorted(path for path in source.iterdir() if path.is_dir()):
        label = LABELS.get(identity(folder.name))
        if label is None:
            tally.leave("a folder that names no class", folder.name)
            continue
        for image, masks in pictures(folder, tally).items():
            found[image] = label
            for mask in masks:
                tally.leave("the mask of another picture", mask.name)
    return found
