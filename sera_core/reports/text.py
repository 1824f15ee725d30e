"""A diagnosis as rows of a heading and a sentence: on its own a text to copy, and the body of the PDF."""

from __future__ import annotations

import textwrap

from sera_core import __version__
from sera_core.contracts import NOT_A_DEVICE, Diagnosis
from sera_core.guidelines import agreement
from sera_core.wording import diagnosis as words
from sera_core.wording import signs

Rows = list[tuple[str, str]]

WIDTH = 88  # characters a line


def sections(diagnosis: Diagnosis) -> dict[str, Rows]:
    """What a report says, in order: titles of the sections, each with rows of (heading, sentence)."""
    return {
        "Result": _result(diagnosis),
        "Why": [("Heatmap", words.why(diagnosis.reading))],
        "Signs": _signs(diagnosis),
        "What next": _advice(diagnosis),
        "Model": _model(diagnosis),
        "Limits": _limits(diagnosis),
    }


def as_text(diagnosis: Diagnosis) -> str:
    """The report as plain text, ready to be pasted into a record.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    str
        Lines of at most 88 characters; no identity in it.
    """
    lines = ["SERA: thyroid nodule on ultrasound", words.headline(diagnosis.reading).upper()]
    for title, rows in sections(diagnosis).items():
        lines += ["", title]
        lines += [line for heading, sentence in rows for line in _row(heading, sentence)]
    return "\n".join([*lines, "", NOT_A_DEVICE, ""])


def _result(diagnosis: Diagnosis) -> Rows:
    reading = diagnosis.reading
    return _filled(
        ("Probability", words.verdict(reading)),
        ("Risk here", words.at_pretest(diagnosis)),
        ("Familiarity", words.familiarity(reading.familiarity)),
        ("Other models", words.others(diagnosis)),
        ("Size", words.size(diagnosis)),
        ("Region", words.region(diagnosis)),
        ("Scale", words.scale(diagnosis.image, reading.box)),
    )


def _signs(diagnosis: Diagnosis) -> Rows:
    measured, outline = diagnosis.measured, diagnosis.reading.outline
    return _filled(
        ("Outline", words.outline(outline) if outline else ""),
        ("Measured", signs.in_short(measured) if measured else ""),
        *signs.described(diagnosis),
    )


def _advice(diagnosis: Diagnosis) -> Rows:
    advice = diagnosis.advice
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
        ("Program", f"SERA {__version__}"),
    ]


def _limits(diagnosis: Diagnosis) -> Rows:
    warnings = [("Warning", notice.message) for notice in diagnosis.warnings]
    return warnings + [("Limit", sentence) for sentence in words.LIMITS]


def _filled(*rows: tuple[str, str]) -> Rows:
    return [row for row in rows if row[1]]


def _row(heading: str, sentence: str) -> list[str]:
    return textwrap.wrap(f"{heading}: {sentence}", WIDTH, initial_indent="- ", subsequent_indent="  ")
