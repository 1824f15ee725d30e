"""Who imports whom: the layers, Streamlit in one room only, and rooms that open without torch."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MAY_KNOW_STREAMLIT = ("app.py", "pages/", "sera_core/ui/", "sera_core/benchmarks/pages.py")
NO_TORCH = [
    "contracts",
    "guidelines",
    "evaluate.roc",
    "evaluate.cutoff",
    "images.read",
    "images.prepare",
    "figures",
    "cli",
]


def test_layers_hold() -> None:
    tool = Path(sys.executable).parent / "lint-imports"
    ran = subprocess.run([tool], cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert ran.returncode == 0, ran.stdout + ran.stderr


def imported(file: Path) -> set[str]:
    """Top-level packages that a file imports anywhere, also inside functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {name.name.split(".")[0] for name in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module.split(".")[0])
    return found


def test_only_pages_and_the_ui_room_know_streamlit() -> None:
    files = [ROOT / "app.py", *(ROOT / "pages").glob("*.py"), *(ROOT / "sera_core").rglob("*.py")]
    knowing = {file.relative_to(ROOT).as_posix() for file in files if "streamlit" in imported(file)}
    assert knowing, "the walk finds nothing at all"
    assert [name for name in knowing if not name.startswith(MAY_KNOW_STREAMLIT)] == []


def test_every_room_is_in_the_layers() -> None:
    """A new room that the import rules do not name would be free to import anything."""
    rules = (ROOT / "pyproject.toml").read_text(encoding="utf-8").split("layers = [")[1].split("]")[0]
    everywhere = {"__init__", "torch_compat"}  # imported by any room, import none
    rooms = {
        place.stem
        for place in (ROOT / "sera_core").iterdir()
        if place.suffix == ".py" or (place / "__init__.py").is_file()
    }
    assert {room for room in rooms - everywhere if f"sera_core.{room}" not in rules} == set()


@pytest.mark.parametrize("room", NO_TORCH)
def test_rooms_that_open_without_torch(room: str) -> None:
    code = (
        f"import sys, sera_core.{room}\n"
        "heavy = {'torch', 'torchvision', 'timm', 'streamlit'} & set(sys.modules)\n"
        "assert not heavy, heavy\n"
    )
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
