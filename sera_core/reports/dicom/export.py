"""An exam as a set of DICOM objects, in a folder or as one archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from highdicom.sr import ComprehensiveSR
from pydicom import Dataset
from pydicom.uid import generate_uid

from sera_core import __version__
from sera_core.exam import Exam, View
from sera_core.files import whole_file
from sera_core.reports.dicom.pdf import encapsulated
from sera_core.reports.dicom.pictures import drawn, frame
from sera_core.reports.dicom.source import Source
from sera_core.reports.dicom.structured import report

MAKER = {"manufacturer": "SERA", "manufacturer_model_name": "SERA", "software_versions": __version__}
DEVICE = "2.25.8578941638571636368983259145744517974"  # this program, as an observer


class _Set:
    """The objects of one exam as they are made: one study, a series a kind."""

    def __init__(self, exam: Exam, study: str) -> None:
        self.made: dict[str, Dataset] = {}
        self._series = {kind: generate_uid() for kind in ("frame", "ai", "sr", "pdf")}
        self._patient = {
            "study_instance_uid": study,
            "patient_id": exam.code or "unknown",
            "study_date": exam.day,
            "specific_character_set": "ISO_IR 192",
            "content_date": datetime.now().date(),
            "content_time": datetime.now().time(),
        }

    def known(self, kind: str) -> dict[str, Any]:
        """Keywords for the next object of a series."""
        number = 1 + sum(name.startswith(kind) for name in self.made)
        of_series = {"series_instance_uid": self._series[kind], "series_number": 9000 + [*self._series].index(kind)}
        return self._patient | MAKER | of_series | {"sop_instance_uid": generate_uid(), "instance_number": number}

    def add(self, kind: str, made: Dataset) -> Dataset:
        """Keep an object under the next name of its kind."""
        self.made[f"{kind}-{made.InstanceNumber}.dcm"] = made
        return made


def objects(exam: Exam, paper: bytes, sources: Mapping[View, Source] | None = None) -> dict[str, Dataset]:
    """The objects by the names of their files.

    Parameters
    ----------
    exam : Exam
        With at least one nodule.
    paper : bytes
        The report as PDF.
    sources : mapping of View to Source, optional
        The images that views were read from, where they were DICOM. Everything then belongs to that study and refers
        to them; a view without one is written out as a frame of its own, to which the others refer.

    Returns
    -------
    dict
        ``frame-N.dcm`` and, of a view that a model read, ``ai-N.dcm`` (secondary captures), ``sr-1.dcm``
        (Comprehensive SR, TID 1500) and ``pdf-1.dcm`` (encapsulated PDF).
    """
    sources = sources or {}
    study = next(iter(sources.values())).study if sources else generate_uid()
    batch = _Set(exam, study)
    frames: list[list[Dataset]] = []
    for nodule in exam.nodules:
        frames.append([_origin(view, sources.get(view), batch) for view in nodule.views])
        for view, origin in zip(nodule.views, frames[-1], strict=True):
            if view.diagnosis.reading.asked:
                batch.add("ai", drawn(view, [origin], batch.known("ai")))
    every = [image for images in frames for image in images]
    known = {name: value for name, value in batch.known("sr").items() if name not in batch._patient}
    batch.add("sr", ComprehensiveSR(every, report(exam, frames, DEVICE), is_complete=True, **known))
    batch.add("pdf", encapsulated(paper, every, batch.known("pdf")))
    return batch.made


def write(exam: Exam, paper: bytes, folder: Path, sources: Mapping[View, Source] | None = None) -> list[Path]:
    """:func:`objects` as files of a folder; their paths."""
    files = []
    for name, made in objects(exam, paper, sources).items():
        with whole_file(folder / name) as part:
            made.save_as(part, enforce_file_format=True)
        files.append(folder / name)
    return files


def export(exam: Exam, paper: bytes) -> bytes:
    """:func:`objects` as a ZIP archive."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as book:
        for name, made in objects(exam, paper).items():
            part = io.BytesIO()
            made.save_as(part, enforce_file_format=True)
            book.writestr(name, part.getvalue())
    return file.getvalue()


def _origin(view: View, source: Source | None, batch: _Set) -> Dataset:
    """The image that a view refers to: the source by its numbers, or the frame written out."""
    if source is None:
        return batch.add("frame", frame(view, batch.known("frame")))
    stub = frame(view, batch.known("frame"))
    stub.StudyInstanceUID, stub.SeriesInstanceUID = source.study, source.series
    stub.SOPInstanceUID, stub.SOPClassUID = source.instance, source.kind
    return stub
