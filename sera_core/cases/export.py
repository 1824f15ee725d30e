"""Saved cases as files for other programs: a table (CSV), everything but the pixels (JSON), or all of it (ZIP)."""

from __future__ import annotations

import io
import json
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from sera_core import escape
from sera_core.cases.log import Entry, Line, Log
from sera_core.contracts import BadInput
from sera_core.exam import View
from sera_core.explain.overlay import as_rgb, on_frame, png
from sera_core.files import whole_file
from sera_core.reports.exam import exam_json


def export(log: Log, file: Path) -> int:
    """Write every case of a log to a file; its ending says how.

    Returns
    -------
    int
        How many cases were written.

    Raises
    ------
    BadInput
        When the ending is none of ``.csv``, ``.json`` and ``.zip``.
    """
    kind = file.suffix.lower()
    if kind not in WRITERS:
        raise BadInput("ending", f"{file.name} ends in none of {', '.join(WRITERS)}: choose one of them.")
    with whole_file(file) as part:
        part.write_bytes(WRITERS[kind](log))
    return len(log.find())


def as_csv(log: Log) -> bytes:
    """One row a nodule."""
    return escape.csv(table(log.find())).encode()


def as_json(log: Log) -> bytes:
    """A list of exams, each after the schema of :mod:`sera_core.reports.exam`, with its id and when it was saved."""
    return _json([case_json(log, entry) for entry in log.find()])


def as_zip(log: Log) -> bytes:
    """The table; a folder a case with its exam as JSON and, of each view, frame, outline and map as PNG."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        book.writestr("cases.csv", as_csv(log))
        for entry in log.find():
            book.writestr(f"{entry.id}/exam.json", _json(case_json(log, entry)))
            for number, nodule in enumerate(log.open(entry.id).nodules, 1):
                for k, view in enumerate(nodule.views, 1):
                    for name, picture in _pictures(view):
                        book.writestr(f"{entry.id}/nodule-{number}-view-{k}-{name}.png", picture)
    return file.getvalue()


def table(entries: Iterable[Entry]) -> pd.DataFrame:
    """One row a nodule: the fields of its case, then its own."""
    whole = [entry_json(entry) for entry in entries]
    rows = [{**entry, **one} for entry in whole for one in entry.pop("nodules")]
    return pd.DataFrame(rows).astype({"bethesda": "Int64"}) if rows else pd.DataFrame()


def entry_json(entry: Entry) -> dict[str, Any]:
    """A case as the log lists it, in plain types."""
    return {
        "case": entry.id,
        "code": entry.code,
        "day": entry.day.isoformat() if entry.day else None,
        "saved": entry.saved.isoformat(timespec="seconds"),
        "version": entry.version,
        "nodules": [_line(line) for line in entry.nodules],
    }


def case_json(log: Log, entry: Entry) -> dict[str, Any]:
    """A whole case: its exam after the schema, with its id and when it was saved."""
    return {"case": entry.id, "saved": entry.saved.isoformat(timespec="seconds"), **exam_json(log.open(entry.id))}


def _line(line: Line) -> dict[str, Any]:
    own = {name: value for name, value in vars(line).items() if name not in ("number", "pathology")}
    return {"nodule": line.number, **own, **vars(line.pathology)}


def _json(value: object) -> bytes:
    return (json.dumps(value, indent=2, ensure_ascii=False, allow_nan=False) + "\n").encode()


def _pictures(view: View) -> Iterator[tuple[str, bytes]]:
    """Name and PNG of what there is to see of a view."""
    pixels, reading = view.diagnosis.image.pixels, view.diagnosis.reading
    yield "frame", png(as_rgb(pixels))
    if reading.outline is not None:
        yield "outline", png(as_rgb(reading.outline.mask.astype(np.float32)))
    if reading.heatmap is not None:
        yield "map", png(on_frame(pixels, reading.heatmap))


WRITERS = {".csv": as_csv, ".json": as_json, ".zip": as_zip}
