"""The verb cases, as typed."""

from __future__ import annotations

import json
import zipfile
from dataclasses import replace
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pydicom
import pytest
from PIL import Image

from sera_core.cases.database import URL
from sera_core.cases.log import Log
from sera_core.cli import main
from sera_core.contracts import SIMULATED
from sera_core.evaluate.table import read_predictions
from sera_core.exam import Histology, Nodule, Pathology
from sera_core.simulate import SAMPLES, render
from tests.exam.samples import exam, small, view
from tests.images.files import SECRETS, dataset, save


@pytest.fixture
def kept(log: Log, url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(URL, url)
    return log.save(exam(code="=SUM(A1)"))


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["cases", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_list_show_pathology_delete(capsys: pytest.CaptureFixture[str], kept: str, log: Log) -> None:
    (entry,) = answer(capsys, "list")
    assert entry["case"] == kept
    assert answer(capsys, "list", "--pathology") == []
    assert answer(capsys, "pathology", kept[:8], "--bethesda", "6")["nodules"][0]["bethesda"] == 6
    shown = answer(capsys, "show", kept[:8])
    assert shown["nodules"][0]["pathology"] == {"bethesda": 6, "histology": None}
    assert shown["nodules"][0]["views"][0]["diagnosis"]["probability"] == 0.74
    assert main(["cases", "list"]) == 0
    assert "left" not in capsys.readouterr().out
    assert main(["cases", "delete", kept]) == 2
    assert "--yes" in capsys.readouterr().err
    answer(capsys, "delete", kept, "--yes")
    assert log.find() == ()
    for wrong in (["cases"], ["cases", "show", kept], ["cases", "pathology", kept, "--bethesda", "7"]):
        assert main(wrong) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1


def test_export(capsys: pytest.CaptureFixture[str], kept: str, tmp_path: Path) -> None:
    for ending in ("csv", "json", "zip"):
        assert answer(capsys, "export", str(tmp_path / f"out.{ending}"))["cases"] == 1
    table = pd.read_csv(tmp_path / "out.csv")
    assert table.loc[0, "code"] == "'=SUM(A1)", "a spreadsheet would compute it"
    (whole,) = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
    assert whole == answer(capsys, "show", kept)
    with zipfile.ZipFile(tmp_path / "out.zip") as book:
        assert json.loads(book.read(f"{kept}/exam.json")) == whole
        frame = np.asarray(Image.open(BytesIO(book.read(f"{kept}/nodule-1-view-1-frame.png"))))
        assert {f"{kept}/nodule-1-view-2-{name}.png" for name in ("frame", "outline", "map")} <= set(book.namelist())
    assert np.abs(frame[..., 0] / 255 - small().pixels).max() < 1 / 255
    assert main(["cases", "export", str(tmp_path / "out.xls")]) == 2
    assert "out.xls" in capsys.readouterr().err


def test_cases_with_pathology_are_a_predictions_table(
    capsys: pytest.CaptureFixture[str], log: Log, kept: str, tmp_path: Path
) -> None:
    out = tmp_path / "own.csv"
    assert main(["cases", "predictions", str(out)]) == 2
    assert "settled pathology" in capsys.readouterr().err
    malignant = log.save(exam())
    log.set_pathology(malignant, 1, Pathology(5, Histology.MALIGNANT))
    log.set_pathology(kept, 1, Pathology(2))
    log.set_pathology(log.save(exam()), 1, Pathology(4))  # not settled: stays out
    simulated = log.save(exam(Nodule((view(image=replace(small(3), source=SIMULATED)),), pathology=Pathology(6))))
    found = answer(capsys, "predictions", str(out))
    predictions = read_predictions(out)
    assert predictions.domains == {"own": "real", "own, simulated": "simulated"}
    own = predictions.at("own")
    odds = (0.74 / 0.26 * 0.6 / 0.4) ** 0.5  # alpha read both views, in two planes
    np.testing.assert_allclose(own.score("alpha"), odds / (1 + odds))
    np.testing.assert_allclose(own.score("beta"), 0.31)
    assert "gamma" not in predictions.models, "it refused the frames"
    assert sorted(own.label) == [0, 1]
    assert predictions.given["alpha"].value == 0.48
    assert {f"{case}/1" for case in (malignant, kept, simulated)} == set(pd.read_csv(out)["case_id"])
    assert "2 real nodules (1 malignant, 1 benign)" in found["caution"]
    assert "95% interval of 21% to over 99%" in found["caution"]  # Wilson's of 1 in 1
    assert "verification bias" in found["caution"]
    assert StringIO(out.read_text(encoding="utf-8")).readline().startswith("case_id,patient_id,centre,role,label,model")


def test_diagnose_saves_and_writes_dicom_that_refers_to_its_source(
    capsys: pytest.CaptureFixture[str], log: Log, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, url)
    frame = render(SAMPLES["papillary"].case).image
    given = dataset(np.round(frame.pixels * 255).astype(np.uint8))
    given.StudyInstanceUID, given.SeriesInstanceUID = "1.2.3", "1.2.3.4"
    source = save(given)
    (tmp_path / "IM1").write_bytes(source)
    told = ["--code", "D-4", "--day", "2030-05-17", "--plane", "transverse", "--side", "right", "--pole", "upper"]
    arguments = [str(tmp_path / "IM1"), "--save", "--dicom", str(tmp_path / "out"), *told, "--json"]
    assert main(["diagnose", *arguments]) == 0
    found = json.loads(capsys.readouterr().out)
    assert sorted(Path(file).name for file in found["dicom"]) == ["ai-1.dcm", "pdf-1.dcm", "sr-1.dcm"]
    report = pydicom.dcmread(tmp_path / "out" / "sr-1.dcm")
    assert report.StudyInstanceUID == "1.2.3"
    assert f"{given.SOPInstanceUID}" in str(report)
    written = [*(tmp_path / "out").iterdir(), *tmp_path.glob("cases.sqlite*")]
    assert not [secret for secret in SECRETS.values() for file in written if secret.encode() in file.read_bytes()]
    kept = log.open(found["case"])
    assert (kept.code, kept.day, kept.nodules[0].side) == ("D-4", date(2030, 5, 17), "right")
    assert kept.nodules[0].views[0].diagnosis.reading.probability == found["probability"]
    assert main(["diagnose", str(tmp_path / "IM1"), "--day", "yesterday"]) == 2
