"""Killed between the writing of a file and its putting in place, a command goes on to the same end."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from pathlib import Path

import pytest

from sera_core.cli import main
from tests.drawn import write_centre, write_picture

FORKS = multiprocessing.get_context("forkserver")  # what a command imports is imported once, before the first fork
FORKS.set_forkserver_preload(
    ["sera_core.study.run", "sera_core.simulate.disk", "sera_core.train.importers", "sklearn.svm"]
)


def killed(write: int, command: tuple[str, ...]) -> None:
    """A process that kills itself where it would put its n-th file in place."""
    left, replace = [write], Path.replace

    def put(self: Path, target: Path) -> Path:
        left[0] -= 1
        if not left[0]:
            os.kill(os.getpid(), signal.SIGKILL)
        return replace(self, target)

    Path.replace = put  # type: ignore[method-assign,assignment]
    sys.exit(main(list(command)))


def kill_at(write: int, *command: str) -> None:
    """Run a command that is killed when it would put its n-th file in place."""
    process = FORKS.Process(target=killed, args=(write, command))
    process.start()
    process.join()
    assert process.exitcode == -signal.SIGKILL


def contents(folder: Path) -> dict[str, bytes]:
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


@pytest.mark.parametrize("write", [1, 2, 5])  # the empty manifest, the first frame's picture, the second one's mask
def test_simulate(tmp_path: Path, write: int) -> None:
    def command(folder: str) -> list[str]:
        return ["simulate", "--out", str(tmp_path / folder), "--cases", "3", "--seed", "4", "--centre", "C"]

    kill_at(write, *command("killed"))
    assert len(list((tmp_path / "killed").rglob(".*.part"))) == 1
    assert main(command("killed")) == 0
    assert main(command("whole")) == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


def test_import(tmp_path: Path) -> None:
    for label, folder in enumerate(("benign", "malignant")):
        for k in range(3):
            write_picture(tmp_path / "data" / folder / f"{k}.png", label, k)

    def command(name: str) -> list[str]:
        return ["import", "folders", str(tmp_path / "data"), "--out", str(tmp_path / name / "manifest.csv")]

    kill_at(1, *command("killed"))
    assert not (tmp_path / "killed" / "manifest.csv").exists()
    assert main(command("killed")) == 0
    assert main(command("whole")) == 0
    assert contents(tmp_path / "killed") == contents(tmp_path / "whole")


DESIGN = """
title = "Drawn"
network = "efficientnet_lite0"
domain = "simulated"
positive = "drawn dark"
licence = "MIT"
limits = ["Drawn, not scanned."]
validation = "holdout"
manifests = ["{here}", "{there}"]
centres = [{{ name = "Here", labels = "drawn" }}, {{ name = "There", labels = "drawn" }}]

[[arms]]
id = "texture"
title = "Texture"
network = "glcm"
sources = ["Here"]
prepare = {{ input_px = 64, framing = "square", padding = 1.5 }}
recipe = {{ mode = "svm" }}
"""


def test_study(tmp_path: Path) -> None:
    """Killed at the frames, at the features and at a result; only wall times are others."""
    here = write_centre(tmp_path / "here", "Here", 32, "train", seed=0)
    there = write_centre(tmp_path / "there", "There", 8, "external", seed=400)

    def command(name: str) -> list[str]:
        folder = tmp_path / name
        folder.mkdir(exist_ok=True)
        (folder / "design.toml").write_text(DESIGN.format(here=here, there=there))
        return ["study", str(folder / "design.toml"), "--work", str(tmp_path / f"{name}-work")]

    for write in (2, 3, 4):
        kill_at(write, *command("killed"))
        assert not (tmp_path / "killed" / "results.csv").exists()
    assert main(command("killed")) == 0
    assert main(command("whole")) == 0
    killed, whole = contents(tmp_path / "killed"), contents(tmp_path / "whole")
    assert killed.keys() == whole.keys() >= {"predictions.parquet", "results.csv", "models.csv", "environment.json"}
    assert {name for name in whole if killed[name] != whole[name]} <= {"models.csv"}
