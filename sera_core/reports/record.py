"""A diagnosis as JSON: the keys that other programs rely on, and what is needed to understand them later."""

from __future__ import annotations

from typing import Any

from sera_core import __version__
from sera_core.contracts import (
    NOT_A_DEVICE,
    ROWS,
    Advice,
    Descriptors,
    Diagnosis,
    Domain,
    Fidelity,
    Measured,
    ModelOpinion,
    Outline,
    Reading,
    Row,
)
from sera_core.wording import verdict


def to_json(diagnosis: Diagnosis) -> dict[str, Any]:
    """Everything but the pixels, in plain types. No identity: neither a file's name nor a patient's.

    Parameters
    ----------
    diagnosis : Diagnosis

    Returns
    -------
    dict
        ``probability`` holds at a balanced prior; ``probability_range`` is its range when the region is drawn a little
        differently, and ``range_holds_cutoff`` true where such a box could turn the answer; ``cutoff`` and ``verdict``
        refer to the probability; ``fringe`` is true where the model hardly knows the kind of image, and the verdict
        then always ``indeterminate``; ``refused`` where it does not know it at all, and no probability is told; what
        comes of a model is None where none read the image, and the first of the reading's ``warnings`` says why;
        ``verdict_words`` says the verdict in the terms of what the model was taught, as page and paper do. ``opinions``
        is empty where the other models were not asked; one for the other kind of frames answers another question and
        has no ``verdict``. ``signs`` holds what was measured, each with its unit; ``proposed`` the program's answer to
        each question with its chance and whether it is told well enough to be proposed; ``descriptors`` the words that
        the advice is given for (None while a row is open) and ``description`` each word and who says it.
        ``familiarity`` is a percentile 0 ... 100, ``fidelity`` the correlation of heat and fall, -1 ... 1 (None: not
        measured), ``roi`` is ``[x, y, width, height]`` in pixels, ``mm_per_px`` ``[row, column]`` (None: unknown).
    """
    reading, by_model = diagnosis.reading, diagnosis.model_advice
    spacing = diagnosis.image.scale_at(reading.box)
    described = diagnosis.description.descriptors
    return {
        **_answer(diagnosis),
        "roi": reading.box.as_list() if reading.asked else None,
        "outline": outline_of(reading.outline) if reading.outline else None,
        "frame": diagnosis.image.frame,
        "mm_per_px": list(spacing) if spacing else None,
        "size_mm": diagnosis.size_mm,
        "size_source": _size_source(diagnosis),
        "signs": signs_of(diagnosis.measured) if diagnosis.measured else None,
        "proposed": proposed_of(diagnosis.measured) if diagnosis.measured else None,
        "advice": advice_of(diagnosis.advice),
        "descriptors": _descriptors(described) if described else None,
        "description": {row: _row(diagnosis, row) for row in ROWS},
        "advice_basis": diagnosis.basis.value,
        "model_advice": advice_of(by_model) if by_model else None,
        "opinions": [_opinion(opinion, reading.domain) for opinion in diagnosis.opinions],
        "warnings": [{"code": notice.code, "message": notice.message} for notice in diagnosis.warnings],
        "version": __version__,
        "disclaimer": NOT_A_DEVICE,
    }


def _answer(diagnosis: Diagnosis) -> dict[str, Any]:
    """What the network says of the nodule."""
    reading = diagnosis.reading
    refused, heatmap = reading.familiarity.refused, reading.heatmap
    return {
        "model": reading.model or None,
        "model_title": reading.model_title or None,
        "model_sha256": reading.model_sha256 or None,
        "trained_on": reading.trained_on or None,
        "positive": reading.positive or None,
        "probability": None if refused else reading.probability,
        "probability_range": None if refused else [reading.low, reading.high],
        "pretest": diagnosis.patient.pretest,
        "probability_at_pretest": None if refused else diagnosis.probability_at_pretest,
        "cutoff": reading.cutoff if reading.asked else None,
        "cutoff_bounds": [reading.cutoff_low, reading.cutoff_high] if reading.asked else None,
        "verdict": reading.verdict.value,
        "verdict_words": _verdict(reading) if reading.asked else verdict.UNREAD,
        "range_holds_cutoff": reading.range_holds_cutoff,
        "familiarity": reading.familiarity.percentile if reading.asked else None,
        "fringe": reading.familiarity.fringe,
        "refused": refused,
        **_fidelity(heatmap.fidelity if heatmap else None),
        "heatmap_method": heatmap.method.value if heatmap else None,
    }


def outline_of(outline: Outline) -> dict[str, Any]:
    """Where the nodule is, how that was found, and how sure it is."""
    return {
        "source": outline.source,
        "confidence": outline.confidence,
        "area_px": int(outline.mask.sum()),
        "polygon": [list(point) for point in outline.polygon],
    }


def _verdict(reading: Reading) -> str:
    return verdict.WITHHELD if reading.familiarity.fringe else verdict.answer(reading.verdict, reading.positive)


def _fidelity(fidelity: Fidelity | None) -> dict[str, Any]:
    if fidelity is None:
        return {"fidelity": None, "fidelity_trusted": None}
    return {"fidelity": fidelity.correlation, "fidelity_trusted": fidelity.trusted}


def advice_of(advice: Advice) -> dict[str, Any]:
    """What a guideline says, with its rule and source."""
    return {
        "guideline": advice.guideline.value,
        "category": advice.category,
        "points": advice.points,
        "features": list(advice.features),
        "risk": advice.risk or None,
        "action": advice.action.value,
        "rule": advice.rule,
        "source": advice.source,
    }


def _size_source(diagnosis: Diagnosis) -> str | None:
    if diagnosis.patient.size_mm is not None:
        return "reader"
    return None if diagnosis.size_mm is None else "outline"


def signs_of(measured: Measured) -> dict[str, Any]:
    """Every measured quantity with its unit, by name."""
    return {sign.name: {"value": sign.value, "unit": sign.unit} for sign in measured.signs}


def proposed_of(measured: Measured) -> dict[str, Any]:
    """The answer to each question with its chance, and whether it is told well enough to be proposed."""
    return {
        one.question: {"word": one.word, "probability": one.probability, "proposed": one.proposed}
        for one in measured.proposals
    }


def _descriptors(seen: Descriptors) -> dict[str, Any]:
    return {
        "composition": seen.composition.value,
        "echogenicity": seen.echogenicity.value,
        "shape": seen.shape.value,
        "margin": seen.margin.value,
        "foci": sorted(focus.value for focus in seen.foci),
    }


def _row(diagnosis: Diagnosis, row: Row) -> dict[str, Any]:
    said = getattr(diagnosis.description, row)
    if said is None:
        return {"word": None, "by": None}
    word = sorted(focus.value for focus in said) if row == "foci" else said.value
    return {"word": word, "by": "program" if row in diagnosis.proposed else "reader"}


def _opinion(opinion: ModelOpinion, domain: Domain) -> dict[str, Any]:
    return {
        "model": opinion.model,
        "title": opinion.title,
        "domain": opinion.domain,
        "positive": opinion.positive,
        "probability": opinion.probability,
        "cutoff": opinion.cutoff,
        "verdict": opinion.verdict_beside(domain),
        "verdict_words": verdict.beside(opinion, domain),
        "familiarity": opinion.familiarity.percentile,
        "fringe": opinion.familiarity.fringe,
        "refused": opinion.familiarity.refused,
    }
