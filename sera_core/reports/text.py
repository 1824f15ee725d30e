"""An exam as rows of a heading and a sentence: on its own a text to copy, and the body of the PDF.

The order is that of a structured thyroid report: exam and technique, each nodule with place, size, growth, the
networks' answer, signs and category, then the models and the limits.
"""

from __future__ import annotations

import textwrap
from itertools import chain

from sera_core import __version__
from sera_core.contracts import NOT_A_DEVICE, Advice, Diagnosis
from sera_core.exam import Exam, Nodule, Planned, growth, plan
from sera_core.exam import words as of_exam
from sera_core.guidelines import agreement
from sera_core.wording import diagnosis as words
from sera_core.wording import signs

Rows = list[tuple[str, str]]

WIDTH = 88  # characters a line


def sections(exam: Exam) -> dict[str, Rows]:
    """What a report says, in order: titles of the sections, each with rows of (heading, sentence)."""
    planned = plan(exam)
    nodules = (nodule_sections(nodule, one, len(planned)) for nodule, one in zip(exam.nodules, planned, strict=True))
    return {
        "Exam": exam_rows(exam),
        **dict(chain.from_iterable(part.items() for part in nodules)),
        **closing(planned),
    }


def exam_rows(exam: Exam) -> Rows:
    """When, who, and how it was looked at."""
    case = f", case {exam.code}" if exam.code else ""
    return [("Exam", f"Date {of_exam.day(exam.day)}{case}. {of_exam.technique(exam)}.")]


def nodule_sections(nodule: Nodule, planned: Planned, of: int) -> dict[str, Rows]:
    """One nodule of so many."""
    diagnosis = planned.diagnosis
    parts = {
        "Result": _place(nodule, planned) + _result(diagnosis),
        "Why": [("Heatmap", words.why(diagnosis.reading))],
        "Signs": _signs(diagnosis),
        "What next": _advice(diagnosis, planned.advice),
    }
    return {titled(title, planned.number, of): rows for title, rows in parts.items()}


def titled(title: str, number: int, of: int) -> str:
    """The title of a section, with the nodule's number where there are several."""
    return title if of == 1 else f"Nodule {number}: {title.lower()}"


def closing(planned: tuple[Planned, ...]) -> dict[str, Rows]:
    """Each model once, and the limits."""
    found = [one.diagnosis for one in planned]
    models = {one.reading.model_sha256: _model(one) for one in found if one.reading.asked}
    told = [one.warnings if one.reading.asked else one.image.warnings for one in found]  # why none did, Result says
    warnings = dict.fromkeys(notice.message for those in told for notice in those)
    ends = words.LIMITS if models else words.WITHOUT_A_MODEL
    limits = [("Warning", message) for message in warnings] + [("Limit", sentence) for sentence in ends]
    program = [("Program", f"SERA {__version__}")]
    return {"Model": [*chain.from_iterable(models.values()), *program], "Limits": limits}


def as_text(exam: Exam) -> str:
    """The report as plain text, ready to be pasted into a record.

    Parameters
    ----------
    exam : Exam

    Returns
    -------
    str
        Lines of at most 88 characters; no identity in it but the reader's own code.
    """
    lines = ["SERA: thyroid nodules on ultrasound"]
    lines += [words.headline(one.diagnosis.reading).upper() for one in plan(exam)]
    for title, rows in sections(exam).items():
        lines += ["", title]
        lines += [line for heading, sentence in rows for line in _row(heading, sentence)]
    return "\n".join([*lines, "", NOT_A_DEVICE, ""])


def _place(nodule: Nodule, planned: Planned) -> Rows:
    grown = growth(nodule, planned.advice.guideline)
    return _filled(
        ("Place", of_exam.place(nodule)),
        ("Diameters", of_exam.diameters(nodule)),
        ("Views", of_exam.views(nodule)),
        ("Growth", f"{grown.said} {grown.consequence}".strip() if grown else ""),
        ("Pathology", of_exam.pathology(nodule.pathology)),
    )


def _result(diagnosis: Diagnosis) -> Rows:
    reading = diagnosis.reading
    return _filled(
        ("Probability", words.verdict(reading)),
        ("Risk here", words.at_pretest(diagnosis)),
        ("Familiarity", words.familiarity(reading.familiarity) if reading.asked else ""),
        ("Other models", words.others(diagnosis)),
        ("Size", words.size(diagnosis)),
        ("Region", words.region(diagnosis) if reading.asked else ""),
        ("Scale", words.scale(diagnosis.image, reading.box)),
    )


def _signs(diagnosis: Diagnosis) -> Rows:
    measured, outline = diagnosis.measured, diagnosis.reading.outline
    return _filled(
        ("Outline", words.outline(outline) if outline else ""),
        ("Measured", signs.in_short(measured) if measured else ""),
        *signs.described(diagnosis),
    )


def _advice(diagnosis: Diagnosis, advice: Advice) -> Rows:
    by_model = diagnosis.model_advice if diagnosis.description.descriptors else None
    return _filled(
        ("Advice", words.advice(advice)),
        ("Rests on", words.BASIS[diagnosis.basis]),
        ("Rule", advice.rule),
        ("Source", advice.source),
        ("By the model", words.advice(by_model) if by_model else ""),
        ("Agreement", agreement(by_model, advice).sentence if by_model else ""),
    )


def _model(diagnosis: Diagnosis) -> Rows:
    reading = diagnosis.reading
    return [
        ("Model", f"{reading.model_title} ({reading.model})"),
        ("Trained on", reading.trained_on),
        ("Weights", f"sha256 {reading.model_sha256}"),
    ]


def _filled(*rows: tuple[str, str]) -> Rows:
    return [row for row in rows if row[1]]


def _row(heading: str, sentence: str) -> list[str]:
    return textwrap.wrap(f"{heading}: {sentence}", WIDTH, initial_indent="- ", subsequent_indent="  ")
