"""What the command line takes from standard input, how it tells its progress, and what a shell completes."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sera_core.cli import main
from sera_core.cli.told import LOG, Teller, say, step
from tests.predicted import made_up


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def piped(monkeypatch: pytest.MonkeyPatch) -> None:
    """A table without one answer, on standard input."""
    table = made_up(("alpha",), cases=20)
    table.loc[3, "probability"] = None
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(table.to_csv(index=False).encode())))


@pytest.mark.usefixtures("piped")
def test_a_table_comes_from_standard_input(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["evaluate", "-", "--json"]) == 0
    said = capsys.readouterr()
    assert json.loads(said.out)["cutoffs"].keys() == {"alpha"}
    assert said.err == "note: 1 rows have no probability: there the model was asked and gave no answer.\n"


@pytest.mark.usefixtures("piped")
def test_a_quieter_level_leaves_notes_out(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--log-level", "warning", "evaluate", "-"]) == 0
    assert capsys.readouterr().err == ""
    assert main(["--log-level", "loud", "models"]) == 2


def test_an_image_on_standard_input_is_read_or_refused(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"no image")))
    assert main(["outline", "-"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_on_a_terminal_what_counts_moves_one_bar_and_the_rest_are_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr("sera_core.cli.told.QUICK", 0.0)
    teller = Teller()
    LOG.addHandler(teller)
    LOG.setLevel("INFO")
    say("note: something")
    for done in range(1, 4):
        time.sleep(0.11)  # a bar is drawn ten times a second
        step(done, 4, "frames")
    LOG.removeHandler(teller)
    teller.close()
    shown = screen.getvalue()
    assert shown.startswith("note: something\n")
    assert "frames:  50%" in shown
    assert "2/4" in shown


def test_in_a_log_there_are_lines_and_no_bar(capsys: pytest.CaptureFixture[str]) -> None:
    teller = Teller()
    LOG.addHandler(teller)
    LOG.setLevel("INFO")
    say("3/4 frames")
    step(1, 2, "of a comparison")
    LOG.removeHandler(teller)
    assert capsys.readouterr().err == "3/4 frames\n"


def test_bash_completes_a_command_by_what_is_printed(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "complete.sh"
    script.write_text(capsys.readouterr().out)
    words = "COMP_WORDS=(sera eval); COMP_CWORD=1"
    line = f"source {script}; {words}; $(complete -p sera | sed 's/.*-F \\([^ ]*\\).*/\\1/'); echo ${{COMPREPLY[@]}}"
    found = subprocess.run(["bash", "-c", line], capture_output=True, text=True, check=False)
    assert found.stdout.split() == ["evaluate"], found.stderr
