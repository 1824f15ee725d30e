"""An exam to take away: PDF, DICOM and JSON."""

from __future__ import annotations

from functools import partial

from sera_core.exam import Exam
from sera_core.reports.exam import as_json
from sera_core.reports.page import pdf
from sera_core.ui.download import Download


def papers(exam: Exam, key: str) -> tuple[Download, ...]:
    """The buttons; ``key`` tells them from those of another exam."""
    return (
        Download(
            "PDF",
            ":material/picture_as_pdf:",
            "nodule-report.pdf",
            "application/pdf",
            partial(pdf, exam),
            f"{key}pdf",
            "primary",
        ),
        Download(
            "DICOM",
            ":material/radiology:",
            "nodule-dicom.zip",
            "application/zip",
            partial(_dicom, exam),
            f"{key}dicom",
        ),
        Download(
            "JSON",
            ":material/data_object:",
            "nodule-report.json",
            "application/json",
            partial(as_json, exam),
            f"{key}json",
        ),
    )


def _dicom(exam: Exam) -> bytes:
    from sera_core.reports.dicom import export  # highdicom takes a while to load

    return export(exam, pdf(exam))
