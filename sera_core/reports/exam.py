"""An exam as JSON after a versioned schema, ``exam-1.schema.json`` beside this module."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from sera_core import __version__
from sera_core.contracts import NOT_A_DEVICE
from sera_core.exam import Exam, Nodule, Planned, Prior, Size, growth, plan
from sera_core.reports.record import advice_of, to_json

SCHEMA = "sera-exam-1"


def exam_json(exam: Exam) -> dict[str, Any]:
    """Everything but the pixels, in plain types; no identity but the reader's own code.

    Parameters
    ----------
    exam : Exam

    Returns
    -------
    dict
        As ``exam-1.schema.json`` says. ``diagnosis`` of a nodule combines its views; each of ``views`` has its own.
    """
    pairs = zip(exam.nodules, plan(exam), strict=True)
    return {
        "schema": SCHEMA,
        "code": exam.code,
        "day": exam.day.isoformat() if exam.day else None,
        "nodules": [_nodule(nodule, planned) for nodule, planned in pairs],
        "version": __version__,
        "disclaimer": NOT_A_DEVICE,
    }


def as_json(exam: Exam) -> str:
    """:func:`exam_json` as indented text, for a file."""
    return json.dumps(exam_json(exam), indent=2, ensure_ascii=False, allow_nan=False) + "\n"


def schema() -> dict[str, Any]:
    """The JSON schema that :func:`exam_json` follows."""
    found: dict[str, Any] = json.loads(Path(__file__).with_name("exam-1.schema.json").read_text(encoding="utf-8"))
    return found


def _nodule(nodule: Nodule, planned: Planned) -> dict[str, Any]:
    return {
        "number": planned.number,
        "side": nodule.side,
        "pole": nodule.pole,
        "size": _size(nodule.size),
        "typed": _size(nodule.typed),
        "largest_mm": nodule.largest_mm,
        "advice": advice_of(planned.advice),
        "growth": _growth(nodule, planned),
        "pathology": {"bethesda": nodule.pathology.bethesda, "histology": nodule.pathology.histology},
        "diagnosis": to_json(planned.diagnosis),
        "views": [{"plane": view.plane, "diagnosis": to_json(view.diagnosis)} for view in nodule.views],
    }


def _size(size: Size) -> dict[str, float | None]:
    return {
        "length_mm": size.length_mm,
        "height_mm": size.height_mm,
        "width_mm": size.width_mm,
        "volume_ml": size.volume_ml,
    }


def _growth(nodule: Nodule, planned: Planned) -> dict[str, Any] | None:
    found = growth(nodule, planned.advice.guideline)
    if found is None or nodule.prior is None:
        return None
    return {
        "since": _prior(nodule.prior),
        "significant": found.significant,
        "said": found.said,
        "consequence": found.consequence or None,
    }


def _prior(prior: Prior) -> dict[str, Any]:
    return {
        "case": prior.case,
        "nodule": prior.nodule,
        "day": prior.day.isoformat(),
        "size": _size(prior.size),
        "category": prior.category or None,
    }
