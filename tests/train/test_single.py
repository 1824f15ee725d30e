"""One model from one manifest on the command line: a complete folder, chosen settings, refusals."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from sera_core.classifiers import store
from sera_core.cli import main
from sera_core.evaluate.roc import auc
from sera_core.study.design import read_design
from tests.drawn import NETWORK, write_centre


@pytest.fixture(scope="module")
def manifest(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_centre(tmp_path_factory.mktemp("data"), "Here", 48, "train", seed=0)


def trained(capsys: pytest.CaptureFixture[str], manifest: Path, place: Path, *options: str) -> dict:
    out, work = str(place / "models" / "mine"), str(place / "work")
    line = ["train", str(manifest), "--net", NETWORK, "--out", out, "--work", work, "--px", "48", *options, "--json"]
    assert main(line) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def test_transfer_chooses_its_settings_and_writes_a_complete_model(
    capsys: pytest.CaptureFixture[str], manifest: Path, tmp_path: Path
) -> None:
    card = trained(capsys, manifest, tmp_path, "--mode", "transfer", "--folds", "3", "--domain", "simulated")
    assert card["id"] == "mine"
    assert card["results"][0]["auc"] > 0.9, "drawn frames are easy"
    assert [status.valid for status in store.installed(tmp_path / "models")] == [True]
    choice = pd.read_csv(tmp_path / "work" / "mine" / "choice.csv")
    best = choice[choice["auc"] == choice["auc"].max()]
    assert card["recipe"]["epochs"] in set(best["epoch"])
    assert card["recipe"]["rate"] in set(best["rate"])
    design = read_design(tmp_path / "work" / "mine" / "design.toml")
    assert (design.folds, design.arms[0].recipe.rate) == (3, card["recipe"]["rate"])


def test_with_nothing_else_said_a_network_and_signs_are_joined_and_set_against_each_alone(
    capsys: pytest.CaptureFixture[str], manifest: Path, tmp_path: Path
) -> None:
    card = trained(capsys, manifest, tmp_path, "--folds", "3", "--domain", "simulated")
    assert (card["kind"], card["id"]) == ("joined", "mine")
    assert set(card["files"]) == {store.WEIGHTS, store.INDEX, store.SIGNS}
    assert card["results"][0]["auc"] > 0.9, "drawn frames are easy"
    assert [status.valid for status in store.installed(tmp_path / "models")] == [True], "only the whole model ships"
    told = (tmp_path / "work" / "mine" / "report.md").read_text(encoding="utf-8")
    answers = pd.read_parquet(tmp_path / "work" / "mine" / "predictions.parquet")
    assert sorted(answers["model"].unique()) == ["mine", "mine-network", "mine-signs"]
    for name, rows in answers.groupby("model"):
        assert f"| {name} | {auc(rows['label'], rows['probability']).value:.3f} (" in told
    for part in ("mine-network", "mine-signs"):
        (worth,) = (limit for limit in card["limits"] if f"against {part}" in limit)
        assert worth in told


def test_what_lies_there_already_is_not_written_over(
    capsys: pytest.CaptureFixture[str], manifest: Path, tmp_path: Path
) -> None:
    """By default a model is called as its manifest: one called outline would have replaced the shipped network."""
    file = tmp_path / "models" / "mine" / "weights.safetensors"
    file.parent.mkdir(parents=True)
    file.write_bytes(b"of another")
    options = ["--out", str(file.parent), "--work", str(tmp_path / "work"), "--px", "48", "--folds", "1"]
    tune = ["--net", NETWORK, "--mode", "finetune", "--epochs", "1", "--keep-anyway"]
    assert main(["train", str(manifest), *tune, *options]) == 2
    assert "holds something already: choose another --out" in capsys.readouterr().err
    assert file.read_bytes() == b"of another"
    file.unlink()
    assert main(["train", str(manifest), *tune, *options]) == 0, "an empty folder is free"
    assert main(["train", str(manifest), *tune, *options]) == 0, "the same training again is finished"
    other = manifest.with_name("other.csv")
    other.write_bytes(manifest.read_bytes())
    assert main(["train", str(other), *tune, *options]) == 2, "of another manifest"


def test_from_scratch_on_a_few_images_is_said_in_the_card(
    capsys: pytest.CaptureFixture[str], manifest: Path, tmp_path: Path
) -> None:
    options = ["--mode", "finetune", "--weights", "scratch", "--epochs", "6", "--batch", "8", "--lr", "0.03"]
    card = trained(capsys, manifest, tmp_path, *options, "--folds", "1", "--limit", "36", "--domain", "simulated")
    assert card["recipe"]["weights"] == "scratch"
    assert card["training"][0]["images"] == 36
    assert "from scratch" in card["trained_on"]
    runs = list((tmp_path / "work").rglob("curves.jsonl"))
    assert len(runs) == 1, "trained once"


def test_a_training_no_better_than_chance_is_refused_or_kept_and_said(
    capsys: pytest.CaptureFixture[str], manifest: Path, tmp_path: Path
) -> None:
    """Each frame's label is turned round in the fold that judges it: what is learnt is the opposite."""
    table = pd.read_csv(manifest)
    half = table.index % 8 >= 4
    table["image"] = [str(manifest.parent / name) for name in table["image"]]
    table.loc[half, "label"] = 1 - table.loc[half, "label"]
    table["split"] = half.astype(int)
    table.to_csv(tmp_path / "odd.csv", index=False)
    options = ["--mode", "transfer", "--epochs", "3", "--folds", "2", "--domain", "simulated"]
    line = ["train", str(tmp_path / "odd.csv"), "--net", NETWORK, "--px", "48", "--work", str(tmp_path / "work")]
    out = ["--out", str(tmp_path / "models" / "odd"), *options]
    assert main([*line, *out]) == 2
    assert "no better than chance" in capsys.readouterr().err
    assert main([*line, *out, "--keep-anyway", "--json"]) == 0
    card = json.loads(capsys.readouterr().out)
    assert any("negative result" in limit for limit in card["limits"])
    assert card["results"][0]["auc"] < 0.5


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--mode", "transfer", "--epochs", "0"], "epochs: Input should be greater than or equal to 1"),
        (["--mode", "finetune", "--lr", "-1"], "rate: Input should be greater than 0"),
        (["--mode", "finetune", "--lr", "nan"], "argument --lr: 'nan' is not a number"),
        (["--mode", "transfer", "--weights", "scratch", "--epochs", "1"], "no features to read"),
        (["--mode", "transfer", "--limit", "5"], "needs --folds 1"),
        (["--mode", "transfer", "--published"], "published recipes are for fine-tuning"),
        (["--mode", "finetune", "--published"], "Lee 2019 has no recipe for efficientnet_lite0"),
        (["--mode", "transfer", "--folds", "0", "--epochs", "1"], "at least 1"),
        (["--mode", "transfer", "--px", "0"], "input_px"),
        (["--mode", "transfer", "--padding", "0"], "padding"),
    ],
)
def test_nonsense_is_refused_in_one_line(
    capsys: pytest.CaptureFixture[str], manifest: Path, tmp_path: Path, options: list[str], sentence: str
) -> None:
    out, work = str(tmp_path / "mine"), str(tmp_path / "work")
    assert main(["train", str(manifest), "--net", NETWORK, "--out", out, "--work", work, *options]) == 2
    err = capsys.readouterr().err
    assert sentence in err
    assert err.count("\n") == 1
    assert not (tmp_path / "mine").exists()
