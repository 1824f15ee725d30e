"""Design files: a good one, and refusals that name the entry."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.contracts import BadInput
from sera_core.study.answers import results
from sera_core.study.describing import SignsDesign
from sera_core.study.design import read_design
from sera_core.study.kinds import kind_of, run_design
from sera_core.study.schema import read_as
from sera_core.study.stage import Stage
from sera_core.study.tables import Engine

SHIPPED = Path(__file__).resolve().parents[2] / "models" / "studies"

GOOD = """
title = "A study"
network = "efficientnet_lite0"
domain = "simulated"
positive = "drawn dark"
manifests = ["here.csv"]
licence = "MIT"
limits = ["Drawn."]
prepare_options = [{ input_px = 64, framing = "square", padding = 1.5 }]
centres = [{ name = "Here", labels = "drawn" }]

[[arms]]
id = "tiny-transfer"
title = "Tiny"
sources = ["Here"]
prepare = { input_px = 64, framing = "square", padding = 1.5 }
recipe = { mode = "transfer", epochs = 2, rate = 1e-2 }
"""


def design(folder: Path, text: str) -> Path:
    file = folder / "design.toml"
    file.write_text(text)
    return file


def test_a_good_design(tmp_path: Path) -> None:
    found = read_design(design(tmp_path, GOOD))
    assert found.arms[0].recipe.rate == 0.01
    assert found.arms[0].recipe.batch == 33, "what is not named keeps its default"
    assert found.labels_of("Here") == "drawn"
    assert not found.arms[0].ship


def test_a_centres_interval_takes_patients_not_images_as_independent(tmp_path: Path) -> None:
    label, images = np.repeat([0, 1], 30), np.repeat(np.arange(60), 3)
    score = np.random.default_rng(0).normal(label, 1)
    one = pd.DataFrame({"role": "internal", "centre": "Here", "label": label, "probability": score})
    table = one.iloc[images].assign(patient_id=images.astype(str))
    known = read_design(design(tmp_path, GOOD))
    (alone,) = results(known, one.assign(patient_id=np.arange(60).astype(str)))
    (thrice,) = results(known, table)
    assert (thrice.auc, thrice.malignant) == (pytest.approx(alone.auc), 90)
    assert thrice.high - thrice.low == pytest.approx(alone.high - alone.low, rel=0.05)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ('title = "A study"\n', "", "at title: this entry is missing."),
        ("[[arms]]", "colour = 1\n[[arms]]", "at colour: there is no entry of this name."),
        ('domain = "simulated"', 'domain = "dreamt"', "at domain"),
        ('manifests = ["here.csv"]', "manifests = []", "at manifests"),
        ("epochs = 2", "epoch = 2", "at arms.0.recipe.epoch"),
        ("epochs = 2", "decay = -1.0", "at arms.0.recipe.decay"),
        ("epochs = 2", "seed = -1", "at arms.0.recipe.seed"),
        ("epochs = 2", "epochs = 0", "at arms.0.recipe.epochs"),
        ("rate = 1e-2", "rate = -1.0", "at arms.0.recipe.rate"),
        ('mode = "transfer"', 'mode = "magic"', "at arms.0.recipe.mode"),
        ("epochs = 2", "augmentation = { flip = true }", "at arms.0.recipe.augmentation.flip"),
        ('id = "tiny-transfer"', 'id = "../escape"', "at arms.0.id"),
        ('id = "tiny-transfer"', 'id = ""', "at arms.0.id"),
        ('sources = ["Here"]', "sources = []", "at arms.0.sources: this list is empty or too short."),
        ('sources = ["Here"]', 'sources = ["There"]', "at arms.0.sources: There is not one of the centres"),
        (
            'prepare = { input_px = 64, framing = "square"',
            'prepare = { input_px = 0, framing = "square"',
            "prepare.inp",
        ),
        (
            'prepare = { input_px = 64, framing = "square"',
            'prepare = { input_px = 64, framing = "oval"',
            "prepare.fram",
        ),
        ('"efficientnet_lite0"', '"lite9"', "There is no network 'lite9': choose one of efficientnet_lite0"),
        ("[[arms]]", "[[arms]", "is not valid TOML"),
        (
            "[[arms]]",
            '[[arms]]\nlayer = "fc9"',
            "at arms.0.layer: efficientnet_lite0 has no layer fc9: choose",
        ),
        ("[[arms]]", '[[arms]]\nlayer = "avg"', "at arms.0.layer: a layer is read by svm or rf"),
        (
            "[[arms]]",
            'learning = { arms = ["other"], patients = [25] }\n[[arms]]',
            "at learning.arms: there is no arm other",
        ),
        ("[[arms]]", 'learning = { arms = ["tiny-transfer"], patients = [5] }\n[[arms]]', "at learning.patients.0"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, old: str, new: str, words: str) -> None:
    assert GOOD.count(old) == 1
    with pytest.raises(BadInput, match=words.replace(".", r"\.")) as refusal:
        read_design(design(tmp_path, GOOD.replace(old, new)))
    assert "\n" not in refusal.value.message


def test_a_centre_is_one_name_in_any_spelling(tmp_path: Path) -> None:
    found = read_design(design(tmp_path, GOOD.replace('sources = ["Here"]', 'sources = ["here "]')))
    assert found.arms[0].sources == ("Here",)
    twice = '{ name = "Here", labels = "drawn" }, { name = "HERE ", labels = "others" }'
    with pytest.raises(BadInput, match=r"at centres\.1\.name: HERE  stands twice"):
        read_design(design(tmp_path, GOOD.replace('{ name = "Here", labels = "drawn" }', twice)))


def test_an_arm_that_stands_twice_is_named(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"at arms\.1\.id: tiny-transfer stands twice"):
        read_design(design(tmp_path, GOOD + GOOD[GOOD.index("[[arms]]") :]))


def test_tables_of_unlike_arms_are_refused(tmp_path: Path) -> None:
    arm = GOOD[GOOD.index("[[arms]]") :]
    other = arm.replace('id = "tiny-transfer"', 'id = "small"\nlimit = 9')
    tables = '[tables]\nT = ["tiny-transfer"]\nS = ["small"]\n'
    with pytest.raises(BadInput, match="at tables: its arms have different sources or limits"):
        read_design(design(tmp_path, GOOD + other + tables))


def test_no_file_and_no_text(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no design file"):
        read_design(tmp_path / "absent.toml")
    (tmp_path / "design.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(BadInput, match="is not valid TOML"):
        read_design(tmp_path / "design.toml")


def test_the_studies_that_come_with_the_project_are_valid() -> None:
    files = list(SHIPPED.glob("*/design.toml"))
    assert files
    models = [file for file in files if not kind_of(file)]
    others = {file.parent.name for file in files if file not in models}
    assert others == {"outline", "outline-transfer", "signs", "simulated-on-real"}, "read by their own tests"
    for file in models:
        assert read_design(file).arms


def test_the_design_of_the_signs_is_valid(tmp_path: Path) -> None:
    file = SHIPPED / "signs" / "design.toml"
    assert read_as(SignsDesign, file).simulated.train == 400
    wrong = tmp_path / "design.toml"
    wrong.write_text(file.read_text(encoding="utf-8").replace("test = 120", "test = 7"), encoding="utf-8")
    with pytest.raises(BadInput, match=r"simulated\.test"):
        read_as(SignsDesign, wrong)


def test_a_kind_of_study_that_there_is_not_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "design.toml"
    file.write_text('kind = "sound"', encoding="utf-8")
    with pytest.raises(BadInput, match="'sound'"):
        run_design(file, Stage(tmp_path, print), Engine())
