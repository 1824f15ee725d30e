"""DICOM objects: judged by dciodvfy and dsrdump, which are not ours, and read back by pydicom and highdicom."""

from __future__ import annotations

import io
import os
import shutil
import subprocess
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import highdicom
import numpy as np
import pydicom
import pytest
from pypdf import PdfReader

from sera_core.exam import Exam, Nodule, Plane, Prior, Side, Size
from sera_core.reports.dicom import Source, export, objects, source_of, write
from sera_core.reports.page import pdf
from tests.exam.samples import described, exam, small, view

MADE = datetime(2030, 5, 17, tzinfo=UTC)
PAPER = b"%PDF-1.4 odd length"


def program(name: str, *arguments: object) -> tuple[int, str]:
    if shutil.which(name) is None:
        assert not os.environ.get("CI"), f"{name} is missing"
        pytest.skip(f"needs {name} (apt-get install dcmtk dicom3tools)")
    ran = subprocess.run([name, *map(str, arguments)], capture_output=True, text=True, timeout=60)
    return ran.returncode, ran.stdout + ran.stderr


def everything() -> Exam:
    """Two nodules, one with all that can be said, one with as little as possible."""
    prior = Prior("a" * 32, 1, date(2029, 5, 1), Size(14, 9, 10))
    full = replace(exam().nodules[0], prior=prior)
    bare = view(
        None, image=replace(small(4), mm_per_px=None), heatmap=None, outline=None, measured=None, model_title="결절 net"
    )
    return exam(full, Nodule((bare,)), code="환자-7")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("dicom")
    write(everything(), pdf(everything(), MADE), place)
    return place


def test_every_object_is_valid_to_dciodvfy_and_the_report_to_dsrdump(folder: Path) -> None:
    names = sorted(file.name for file in folder.iterdir())
    assert names == [*(f"{kind}-{k}.dcm" for kind in ("ai", "frame") for k in (1, 2, 3)), "pdf-1.dcm", "sr-1.dcm"]
    for name in names:
        code, said = program("dciodvfy", folder / name)
        assert code == 0, (name, said)
        assert "Error" not in said, (name, said)
    code, said = program("dsrdump", folder / "sr-1.dcm")
    assert code == 0
    for part in (
        '"AI: finding")=(MALIGNANT,99SERA,"Likely to be read as suspicious")',
        '"Volume")="1.583" (ml',
        '"Composition, reader")=(SOLID',
        '"Growth since the earlier exam")=(SIGNIFICANT',
        "left lobe of thyroid",
        "derived by artificial intel",
    ):
        assert part in said


def test_pixels_outline_and_numbers_read_back(folder: Path) -> None:
    frame, picture = (pydicom.dcmread(folder / f"{name}-1.dcm") for name in ("frame", "ai"))
    shown = view().diagnosis
    np.testing.assert_array_equal(frame.pixel_array, np.round(shown.image.pixels * 255))
    assert [float(part) for part in frame.PixelSpacing] == [0.3, 0.3]
    assert "PixelSpacing" not in pydicom.dcmread(folder / "frame-3.dcm"), "no scale, no millimetres"
    assert picture.pixel_array.shape == (90 + 28, 140, 3)
    assert [item.ReferencedSOPInstanceUID for item in picture.SourceImageSequence] == [frame.SOPInstanceUID]
    assert picture.ImageType[0] == "DERIVED"
    report = highdicom.sr.srread(folder / "sr-1.dcm")
    groups = report.content.get_planar_roi_measurement_groups()
    assert len(groups) == 3
    region = groups[0].roi
    np.testing.assert_allclose(region.value[:-1], shown.reading.outline.polygon, atol=0.01)
    numbers = {item.name.meaning: item.value for item in groups[0].get_measurements()}
    assert numbers["AI: probability"] == 74.0
    assert {image.ReferencedSOPInstanceUID for image in _evidence(report)} >= {frame.SOPInstanceUID}
    paper = pydicom.dcmread(folder / "pdf-1.dcm")
    inside = PdfReader(io.BytesIO(paper.EncapsulatedDocument[: paper.EncapsulatedDocumentLength]))
    assert "Thyroid nodule" in inside.pages[0].extract_text()


@pytest.mark.parametrize(("low", "doubt"), [(0.66, []), (0.44, ["A slightly different box could turn this answer."])])
def test_a_finding_that_another_box_could_turn_says_so(low: float, doubt: list[str], tmp_path: Path) -> None:
    write(exam(Nodule((view(low=low),))), PAPER, tmp_path)
    report = highdicom.sr.srread(tmp_path / "sr-1.dcm")
    (group,) = report.content.get_image_measurement_groups()
    found = group.get_qualitative_evaluations()
    assert [one.value.meaning for one in found if one.name.meaning == "AI: steadiness of the finding"] == doubt


def _evidence(report: pydicom.Dataset) -> list[pydicom.Dataset]:
    return [
        image
        for study in report.CurrentRequestedProcedureEvidenceSequence
        for series in study.ReferencedSeriesSequence
        for image in series.ReferencedSOPSequence
    ]


def test_a_dicom_source_is_referred_to_in_its_own_study() -> None:
    whole = exam(Nodule((view(),), Side.RIGHT))
    source = Source("1.2.3", "1.2.3.4", "1.2.3.4.5", "1.2.840.10008.5.1.4.1.1.6.1")
    made = objects(whole, PAPER, {whole.nodules[0].views[0]: source})
    assert sorted(made) == ["ai-1.dcm", "pdf-1.dcm", "sr-1.dcm"], "the frame is not written out a second time"
    assert {one.StudyInstanceUID for one in made.values()} == {"1.2.3"}
    (named,) = _evidence(made["sr-1.dcm"])
    assert (named.ReferencedSOPInstanceUID, named.ReferencedSOPClassUID) == (source.instance, source.kind)


def test_what_no_model_read_has_frame_words_and_advice_but_no_map_or_region(tmp_path: Path) -> None:
    write(Exam((Nodule((described(),)),)), PAPER, tmp_path)
    assert sorted(file.name for file in tmp_path.iterdir()) == ["frame-1.dcm", "pdf-1.dcm", "sr-1.dcm"]
    code, said = program("dciodvfy", tmp_path / "sr-1.dcm")
    assert (code, "Error" in said) == (0, False), said
    _, said = program("dsrdump", tmp_path / "sr-1.dcm")
    assert "No answer: no model read this image" in said
    assert '"Composition, reader")=(SOLID' in said
    assert "probability" not in said


def test_no_identity_and_no_file_name(folder: Path) -> None:
    for file in folder.iterdir():
        one = pydicom.dcmread(file)
        assert not one.get("PatientName")
        assert not one.get("PatientBirthDate")
        assert one.PatientID == "환자-7"


def test_the_archive_holds_the_same_objects() -> None:
    with zipfile.ZipFile(io.BytesIO(export(exam(), PAPER))) as book:
        assert len(book.namelist()) == 6
        assert book.read("sr-1.dcm")[128:132] == b"DICM"


def test_only_a_whole_dicom_file_is_a_source(tmp_path: Path) -> None:
    assert source_of(b"no DICOM at all" * 20) is None
    write(exam(Nodule((view(Plane.OTHER),))), PAPER, tmp_path)
    data = (tmp_path / "frame-1.dcm").read_bytes()
    found = source_of(data)
    assert found is not None
    assert found.instance == pydicom.dcmread(io.BytesIO(data)).SOPInstanceUID
