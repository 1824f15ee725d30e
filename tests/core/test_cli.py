"""The command line without a model: one JSON value and exit 0, one line and exit 2."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from sera_core.cli import main
from sera_core.wording import command_line
from tests.core.commands import ROOT, SOLID, strict
from tests.drawn import write_picture
from tests.predicted import made_up


def answer(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main([*arguments, "--json"]) == 0
    return strict(capsys.readouterr().out)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    assert main(list(arguments)) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert re.fullmatch(r"sera: [^\n]+\n", err), err
    return err


def test_tirads_says_what_every_guideline_says(capsys: pytest.CaptureFixture[str]) -> None:
    asked = ("tirads", *SOLID, "--foci", "punctate", "macrocalcification", "--size-mm")
    found = answer(capsys, *asked, "14")
    assert answer(capsys, *asked, "14,5") == answer(capsys, *asked, "14.5") != found
    assert set(found) == {"acr2017", "ktirads2021", "ktirads2016", "eu2017", "ata2015", "kwak2011", "kim2002"}
    assert found["acr2017"]["points"] == 2 + 2 + 3 + 2 + 3 + 1
    assert found["acr2017"]["category"] == "TR5"
    assert found["ktirads2021"]["action"] == "fna"
    assert set(found["eu2017"]) == {"category", "points", "risk", "action", "rule", "source"}


def test_models_lie_where_the_environment_says(tmp_path: Path) -> None:
    run = subprocess.run(
        [sys.executable, "-m", "sera_core", "models", "--json"],
        cwd=ROOT,
        env=os.environ | {"SERA_MODELS": str(tmp_path)},
        check=True,
        capture_output=True,
        text=True,
    )
    assert (strict(run.stdout), run.stderr) == ([], f"in {tmp_path}\n")


def test_words_without_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["tirads", *SOLID]) == 0
    assert "acr2017: TR5" in capsys.readouterr().out


def test_import_and_study(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    source = tmp_path / "Clinic"
    for k in range(12):
        write_picture(source / ("malignant" if k % 2 else "benign") / f"{k}.png", k % 2, k)
    manifest = tmp_path / "clinic.csv"
    found = answer(capsys, "import", "folders", str(source), "--out", str(manifest))
    assert found | {"notes": []} == {
        "manifest": str(manifest),
        "cases": 12,
        "patients": 12,
        "sheet": str(manifest.with_suffix(".png")),
        "left_out": {},
        "several_outlines": 0,
        "notes": [],
    }
    assert "patient of its own" in found["notes"][0]
    (tmp_path / "design.toml").write_text(
        'title = "Drawn"\nnetwork = "efficientnet_lite0"\ndomain = "simulated"\npositive = "drawn dark"\n'
        'licence = "MIT"\nlimits = []\n'
        f'manifests = ["{manifest.as_posix()}"]\nprepare_options = []\n'
        'centres = [{ name = "Clinic", labels = "drawn" }]\n'
        '[[arms]]\nid = "tiny"\ntitle = "Tiny"\nsources = ["Clinic"]\n'
        'prepare = { input_px = 64, framing = "frame", padding = 1.0 }\n'
        'recipe = { mode = "transfer", epochs = 4, views = 1, batch = 6 }\n'
    )
    study = ["study", str(tmp_path / "design.toml"), "--work", str(tmp_path / "work")]
    (row,) = answer(capsys, *study)
    assert (row["model"], row["centre"], row["role"], row["malignant"], row["benign"]) == (
        "tiny", "Clinic", "internal", 6, 6,
    )  # fmt: skip
    assert (tmp_path / "predictions.parquet").is_file()


class Interrupting(logging.Handler):
    """Ctrl-C as soon as a command tells its first progress."""

    def emit(self, record: logging.LogRecord) -> None:
        signal.raise_signal(signal.SIGINT)


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["simulate", "--out", "made", "--cases", "25"], "stopped; start the same command again to go on"),
        (["evaluate", "table.csv"], "stopped"),
    ],
)
def test_ctrl_c_is_told_in_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: list, said: str
) -> None:
    monkeypatch.chdir(tmp_path)
    made_up().to_csv("table.csv", index=False)
    log, handler = logging.getLogger("sera_core"), Interrupting()
    log.addHandler(handler)
    try:
        assert main(command) == 130
    finally:
        log.removeHandler(handler)
    assert capsys.readouterr() == ("", f"sera: {said}\n")


def test_simulate_writes_a_manifest(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    found = answer(capsys, "simulate", "--out", str(tmp_path / "made"), "--cases", "2", "--seed", "1")
    assert found["cases"] == 2
    assert found["simulated"] is True
    assert Path(found["manifest"]).is_file()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "the following arguments are required: command"),
        (["cure"], "invalid choice: 'cure'"),
        (["tirads"], "--composition"),
        (["tirads", *SOLID[:-1], "fuzzy"], "invalid choice: 'fuzzy'"),
        (["tirads", *SOLID, "--size-mm", "big"], "argument --size-mm: 'big' is not a number: see "),
        (["tirads", *SOLID, "--size-mm", "-3"], "size"),
        (["tirads", *SOLID, "--size-mm", "14.5 mm"], "argument --size-mm: '14.5 mm' is not a number: see "),
        (["diagnose", "x.png", "--day", "2026-13-01"], "'2026-13-01' is not a day of the calendar, written YYYY-MM-DD"),
        (["diagnose", "x.png", "--roi", "1", "2", "3", "4.5"], "'4.5' is not a whole number"),
        (["diagnose", "x.png", "--heatmap", "h.txt"], "'h.txt' does not end in .png"),
        (["simulate", "--out", "x", "--cases", "2", "--seed", "-1"], "'-1' is below 0"),
        (["measure", "x.png", "--mm-per-px", "nan"], "'nan' is not a number"),
        (["evaluate", "x.csv", "--margin", "auc=abc"], "is not MEASURE=VALUE: write for example auc=0.05: see "),
        (["evaluate", "x.csv", "--width-mm", "wide"], "'wide' is not a number"),
        (["import", "folders", ".", "--out", "m.png"], "'m.png' does not end in .csv"),
        (["import", "folders", "absent", "--out", "m.csv"], "There is no folder absent"),
        (["study", "absent.toml"], "There is no design file"),
        (["diagnose", "absent.png"], "absent.png cannot be read (No such file or directory): check the path."),
        (["diagnose", "x.png", "--roi", "1", "2", "3"], "expected 4 arguments"),
        (["diagnose", "x.png", "--guideline", "mine"], "invalid choice: 'mine'"),
    ],
)
def test_bad_input_is_one_line(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, arguments: list, words: str
) -> None:
    monkeypatch.chdir(tmp_path)
    assert words in refused(capsys, *arguments)


@pytest.mark.parametrize(
    ("positive", "opening"),
    [("read as suspicious (Kwak 4c or 5)", "Unlikely to be read as suspicious: "), ("malignant", "Probably benign: ")],
)
def test_a_diagnosis_in_words_speaks_of_what_the_model_was_taught(positive: str, opening: str) -> None:
    advice = {"guideline": "ktirads2021", "category": "K-TIRADS 2", "action": "none", "rule": "A rule."}
    found = {"verdict": "benign", "positive": positive, "probability": 1e-5, "cutoff": 0.41, "pretest": 0.2}
    found |= {"probability_at_pretest": 3e-6, "model": "m", "advice": advice, "warnings": []}
    found |= {"outline": {"source": "box", "confidence": 0.8}, "size_mm": 12.4, "size_source": "outline"}
    found |= {"fringe": False, "probability_range": [1e-5, 2e-5], "heatmap_method": "hirescam"}
    found |= {"range_holds_cutoff": False}
    found |= {"fidelity": 0.02, "fidelity_trusted": False}
    other = {"model": "n", "domain": "real", "probability": 0.7, "verdict": "malignant", "verdict_words": "malignant"}
    found |= {"opinions": [other]}
    nobody = {"word": None, "by": None}
    found |= {"description": {"margin": nobody, "foci": {"word": [], "by": "program"}}, "advice_basis": "nothing"}
    said = command_line.diagnosis(found)
    assert said.startswith(f"{opening}probability under 1% (under 1% to under 1%) at a balanced prior (cut-off 41%), ")
    assert ("benign:" in said) == (positive == "malignant")
    assert "margin: not proposed: please look, then give --margin" in said
    assert "foci: none (proposed by the program)" in said
    assert "heatmap by hirescam: fidelity 0.02, in doubt, do not rely on it" in said
    assert "n (real frames): 70%, malignant" in said
    assert "box could turn" not in said
    other |= {"domain": "simulated", "verdict": None, "verdict_words": "answers another question"}
    turning = command_line.diagnosis(found | {"range_holds_cutoff": True, "probability_range": [1e-5, 0.6]}).split("\n")
    assert turning[1] == "A slightly different box could turn this answer."
    assert "n (simulated frames): answers another question" in turning
    strange = command_line.diagnosis(found | {"fringe": True, "probability": 0.65, "probability_range": [0.4, 0.7]})
    opening = "No verdict: the model hardly knows this kind of image. It gave 65% (40% to 70%), by m"
    assert strange.split("\n")[0] == opening
    assert "n (real frames): 70%, malignant" in said
    assert "size 12.4 mm (proposed from the outline)" in said


def test_the_module_runs_from_a_shell(tmp_path: Path) -> None:
    ran = subprocess.run(
        [sys.executable, "-m", "sera_core", "tirads", *SOLID, "--json"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0
    assert len(strict(ran.stdout)) == 7
