"""``evaluate`` on the command line, in one process: what it prints, what it refuses and with which exit code."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sera_core.cli import main
from sera_core.evaluate.table import template
from sera_core.files import MODELS
from tests.predicted import made_up


def test_json_is_one_object_of_rows_and_cut_offs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    template().to_csv(file, index=False)
    assert main(["evaluate", str(file), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert set(found) == {"rows", "cutoffs", "cutoff_sources", "flow"}
    assert found["cutoffs"]["my-network"] == pytest.approx(0.465)
    area = next(row for row in found["rows"] if row["metric"] == "auc" and row["model"] == "my-network")
    assert (area["centre"], area["estimate"], area["n"]) == ("clinic-1", 1.0, 2)
    assert any(row["metric"] == "auc_difference" and "p_holm" not in row for row in found["rows"])


def test_a_cut_off_fixed_beforehand_is_named_and_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    template().assign(cutoff=0.56, cutoff_low=0.5, cutoff_high=0.61).to_csv(file, index=False)
    assert main(["evaluate", str(file)]) == 0
    assert "cut-off of my-network: 0.560 (0.500-0.610), given in the table" in capsys.readouterr().out
    assert main(["evaluate", str(file), "--cutoff", "my-network=0.7", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["cutoffs"]["my-network"] == 0.7
    assert found["cutoff_sources"]["my-network"]["source"] == "named for this comparison, fixed beforehand"
    assert main(["evaluate", str(file), "--cutoff", "other=0.7"]) == 2
    assert "no model other" in capsys.readouterr().err
    assert main(["evaluate", str(file), "--cutoff", "my-network"]) == 2
    assert "MODEL=VALUE" in capsys.readouterr().err
    template().to_csv(file, index=False)
    assert main(["evaluate", str(file)]) == 0
    assert "chosen on the cases of clinic-1, which flatters it there" in capsys.readouterr().out


def test_margins_and_other_cut_offs_are_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    made_up(("alpha", "beta")).to_csv(file, index=False)
    asked = ["--margin", "auc=0.05", "--other-cutoff", "alpha=0.2", "--json"]
    assert main(["evaluate", str(file), *asked]) == 0
    metrics = [row["metric"] for row in json.loads(capsys.readouterr().out)["rows"]]
    assert metrics.count("auc_noninferiority") == 4
    assert metrics.count("sensitivity_change") == 2
    for wrong in (["--margin", "auc=2"], ["--margin", "ppv=0.1"], ["--other-cutoff", "nobody=0.2"]):
        assert main(["evaluate", str(file), *wrong]) == 2
        assert capsys.readouterr().err.count("\n") == 1


def test_the_size_of_the_next_study_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["samplesize", "--sensitivity", "0.9", "--prevalence", "0.3"]) == 0
    assert capsys.readouterr().out == (
        "141 images with label 1 and 0 with label 0: about 470 patients at this prevalence.\n"
    )
    assert main(["samplesize", "--auc", "0.8", "--versus", "0.8"]) == 2


def test_words_name_every_model_and_centre(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "koh2020-sim"]) == 0
    said = capsys.readouterr().out
    results = pd.read_csv(MODELS / "studies" / "koh2020-sim" / "results.csv")
    for row in results.itertuples():
        assert row.model in said
        assert f"{row.auc:.3f} ({row.low:.3f}-{row.high:.3f})" in said


def test_a_bad_row_ends_with_code_2_and_one_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "mine.csv"
    template().assign(probability=[0.1, 0.2, 1.3, 0.4]).to_csv(file, index=False)
    assert main(["evaluate", str(file), "--json"]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert (
        said.err
        == "sera: Row 4 of mine.csv has no probability between 0 and 1 (column probability: '1.3'): mend that row.\n"
    )


def test_a_centre_of_one_class_has_no_area_and_it_is_told_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    table = made_up(("alpha", "beta"))
    table[(table["centre"] == "home") | (table["label"] == 0)].to_csv(tmp_path / "mine.csv", index=False)
    assert main(["evaluate", str(tmp_path / "mine.csv")]) == 0
    told = capsys.readouterr().out
    assert told.count("AUC at away: not known: one class is missing\n") == 1
    assert "(-" not in told
