"""What makes an exam of a diagnosis on the command line, and where it goes: the case log, a folder of DICOM objects."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sera_core.cli.verb import day

if TYPE_CHECKING:
    from sera_core.contracts import Diagnosis
    from sera_core.exam import Exam


def add_exam(parser: argparse.ArgumentParser) -> None:
    """Options of whoever wants more than an answer."""
    parser.add_argument("--save", action="store_true", help="keep it in the case log (see cases)")
    parser.add_argument("--dicom", type=Path, metavar="DIR", help="write pictures, report (SR) and PDF as DICOM")
    parser.add_argument("--code", default="", help="your code for the patient, the same at every visit; never a name")
    parser.add_argument("--day", type=day, metavar="YYYY-MM-DD", help="of the exam")
    parser.add_argument("--plane", choices=["transverse", "longitudinal", "other"])
    parser.add_argument("--side", choices=["right", "left", "isthmus"])
    parser.add_argument("--pole", choices=["upper", "middle", "lower"])


def exam_of(diagnosis: Diagnosis, options: argparse.Namespace) -> Exam:
    """One nodule in one view, as the options say."""
    from sera_core.exam import Exam, Nodule, Plane, Pole, Side, View

    view = View(Plane(options.plane) if options.plane else None, diagnosis)
    side, pole = options.side and Side(options.side), options.pole and Pole(options.pole)
    return Exam((Nodule((view,), side, pole),), options.code, options.day)


def taken_away(exam: Exam, data: bytes, options: argparse.Namespace) -> dict[str, Any]:
    """Save and write what was asked for; what the result says of it.

    Parameters
    ----------
    exam : Exam
    data : bytes
        The file that its one view was read from.
    options : argparse.Namespace
    """
    told: dict[str, Any] = {}
    if options.save:
        from sera_core.cases.log import Log

        told["case"] = Log().save(exam)
    if options.dicom:
        from sera_core.reports.dicom import source_of, write
        from sera_core.reports.page import pdf

        source = source_of(data)
        sources = {exam.nodules[0].views[0]: source} if source else None
        told["dicom"] = [str(file) for file in write(exam, pdf(exam), options.dicom, sources)]
    return told
