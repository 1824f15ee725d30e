"""Files are whole or absent: after a failure, a kill, a full disk, and with two writers at once."""

import multiprocessing
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image
from safetensors.numpy import save_file

from sera_core import files
from sera_core.contracts import BadInput
from sera_core.files import read_whole, whole_file, writing

ROOT = Path(__file__).resolve().parents[2]
NUMBERS = np.random.default_rng(0).random((400, 400)).astype(np.float32)
WRITERS: dict[str, Callable[[Path], object]] = {
    "text": lambda part: part.write_text("x" * 100_000, encoding="utf-8"),
    "csv": lambda part: pd.DataFrame(NUMBERS).to_csv(part),
    "parquet": lambda part: pd.DataFrame(NUMBERS).to_parquet(part),
    "png": lambda part: Image.fromarray((NUMBERS * 255).astype(np.uint8)).save(part, "PNG"),
    "safetensors": lambda part: save_file({"x": NUMBERS}, part),
    "numpy": lambda part: np.save(part.open("wb"), NUMBERS),
}


def left(folder: Path) -> list[str]:
    return sorted(file.name for file in folder.rglob("*") if file.is_file())


def test_a_file_is_written_in_a_folder_that_is_made(tmp_path: Path) -> None:
    file = tmp_path / "갑상선 결절" / "표.csv"
    for text in ("first", "second"):
        with whole_file(file) as part:
            part.write_text(text, encoding="utf-8")
            assert not file.exists() or file.read_text() == "first", "nothing is seen before the end"
            assert f"-{os.getpid()}-" in part.name
        assert file.read_text(encoding="utf-8") == text
    assert left(tmp_path) == ["표.csv"]


@pytest.mark.parametrize("failure", [RuntimeError("a fault"), BadInput("code", "a refusal"), KeyboardInterrupt()])
def test_a_failure_keeps_the_old_file(tmp_path: Path, failure: BaseException) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    def half_written() -> None:
        with whole_file(file) as part:
            part.write_text("half")
            raise failure

    with pytest.raises(type(failure)) as raised:
        half_written()
    assert raised.value is failure
    assert file.read_text() == "old"
    assert left(tmp_path) == ["file"]


@pytest.mark.parametrize("kind", WRITERS)
def test_a_full_disk_is_one_sentence_and_no_half_file(tmp_path: Path, kind: str) -> None:
    """A limit on the size of files fails in the same call as a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    (tmp_path / "file").write_text("old")
    resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, hard))
    try:
        with (
            pytest.raises(BadInput, match=r"file cannot be written \(.*\): make room or choose another folder\.$"),
            whole_file(tmp_path / "file") as part,
        ):
            WRITERS[kind](part)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert left(tmp_path) == ["file"]
    assert (tmp_path / "file").read_text() == "old"


def test_a_folder_that_is_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BadInput, match=r"Not a directory.*check the path"), whole_file(tmp_path / "file" / "x"):
        pass
    with pytest.raises(BadInput, match="cannot be written"), writing(tmp_path):
        (tmp_path / "file" / "x").mkdir()
    assert left(tmp_path) == ["file"]


READ_ONLY = """
import os, sys
from pathlib import Path
from sera_core.contracts import BadInput
from sera_core.files import whole_file
if os.getuid() == 0:
    os.setgroups([]), os.setgid(65534), os.setuid(65534)  # root may write anywhere
try:
    with whole_file(Path(sys.argv[1]) / "card.json") as part:
        part.write_text("{}")
except BadInput as refused:
    print(refused.message)
"""


def test_a_folder_that_may_only_be_read_is_one_sentence(tmp_path: Path) -> None:
    place = tmp_path / "models"
    place.mkdir()
    place.chmod(0o555)
    for parent in (tmp_path, *tmp_path.parents[:3]):
        if parent.owner() == tmp_path.owner() and parent != Path("/"):
            parent.chmod(parent.stat().st_mode | 0o055)
    ran = subprocess.run([sys.executable, "-c", READ_ONLY, place], cwd=ROOT, capture_output=True, text=True)
    assert ran.stdout == (
        f"{place}/card.json cannot be written (Permission denied): choose a folder that you may write to.\n"
    ), ran.stderr
    assert left(tmp_path) == []


def killed_while_writing(file: Path) -> None:
    with whole_file(file) as part:
        part.write_text("half")
        os.kill(os.getpid(), signal.SIGKILL)


def test_what_a_killed_process_left_is_removed_and_what_a_living_one_writes_is_not(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("old")
    child = multiprocessing.get_context("spawn").Process(target=killed_while_writing, args=(file,))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    (abandoned,) = tmp_path.glob(".*.part")
    living = abandoned.with_name(abandoned.name.replace(f"-{child.pid}-", f"-{os.getppid()}-"))
    living.write_text("growing")
    other = abandoned.with_name(f".file.elsewhere-{child.pid}-0.part")
    other.write_text("of another machine")
    mine = tmp_path / ".notes.part"
    mine.write_text("nobody's")
    files._sweep.cache_clear()
    with whole_file(tmp_path / "another") as part:
        part.write_text("new")
    assert left(tmp_path) == sorted([living.name, other.name, mine.name, "another", "file"])
    assert file.read_text() == "old"


def test_many_writers_of_one_file_never_mix(tmp_path: Path) -> None:
    file = tmp_path / "file"

    def write(letter: str) -> None:
        with whole_file(file) as part, part.open("w") as text:
            for _ in range(50):
                text.write(letter * 100)
                text.flush()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, "abcdefgh" * 5))
    assert len(set(file.read_text())) == 1
    assert len(file.read_text()) == 5000
    assert left(tmp_path) == ["file"]


def test_git_ignores_the_temporary_names(tmp_path: Path) -> None:
    with whole_file(tmp_path / "card.json") as part:
        part.write_text("")
    ignored = subprocess.run(["git", "check-ignore", f"models/x/{part.name}"], cwd=ROOT, capture_output=True, text=True)
    assert ignored.stdout.strip() == f"models/x/{part.name}"


def test_nobody_else_puts_files_in_place() -> None:
    """One way to write a file in one piece."""
    words = ("os.replace(", "os.rename(", '.partial"', '.part"', "mkstemp", ".replace(file)", "partial.replace(")
    sources = [file for file in (ROOT / "sera_core").rglob("*.py") if file.name != "files.py"]
    assert len(sources) > 200
    lines = [(file, line) for file in sources for line in file.read_text(encoding="utf-8").splitlines()]
    assert not [f"{file.name}: {line}" for file, line in lines if any(word in line for word in words)]


def test_what_may_not_be_read_is_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"nothing cannot be read \(No such file or directory\): check the path\."):
        read_whole(tmp_path / "nothing")
    with pytest.raises(BadInput, match=r"cannot be read \(Is a directory\)"):
        read_whole(tmp_path)


KOREAN = {"c": {"LC_ALL": "C"}, "ascii": {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}}


@pytest.mark.parametrize("locale", KOREAN)
def test_a_korean_path_under_the_c_locale_works_or_is_refused_in_a_sentence(tmp_path: Path, locale: str) -> None:
    out = tmp_path / "갑상선" / "목록.csv"
    picture = tmp_path / "자료" / "benign" / "결절.png"
    picture.parent.mkdir(parents=True)
    Image.fromarray(np.random.default_rng(0).integers(20, 230, (64, 64), np.uint8)).save(picture)
    command = [sys.executable, "-m", "sera_core", "import", "folders", str(tmp_path / "자료"), "--out", str(out)]
    ran = subprocess.run(command, cwd=ROOT, env=os.environ | KOREAN[locale], capture_output=True, check=False)
    said = (ran.stdout + ran.stderr).decode()
    if locale == "c":
        assert (ran.returncode, said.splitlines()[0]) == (0, f"1 images of 1 patients in {out}")
        assert "결절.png" in out.read_text(encoding="utf-8")
    else:
        assert ran.returncode == 2
        assert said.startswith("sera: a name cannot be written here")
        assert said.count("\n") == 1
        assert not out.exists()
    assert not list(tmp_path.rglob(".*.part"))
