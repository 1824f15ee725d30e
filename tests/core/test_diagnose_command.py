"""``diagnose`` and ``models`` in a copy of the package with its own models, as a person would install it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from scipy.special import expit, logit

from sera_core.classifiers import store
from sera_core.contracts import Box
from tests.classifiers.models import tiny
from tests.core.commands import ROOT, SOLID, strict
from tests.drawn import BOX, write_picture

ROI = ["--roi", *map(str, Box(34, 22, 60, 52).as_list())]


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package with two tiny models, a frame, and a model whose weights were touched."""
    place = tmp_path_factory.mktemp("house")
    shutil.copytree(ROOT / "sera_core", place / "sera_core", ignore=shutil.ignore_patterns("__pycache__"))
    for part in ("outline", "signs"):
        shutil.copytree(ROOT / "models" / part, place / "models" / part)
    store.save(tiny(), place / "models")
    machine = tiny("svm", "tiny-svm")
    store.save(replace(machine, card=replace(machine.card, default=False)), place / "models")
    shutil.copytree(place / "models" / "tiny", place / "models" / "broken")
    write_picture(place / "frame.png", 1, 3)
    (place / "notes.png").write_text("not an image")
    colour = np.random.default_rng(0).integers(0, 255, (100, 100, 3), dtype=np.uint8)
    Image.fromarray(colour).save(place / "colour.png")
    return place


class Ran:
    """What one command of a house printed."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err


def in_python(script: str, given: Sequence[list[str]], house: Path) -> subprocess.CompletedProcess[str]:
    """Run a script in an interpreter of its own; it finds ``given`` as JSON in its first argument."""
    ran = subprocess.run(
        [sys.executable, "-c", script, json.dumps(given)],
        cwd=house,
        capture_output=True,
        text=True,
        timeout=500,
        env={**os.environ, "PYTHONPATH": str(house)},
    )
    assert ran.returncode == 0, ran.stderr
    return ran


def commands(house: Path, *lines: list[str]) -> list[Ran]:
    """Run commands one after another in one fresh interpreter (torch loads once)."""
    script = (
        "import contextlib, io, json, sys\n"
        "from sera_core.cli import main\n"
        "found = []\n"
        "for line in json.loads(sys.argv[1]):\n"
        "    out, err = io.StringIO(), io.StringIO()\n"
        "    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):\n"
        "        code = main(line)\n"
        "    found.append([code, out.getvalue(), err.getvalue()])\n"
        "print('\\n' + json.dumps(found))\n"
    )
    ran = in_python(script, lines, house)
    return [Ran(*found) for found in json.loads(ran.stdout.rsplit("\n", 2)[1])]


def test_diagnose_and_models_on_their_happy_paths(house: Path) -> None:
    frame = ["diagnose", "frame.png", *ROI, "--size-mm", "14", "--json"]
    listed, auto, again, machine, words, proposed, described = commands(
        house,
        ["models", "--json"],
        [*frame, "--heatmap", "out.png", "--opinions"],
        [*frame, "--model", "tiny", "--pretest", "0.5", "--guideline", "acr2017", "--method", "layercam"],
        [*frame, "--model", "tiny-svm"],
        frame[:-1],
        ["diagnose", "frame.png", "--json"],
        [*frame, *SOLID, "--foci", "none"],
    )
    assert [ran.code for ran in (listed, auto, again, machine, words, proposed, described)] == [0] * 7
    cards = {card["id"]: card for card in strict(listed.out)}
    assert {name: card["valid"] for name, card in cards.items()} == {"tiny": True, "tiny-svm": True, "broken": False}
    assert "holds the card of tiny" in cards["broken"]["problem"]

    found = strict(auto.out)
    assert found["model"] == "tiny", "the default model answers"
    assert found["roi"] == BOX.as_list()
    assert found["mm_per_px"] is None
    assert found["verdict"] in {"benign", "indeterminate", "malignant"}
    assert set(found["advice"]) >= {"guideline", "category", "action", "rule"}
    assert {opinion["model"] for opinion in found["opinions"]} == {"tiny", "tiny-svm"}
    assert isinstance(found["fidelity"], float)
    with Image.open(house / "out.png") as heatmap:
        assert heatmap.format == "PNG"
    assert not list(house.glob(".*.part"))

    even = strict(again.out)
    assert even["opinions"] == [], "nobody asked the other model"
    assert set(even) == set(found)
    assert even["probability_at_pretest"] == pytest.approx(even["probability"]), "half is the balanced prior"
    odds, at = (p / (1 - p) for p in (found["probability"], found["probability_at_pretest"]))
    assert at == pytest.approx(odds * 0.2 / 0.8), "Bayes' rule in odds"
    assert even["probability"] == pytest.approx(found["probability"])
    assert found["outline"]["source"] == "box"
    assert {found["signs"]["long"]["unit"], found["signs"]["area"]["unit"]} == {"px", "px2"}
    assert all(0 < said["probability"] <= 1 for said in found["proposed"].values())
    assert found["proposed"]["punctate"]["proposed"] is False, "told by chance on real frames"
    assert found["descriptors"] is None
    assert found["description"]["foci"] == {"word": None, "by": None}
    assert found["size_source"] == "reader"
    assert strict(described.out)["advice_basis"] == "descriptors"
    assert strict(described.out)["description"]["shape"] == {"word": "taller_than_wide", "by": "reader"}
    assert even["advice"]["guideline"] == "acr2017"
    assert strict(machine.out)["model"] == "tiny-svm"
    assert strict(machine.out)["heatmap_method"] == "occlusion"
    assert "Not a medical device" in words.out
    assert "box_proposed" in {warning["code"] for warning in strict(proposed.out)["warnings"]}


def test_the_answer_is_that_of_the_model_on_the_prepared_crop(house: Path) -> None:
    """Page, command line and study prepare alike: read, crop, predict by hand give the same number."""
    from sera_core.images.prepare import prepare
    from sera_core.images.read import read_image
    from sera_core.images.views import hands

    (ran,) = commands(house, ["diagnose", "frame.png", *ROI, "--model", "tiny", "--json"])
    model = store.load("tiny", house / "models")
    pixels = read_image((house / "frame.png").read_bytes()).pixels
    crops = [prepare(pixels, hand.clipped(*pixels.shape), model.card.preparation).pixels for hand in hands(BOX)]
    by_hand = np.array([model.predict(crop[None])[0] for crop in crops])
    told = strict(ran.out)
    assert told["probability"] == pytest.approx(expit(logit(by_hand).mean()), abs=1e-6)
    assert told["probability_range"] == pytest.approx([by_hand.min(), by_hand.max()], abs=1e-6)


def test_diagnose_refuses_in_one_line(house: Path) -> None:
    frame = ["diagnose", "frame.png", *ROI]
    wrong = {
        "choose one of these: tiny, tiny-svm": [*frame, "--model", "oracle"],
        "holds the card of tiny": [*frame, "--model", "broken"],
        "is not a picture or DICOM image": ["diagnose", "notes.png"],
        "lies outside the image": ["diagnose", "frame.png", "--roi", "900", "2", "30", "30"],
        "The region is empty": ["diagnose", "frame.png", "--roi", "1", "2", "0", "30"],
        "colour": ["diagnose", "colour.png"],
        "pre-test": [*frame, "--pretest", "1.5"],
        "size": [*frame, "--size-mm", "0"],
        "frame": [*frame, "--frame", "7"],
        "cannot be written": [*frame, "--heatmap", "frame.png/out.png"],
    }
    for (words, _), ran in zip(wrong.items(), commands(house, *wrong.values()), strict=True):
        assert (ran.code, ran.out) == (2, ""), words
        assert re.fullmatch(r"sera: [^\n]+\n", ran.err), ran.err
        assert words in ran.err


def test_a_wrong_request_is_refused_before_any_network_is_touched(house: Path) -> None:
    """Not even torch is imported: nothing can have been computed."""
    wrong = (["--size-mm", "-3"], ["--size-mm", "nan"], ["--pretest", "1.5"], ["--pretest", "0"], ["--model", "oracle"])
    script = (
        "import json, sys\n"
        "from sera_core.cli import main\n"
        "for line in json.loads(sys.argv[1]):\n"
        "    assert main(line) == 2, line\n"
        "    assert 'torch' not in sys.modules, line\n"
    )
    ran = in_python(script, [["diagnose", "frame.png", *extra] for extra in wrong], house)
    assert len(ran.stderr.splitlines()) == len(wrong)


def test_without_a_model_nothing_is_diagnosed(house: Path, tmp_path: Path) -> None:
    shutil.copytree(house / "sera_core", tmp_path / "sera_core")
    shutil.copy(house / "frame.png", tmp_path)
    words = [*SOLID, "--foci", "none", "--size-mm", "14"]
    asked = ["diagnose", "frame.png", *ROI]
    empty, listed, described = commands(tmp_path, asked, ["models"], [*asked, *words, "--opinions", "--json"])
    assert empty.code == 2
    assert described.code == 0
    assert strict(described.out)["advice"]["category"] == "K-TIRADS 5"
    assert "No valid model is installed" in empty.err
    assert (listed.code, listed.out) == (0, "No model is installed.\n")


def test_where_no_model_can_be_asked_a_whole_description_has_advice_and_part_of_one_is_refused(house: Path) -> None:
    slim = ["diagnose", "frame.png", "--roi", "34", "22", "1", "1", "--size-mm", "14"]
    told, ran, part, unknown, mapped = commands(
        house,
        [*slim, *SOLID, "--foci", "none"],
        [*slim, *SOLID, "--foci", "none", "--json"],
        [*slim, *SOLID],
        [*slim, *SOLID, "--foci", "none", "--model", "oracle"],
        [*slim, *SOLID, "--foci", "none", "--heatmap", "none.png"],
    )
    assert [one.code for one in (told, ran, part, unknown, mapped)] == [0, 0, 2, 2, 2]
    assert told.out.startswith("No answer: no model read this image\n")
    assert "note: The region is 1 x 1 pixels" in told.out
    found = strict(ran.out)
    of_a_model = ("model", "probability", "cutoff", "familiarity", "roi", "model_advice")
    assert {found[key] for key in of_a_model} == {None}
    assert (found["refused"], found["advice"]["category"]) == (True, "K-TIRADS 5")
    assert found["warnings"][-1]["code"] == "slim_region"
    assert "too thin to show a nodule" in part.err
    assert "There is no heatmap to write" in mapped.err


def test_a_fault_of_ours_is_exit_1(house: Path, tmp_path: Path) -> None:
    """A room is missing from the copy: no bad input can be blamed."""
    shutil.copytree(house / "sera_core", tmp_path / "sera_core")
    (tmp_path / "sera_core" / "guidelines" / "acr.py").unlink()
    (ran,) = commands(tmp_path, ["tirads", *SOLID])
    assert (ran.code, ran.out) == (1, "")
    assert re.fullmatch(r"sera: a fault of ours \(ImportError: [^\n]+\)\n", ran.err)


def test_an_image_far_from_the_training_set_gets_no_number_but_advice(house: Path, tmp_path: Path) -> None:
    shutil.copytree(house / "sera_core", tmp_path / "sera_core")
    model = tiny()
    store.save(replace(model, card=replace(model.card, familiarity_limit=1e-3)), tmp_path / "models")
    shutil.copy(house / "frame.png", tmp_path)
    words = [*SOLID, "--foci", "none", "--size-mm", "14"]
    asked = ["diagnose", "frame.png", *ROI, *words]
    told, ran = commands(tmp_path, asked, [*asked, "--json"])
    assert told.code == ran.code == 0
    found = json.loads(ran.out)
    assert [found[key] for key in ("probability", "probability_range", "probability_at_pretest")] == [None] * 3
    assert (found["refused"], found["verdict"], found["model_advice"]) == (True, "indeterminate", None)
    assert found["advice"]["category"] in told.out
    assert found["advice_basis"] == "descriptors"
    assert "unlike anything A tiny model (cnn) knows" in told.out
    assert told.out.startswith("No answer")
