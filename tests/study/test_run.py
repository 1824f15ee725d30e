"""A whole study on drawn frames of two centres: transfer, machine and fine-tuning, twice."""

from __future__ import annotations

import math
import os
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.classifiers import store
from sera_core.contracts import BadInput
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.roc import auc
from sera_core.evaluate.spread import clusters
from sera_core.study.design import Arm, Centre, Design, Framed
from sera_core.study.run import run
from sera_core.study.stage import Stage
from sera_core.train.frames import decode, viewed
from sera_core.train.manifest import read_manifest
from sera_core.train.recipes import Recipe
from tests.drawn import NETWORK, write_centre

FRAMED = Framed(64, "square", 1.5)


def design_of(*manifests: Path) -> Design:
    recipes = {
        "tiny-transfer": Recipe("transfer", epochs=3, batch=8, rate=0.005, views=1),
        "tiny-svm": Recipe("svm"),
        "tiny-finetune": Recipe("finetune", epochs=1, batch=8, averaging=0.5),
    }
    return Design(
        title="Drawn",
        network=NETWORK,
        domain="simulated",
        positive="drawn bright",
        manifests=tuple(map(str, manifests)),
        centres=(Centre("Here", "drawn here"), Centre("There", "drawn there"), Centre("One", "one class")),
        prepare_options=(),
        arms=tuple(
            Arm(name, f"Title of {name}", ("Here",), recipe, FRAMED, ship=name != "tiny-svm")
            for name, recipe in recipes.items()
        ),
        limits=("Drawn, not scanned.",),
        licence="MIT",
    )


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with manifests of two centres; one frame of the first cannot be read, a third centre is all benign."""
    folder = tmp_path_factory.mktemp("study")
    write_centre(folder, "Here", 24, "train", seed=0, folds=2)
    write_centre(folder, "There", 12, "external", seed=400)
    one = pd.read_csv(write_centre(folder, "One", 4, "external", seed=800))
    one[one["label"] == 0].to_csv(folder / "One.csv", index=False)
    (folder / "Here_23.png").write_bytes(b"broken")
    return folder


@pytest.fixture(scope="module")
def design(place: Path) -> Design:
    return design_of(*(place / f"{name}.csv" for name in ("Here", "There", "One")))


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def results(place: Path, design: Design, told: list[str]) -> pd.DataFrame:
    return run(design, place / "out", Stage(place / "work", told.append), place / "models")


def test_results_are_the_auc_of_the_predictions(place: Path, results: pd.DataFrame) -> None:
    predictions = pd.read_parquet(place / "out" / "predictions.parquet")
    assert not predictions.duplicated(["case_id", "model"]).any()
    assert len(predictions) == 3 * (23 + 12 + 2)
    assert predictions["probability"].between(0, 1).all()
    assert set(zip(results["centre"], results["role"], strict=True)) == {("Here", "internal"), ("There", "external")}
    assert len(results) == 6
    for row in results.to_dict("records"):
        rows = predictions[(predictions["model"] == row["model"]) & (predictions["centre"] == row["centre"])]
        found = auc(rows["label"], rows["probability"], patients=clusters(rows["patient_id"]))
        assert (row["auc"], row["low"], row["high"]) == (found.value, found.low, found.high)
        assert (row["malignant"], row["benign"]) == (found.positives, found.negatives)
    written = pd.read_csv(place / "out" / "results.csv")
    np.testing.assert_allclose(written["auc"], results["auc"])
    assert results[results["model"] == "tiny-transfer"]["auc"].min() > 0.9, "drawn frames are easy"


def test_unreadable_frames_are_told(told: list[str], results: pd.DataFrame) -> None:
    assert any(line.startswith("Here/Here_23.png was left out: ") for line in told)
    assert any(line.startswith("tiny-finetune: fold 0: epoch 1/1 loss ") for line in told)


def test_shipped_models_answer_as_in_the_predictions(place: Path, design: Design, results: pd.DataFrame) -> None:
    """Read again from disk, through the app's own path, to the same probability."""
    assert [status.id for status in store.installed(place / "models") if status.valid] == [
        "tiny-finetune",
        "tiny-transfer",
    ]
    frames, _ = decode(read_manifest(place / "There.csv"))
    predictions = pd.read_parquet(place / "out" / "predictions.parquet").set_index(["model", "case_id"])["probability"]
    for name in ("tiny-finetune", "tiny-transfer"):
        model = store.load(name, place / "models")
        found = model.answers(viewed(frames, model.card.preparation)).probability
        np.testing.assert_allclose(found, [predictions[name, f.case.case_id] for f in frames], atol=1e-6)


def test_the_card_says_what_was_trained_and_how_it_did(place: Path, results: pd.DataFrame) -> None:
    card = store.load("tiny-transfer", place / "models").card
    assert card.trained_on == "Trained on 23 frames of Here (drawn here)."
    (source,) = card.training
    assert (source.images, source.patients, source.malignant, source.benign) == (23, 12, 11, 12)
    assert [(r.centre, r.role) for r in card.results] == [("Here", "internal"), ("There", "external")]
    predictions = pd.read_parquet(place / "out" / "predictions.parquet")
    own = predictions[(predictions["model"] == card.id) & (predictions["centre"] == "Here")]
    assert card.cutoff.value == pytest.approx(youden(own["label"], own["probability"]))
    assert card.cutoff.low <= card.cutoff.value <= card.cutoff.high
    for label in (0, 1):
        assert (own["label"] == label).any()
    balanced = own.groupby("label")["probability"].mean().mean()
    assert balanced == pytest.approx(0.5, abs=1e-3)
    model = store.load("tiny-transfer", place / "models")
    limit = 1.3 * float(np.percentile(model.index.leave_one_out, 99))
    assert card.familiarity_limit == pytest.approx(limit, rel=1e-3)
    assert math.isfinite(card.familiarity_limit)


def test_a_second_run_computes_nothing_and_says_the_same(place: Path, design: Design, results: pd.DataFrame) -> None:
    stages = {file: os.stat(file).st_mtime_ns for file in (place / "work" / "stages").rglob("fold*.npy")}
    assert len(stages) == 6, "two folds of three arms"
    told: list[str] = []
    again = run(design, place / "out", Stage(place / "work", told.append), place / "models")
    pd.testing.assert_frame_equal(again, results)
    assert {file: os.stat(file).st_mtime_ns for file in (place / "work" / "stages").rglob("fold*.npy")} == stages
    assert not any("epoch" in line or "view" in line for line in told)


def test_a_killed_run_repeats_only_the_fold_that_is_missing(place: Path, design: Design, results: pd.DataFrame) -> None:
    only = replace(design, arms=design.arms[:1])
    removed = next(
        file
        for file in (place / "work" / "stages").rglob("fold1.npy")
        if np.allclose(np.sort(np.load(file)), np.sort(scores_of(place, "tiny-transfer", "1")), atol=1e-3)
    )
    kept = np.load(removed)
    removed.unlink()
    told: list[str] = []
    again = run(only, place / "again", Stage(place / "work", told.append), place / "models")
    np.testing.assert_array_equal(np.load(removed), kept)
    np.testing.assert_allclose(again["auc"], results[results["model"] == "tiny-transfer"]["auc"])


def scores_of(place: Path, model: str, split: str) -> np.ndarray:
    """Out-of-fold scores before calibration, worked back from the predictions."""
    card = store.load(model, place / "models").card
    cases = {case.case_id: case.split for case in read_manifest(place / "Here.csv")}
    predictions = pd.read_parquet(place / "out" / "predictions.parquet")
    own = predictions[(predictions["model"] == model) & (predictions["centre"] == "Here")]
    chosen = own[own["case_id"].map(cases) == split]["probability"].to_numpy()
    return (np.log(chosen / (1 - chosen)) - card.calibration.intercept) / card.calibration.slope


def test_a_new_title_reaches_the_card_without_training(place: Path, design: Design, results: pd.DataFrame) -> None:
    arm = replace(design.arms[0], title="A better title")
    told: list[str] = []
    run(replace(design, arms=(arm,)), place / "again", Stage(place / "work", told.append), place / "models")
    assert store.load(arm.id, place / "models").card.title == "A better title"
    assert not any("view" in line for line in told)


def test_what_the_manifests_do_not_hold_is_refused_before_training(place: Path, design: Design) -> None:
    with pytest.raises(BadInput, match="tiny-transfer is trained on Here, but the manifests hold no readable"):
        run(design_of(place / "There.csv"), place / "none", Stage(place / "none", print), place / "none")
    stranger = replace(design, centres=design.centres[:1])
    with pytest.raises(BadInput, match="does not say what the labels of There are"):
        run(stranger, place / "none", Stage(place / "none", print), place / "none")
    alone = replace(design, arms=(replace(design.arms[0], sources=("One",)),))
    with pytest.raises(BadInput, match="of one class only"):
        run(alone, place / "none", Stage(place / "none", print), place / "none")
    texture = replace(design, arms=(replace(design.arms[1], network="glcm", ship=False),))
    with pytest.raises(BadInput, match='which is not cross-validated: write validation = "holdout"'):
        run(texture, place / "none", Stage(place / "none", print), place / "none")
    assert not (place / "none" / "stages").exists()
