"""An exam as JSON against its schema, and on paper with every nodule."""

from __future__ import annotations

import io
import json
import re
from copy import deepcopy
from dataclasses import replace

import pytest
from jsonschema import Draft202012Validator, FormatChecker
from pypdf import PdfReader

from sera_core.contracts import Familiarity, Guideline
from sera_core.exam import Exam, Histology, Nodule, Pathology, Plane, Size
from sera_core.reports.exam import as_json, exam_json, schema
from sera_core.reports.page import pdf
from sera_core.reports.text import as_text, sections
from tests.exam.samples import described, exam, view
from tests.reports.samples import bare, diagnosis
from tests.reports.test_dicom import everything

CHECK = Draft202012Validator(schema(), format_checker=FormatChecker())


def refused() -> Exam:
    """The network knows nothing of the kind of image; a reader described it all the same."""
    return exam(Nodule((view(familiarity=Familiarity(30.0, 0.0, 20.0), heatmap=None),)))


def test_a_refused_frame_has_a_report_without_the_network_s_number() -> None:
    found = exam_json(refused())["nodules"][0]
    assert (found["diagnosis"]["refused"], found["diagnosis"]["probability"]) == (True, None)
    assert found["advice"]["category"] == "K-TIRADS 5"
    text = " ".join(as_text(refused()).split())
    assert "No answer: the image is too unlike" in text
    assert "74%" not in text
    assert "66%" not in text.split("Other models")[0]
    assert "Advice: Needle aspiration" in text
    assert "74%" not in " ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf(refused()))).pages)


UNREAD = Exam((Nodule((described(),)),))


def test_what_no_model_read_has_a_report_of_the_words_and_the_advice_that_says_why() -> None:
    found = exam_json(UNREAD)["nodules"][0]
    of_a_model = (
        "model",
        "model_sha256",
        "probability",
        "probability_range",
        "cutoff",
        "familiarity",
        "roi",
        "fidelity",
    )
    assert [found["diagnosis"][name] for name in of_a_model] == [None] * len(of_a_model)
    assert found["diagnosis"]["warnings"] == [{"code": "no_nodule", "message": "The frame shows no nodule."}]
    assert (found["advice"]["category"], found["diagnosis"]["advice_basis"]) == ("K-TIRADS 5", "descriptors")
    paper = PdfReader(io.BytesIO(pdf(UNREAD))).pages
    assert len(paper[0].images) == 0, "without a region a picture would show the margins, where names stand"
    for said in (as_text(UNREAD), paper[0].extract_text()):
        told = " ".join(said.split())
        assert "No answer: no model read this image" in told
        assert told.count("The frame shows no nodule.") == 1
        assert "Solid, hypoechoic, taller than wide" in told
        assert "22 mm, largest dimension" in told
        assert "Needle aspiration (K-TIRADS 2021, K-TIRADS 5" in told
        for gone in ("sha256", "heatmap shows", "The model saw", "Familiarity", "50%", "probability is"):
            assert gone not in told, gone


@pytest.mark.parametrize(
    "whole", [everything(), Exam(()), Exam.of(diagnosis()), Exam.of(bare()), exam(code=""), refused(), UNREAD]
)
def test_the_json_follows_its_schema(whole: Exam) -> None:
    Draft202012Validator.check_schema(schema())
    assert list(CHECK.iter_errors(json.loads(as_json(whole)))) == []


def test_the_schema_refuses_what_does_not_follow_it() -> None:
    right = json.loads(as_json(everything()))
    for path, wrong in (
        (("schema",), "sera-exam-2"),
        (("day",), "yesterday"),
        (("nodules", 0, "side"), "middle"),
        (("nodules", 0, "diagnosis", "probability"), 1.2),
        (("nodules", 0, "views"), []),
        (("nodules", 0, "patient_name"), "nobody"),
    ):
        changed = deepcopy(right)
        place = changed
        for step in path[:-1]:
            place = place[step]
        place[path[-1]] = wrong
        assert not CHECK.is_valid(changed), path


def test_what_the_outlines_measure_is_nobody_s_word() -> None:
    found = exam_json(exam())["nodules"][0]["diagnosis"]
    assert (found["size_mm"], found["size_source"]) == (18.0, "outline")
    typed = exam_json(exam(Nodule((view(), view()), typed=replace(exam().nodules[0].size))))["nodules"][0]
    assert typed["diagnosis"]["size_source"] == "reader"


def test_paper_and_text_tell_every_nodule() -> None:
    whole = everything()
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf(whole))).pages]
    assert "one still frame (plane not named)" in " ".join(as_text(Exam.of(bare())).split())
    text = " ".join(as_text(whole).split())
    for said in (" ".join(pages), text):
        for part in (
            "Date 17 May 2030, case 환자-7",
            "3 still frames (1 transverse, 1 longitudinal, 1 plane not named; PNG)",
            "Left lobe, lower pole",
            "Length 18 mm (outline), height 12 mm (outline), width 14 mm (outline); volume 1.58 ml",
            "transverse 74% (alpha); longitudinal 60% (alpha)",
            "Significant growth since 01 May 2029",
            "Nodule 2: result",
            "결절 net",
        ):
            assert part in said
        assert said.count("A probability is no diagnosis") == 1
    assert any("Nodule 2: result" in page and "Nodule 1" not in page for page in pages), "each begins a page"


def test_every_sentence_of_a_report_begins_with_a_capital_and_what_follows_a_semicolon_with_none() -> None:
    known = Nodule((view(Plane.OTHER),), typed=Size(10.0), pathology=Pathology(3, Histology.MALIGNANT))
    rows = [row for part in sections(exam(known)).values() for row in part]
    said = dict(rows)
    assert said["Pathology"] == "Cytology Bethesda III, atypia of undetermined significance, histology malignant"
    assert said["Diameters"] == "Length 10 mm (reader); not all three are known, so no volume"
    assert "height over width 0.50. Its solid part" in said["Measured"]
    assert not [text for heading, text in rows if heading != "Other models" and re.search(r"; [A-Z][a-z]+ ", text)]


def test_the_plan_and_not_a_nodule_s_own_advice_is_printed() -> None:
    from tests.exam.test_exam import nodule, with_guideline

    three = [with_guideline(nodule((size, size)), Guideline.ACR2017) for size in (30.0, 25.0, 20.0)]
    assert " ".join(as_text(exam(*three)).split()).count("Advice: Needle aspiration") == 2
