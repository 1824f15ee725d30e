"""The wheel, built and used far from the checkout, in a folder whose path holds blanks and Korean letters.

Not in the suite, because packing the weights takes a minute: ``pytest tests/package/wheel.py``, as ``.ci/run`` does.
"""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import sysconfig
import time
import urllib.request
from pathlib import Path
from venv import EnvBuilder

import numpy as np
import pytest
from PIL import Image

from sera_core import __version__
from sera_core.files import ROOT
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES

HOME = """
from streamlit.testing.v1 import AppTest
from sera_core.files import ROOT
page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60).run()
assert not page.exception, page.exception
print(*sorted(page.name for page in (ROOT / "pages").glob("*.py")), sep=",")
print(ROOT)
"""


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with an environment that holds the wheel; what the wheel depends on is lent by this one."""
    folder = tmp_path_factory.mktemp("wheel") / "갑상선 결절 사진"
    run = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(run, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
    EnvBuilder(symlinks=True).create(folder / "env")
    lent = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")})) / "lent.pth"
    lent.write_text(sysconfig.get_path("purelib"), encoding="utf-8")
    (wheel,) = folder.glob("*.whl")
    install = [sys.executable, "-m", "pip", "--python", str(folder / "env"), "install", "--no-deps", "--no-index"]
    subprocess.run([*install, str(wheel)], check=True, stdout=subprocess.DEVNULL)
    return folder


def told(place: Path, *command: str) -> str:
    return subprocess.run(
        [str(place / "env" / "bin" / command[0]), *command[1:]], cwd=place, check=True, capture_output=True, text=True
    ).stdout


def test_the_script_tells_its_version(place: Path) -> None:
    assert told(place, "sera", "--version") == f"SERA {__version__}\n"


def test_it_carries_its_types_its_pages_and_its_models(place: Path) -> None:
    pages, home = told(place, "python", "-c", HOME).split("\n")[:2]
    assert pages.split(",") == sorted(page.name for page in (ROOT / "pages").glob("*.py"))
    root = Path(home)
    assert root.is_relative_to(place)
    assert (root.parent / "py.typed").is_file()
    shipped = {card.parent.name for card in (ROOT / "models").glob("*/card.json")}
    assert {card.parent.name for card in (root / "models").glob("*/card.json")} == shipped


def test_a_frame_is_diagnosed(place: Path) -> None:
    frame = render(SAMPLES["papillary"].case)
    Image.fromarray(np.uint8(frame.image.pixels * 255)).save(place / "결절 1.png")
    region = ["--roi", *map(str, frame.box.as_list())]
    found = json.loads(told(place, "sera", "diagnose", "결절 1.png", *region, "--json"))
    assert 0 < found["probability"] < 1


def test_the_app_is_served(place: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = ["--server.port", str(port), "--server.headless", "true"]
    with subprocess.Popen([str(place / "env" / "bin" / "sera"), "app", "--", *settings], cwd=place) as server:
        try:
            assert healthy(port), "no answer within a minute"
        finally:
            server.terminate()


def healthy(port: int) -> bool:
    for _ in range(240):
        try:
            with urllib.request.urlopen(f"http://localhost:{port}/_stcore/health") as answer:
                return answer.read() == b"ok"
        except OSError:
            time.sleep(0.25)
    return False
