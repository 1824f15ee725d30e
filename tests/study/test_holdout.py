"""A study with a fold left out: textures, limits, concatenations and ensembles, and what a change reruns."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import torch
from scipy.stats import rankdata

from sera_core.contracts import BadInput
from sera_core.evaluate.roc import auc
from sera_core.images.prepare import normalise
from sera_core.simulate.cohort import study_set
from sera_core.study.arms import train_arm
from sera_core.study.design import Arm, Centre, Concatenation, Design, Ensemble, Framed, Simulated
from sera_core.study.population import population, taught_truth
from sera_core.study.run import run
from sera_core.study.stage import Stage
from sera_core.study.tables import benches_of
from sera_core.train.frames import viewed
from sera_core.train.recipes import Recipe
from tests.drawn import NETWORK, write_centre

FRAMED = Framed(64, "square", 1.5)
MEMBERS = ("tiny-transfer", "tiny-glcm", "tiny-tuned")


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("holdout")


@pytest.fixture(scope="module")
def design(place: Path) -> Design:
    manifests = (
        write_centre(place / "train", "Here", 40, "train", 0),
        write_centre(place / "test", "Here", 12, "test", 500),
        write_centre(place / "there", "There", 12, "external", 900),
    )
    # the two manifests of one centre name images and patients alike, but these are others
    table = pd.read_csv(manifests[1])
    for name in table["image"]:
        (place / "test" / name).rename(place / "test" / f"t{name}")
    table.assign(patient_id="t" + table["patient_id"], image="t" + table["image"]).to_csv(manifests[1], index=False)
    arms = (
        Arm("tiny-transfer", "Transfer", ("Here",), Recipe("transfer", epochs=3, rate=0.005, views=0), FRAMED),
        Arm("tiny-glcm", "Texture", ("Here",), Recipe("svm"), FRAMED, network="glcm"),
        Arm("tiny-wavelet", "Waves", ("Here",), Recipe("rf"), FRAMED, network="wavelet"),
        Arm("tiny-tuned", "Tuned", ("Here",), Recipe("finetune", epochs=1, batch=8, averaging=0.5), FRAMED, limit=20),
    )
    return Design(
        title="Drawn",
        network=NETWORK,
        domain="simulated",
        positive="drawn dark",
        validation="holdout",
        manifests=tuple(map(str, manifests)),
        centres=(Centre("Here", "drawn"), Centre("There", "drawn", "real")),
        arms=arms,
        concatenations=(Concatenation("joined", "Side by side", ("tiny-transfer", "tiny-glcm"), Recipe("rf")),),
        ensembles=(
            Ensemble("voted", "Mean", MEMBERS),
            Ensemble("weighed", "Weighted", (*MEMBERS, "joined"), "weighted"),
        ),
        limits=("Drawn, not scanned.",),
        licence="MIT",
    )


@pytest.fixture(scope="module")
def predictions(place: Path, design: Design) -> pd.DataFrame:
    run(design, place / "out", Stage(place / "work", lambda line: None), place / "models")
    return pd.read_parquet(place / "out" / "predictions.parquet")


def test_every_model_answers_the_test_cases_and_no_training_case(predictions: pd.DataFrame) -> None:
    for _, own in predictions.groupby("model"):
        assert own.groupby(["role", "centre", "domain"]).size().to_dict() == {
            ("internal", "Here", "simulated"): 12,
            ("external", "There", "real"): 12,
        }
    assert predictions["model"].nunique() == 7
    assert not predictions.duplicated(["model", "case_id"]).any()
    assert predictions["probability"].between(0, 1).all()


def test_an_image_in_two_manifests_is_refused(place: Path, design: Design) -> None:
    twice = replace(design, manifests=(*design.manifests, design.manifests[-1]))
    with pytest.raises(BadInput, match=r"There/There_0\.png stands in two manifests"):
        run(twice, place / "none", Stage(place / "work", lambda line: None), place / "models")


def test_a_votes_order_is_that_of_the_mean_probability(predictions: pd.DataFrame) -> None:
    wide = predictions.pivot_table("probability", "case_id", "model")
    mean = wide[list(MEMBERS)].mean(axis=1)
    np.testing.assert_allclose(rankdata(wide["voted"]), rankdata(mean))


def test_models_are_listed_with_their_images_and_their_cutoff(place: Path, predictions: pd.DataFrame) -> None:
    models = pd.read_csv(place / "out" / "models.csv").set_index("model")
    assert list(models.index) == list(predictions["model"].drop_duplicates())
    assert models.loc["tiny-tuned", "train_images"] == 20, "the limit"
    assert models.loc["tiny-transfer", "train_images"] > 30, "all but one fold of 40"
    assert ((models["cutoff_low"] <= models["cutoff"]) & (models["cutoff"] <= models["cutoff_high"])).all()
    assert (models["seconds"] > 0).all()


def test_the_cutoff_may_be_frozen_at_a_sensitivity(place: Path, design: Design, predictions: pd.DataFrame) -> None:
    wished = replace(design, sensitivity=0.95)
    frames, _ = population(wished, Stage(place / "work", print))
    answers = train_arm(wished, design.arms[1], frames, Stage(place / "work", print)).answers
    labels = np.array([frame.case.label for frame in answers.split.inside])
    above = answers.probabilities.inside >= answers.cutoff.value
    assert above[labels == 1].mean() >= 0.95
    assert answers.cutoff.method == "sensitivity of at least 95 %, patient bootstrap"
    assert answers.cutoff.low <= answers.cutoff.value <= answers.cutoff.high


def test_the_drawn_classes_are_told_apart(predictions: pd.DataFrame) -> None:
    for model in ("tiny-transfer", "tiny-glcm", "joined", "voted"):
        own = predictions[predictions["model"] == model]
        assert auc(own["label"], own["probability"]).value > 0.8, model


def test_a_change_reruns_only_what_it_touches(place: Path, design: Design, predictions: pd.DataFrame) -> None:
    def kept() -> dict[Path, int]:
        return {file: file.stat().st_mtime_ns for file in (place / "work").rglob("*.*")}

    before = kept()
    changed = replace(
        design,
        concatenations=(replace(design.concatenations[0], recipe=Recipe("svm")),),
        ensembles=design.ensembles[:1],
    )
    run(changed, place / "again", Stage(place / "work", lambda line: None), place / "models")
    assert kept() == before, "features, weights and curves are there already"
    again = pd.read_parquet(place / "again" / "predictions.parquet")
    same = [name for name in predictions["model"].unique() if name not in ("joined", "weighed")]
    pd.testing.assert_frame_equal(
        again[again["model"].isin(same)].reset_index(drop=True),
        predictions[predictions["model"].isin(same)].reset_index(drop=True),
    )
    joined = [table[table["model"] == "joined"]["probability"].to_numpy() for table in (again, predictions)]
    assert not np.allclose(*joined)


def test_virtual_patients_are_drawn_once_and_bring_their_truth(place: Path, design: Design) -> None:
    cohorts = (
        Simulated("internal", "train", 14, 14, seed=5),
        Simulated("internal", "test", 3, 4, seed=5),
        Simulated("B", "test", 2, 3, seed=5),
    )
    arm = replace(design.arms[1], sources=("internal",))
    names = (Centre("internal", "simulated"), Centre("B", "simulated"))
    small = replace(
        design, manifests=(), simulated=cohorts, arms=(arm,), centres=names, concatenations=(), ensembles=()
    )
    run(small, place / "virtual", Stage(place / "work", lambda line: None), place / "models")
    table = pd.read_parquet(place / "virtual" / "predictions.parquet")
    assert table.groupby("centre")["label"].agg(["sum", "size"]).to_dict("index") == {
        "internal": {"sum": 3, "size": 7},
        "B": {"sum": 2, "size": 5},
    }
    assert table[["size_mm", "log_likelihood_ratio", "seed", "composition"]].notna().all(axis=None)
    assert "reader_ktirads2021" in table
    assert set(table.query("centre == 'B'")["seed"]) == {case.seed for case in study_set("B", "test", 5, 2, 3)}
    wrong = replace(small, simulated=(replace(cohorts[2], split="train"),))
    with pytest.raises(BadInput, match="for testing only"):
        run(wrong, place / "none", Stage(place / "work", lambda line: None), place / "models")


def test_an_arm_may_be_taught_the_simulators_own_probability(place: Path, design: Design) -> None:
    cohort = Simulated("internal", "train", 8, 8, seed=6)
    said = replace(design, manifests=(), simulated=(cohort,), centres=(Centre("internal", "simulated"),))
    frames, details = population(said, Stage(place / "work", lambda line: None))
    taught = taught_truth(frames, ("internal",), details)
    ratio = np.exp(details["log_likelihood_ratio"])
    for frame in taught:
        known = ratio[frame.case.case_id]
        assert frame.case.target == pytest.approx(known / (1 + known))
    assert [f.case.label for f in taught] == [f.case.label for f in frames], "labels stay"
    assert taught_truth(frames, ("elsewhere",), details) == frames


def test_the_layer_that_is_named_is_the_one_that_is_read(place: Path, design: Design) -> None:
    last = Arm("last", "The last layer", ("Here",), Recipe("rf"), FRAMED)
    named = replace(last, id="named", layer="avg")
    run(
        replace(design, arms=(last, named), concatenations=(), ensembles=()),
        place / "layer",
        Stage(place / "work", print),
    )
    wide = pd.read_parquet(place / "layer" / "predictions.parquet").pivot_table("probability", "case_id", "model")
    pd.testing.assert_series_equal(wide["last"], wide["named"], check_names=False)
    frames, _ = population(design, Stage(place / "work", print))
    with pytest.raises(BadInput, match="no layer 'fc9'"):
        train_arm(design, replace(last, layer="fc9"), frames, Stage(place / "work", print))


def test_every_layer_of_a_network_stands_in_the_tables(place: Path, design: Design) -> None:
    recipe = Recipe("finetune", weights="scratch", epochs=3, batch=8, rate=0.002, averaging=0.5)
    fast = Arm("fast", "Fast", ("Here",), recipe, FRAMED, "vgg_f")
    arms = (design.arms[0], replace(design.arms[3], limit=None), fast)
    told = {"T": ("tiny-transfer", "tiny-tuned"), "F": ("fast",)}
    changed = replace(design, arms=arms, concatenations=(), ensembles=(), tables=told)
    run(changed, place / "tables", Stage(place / "work", lambda line: None), place / "models")
    rows = pd.read_csv(place / "tables" / "features.csv").query("letter == 'F' and classifier == 'SVM'")
    assert rows[["layer", "features"]].to_numpy().tolist() == [["fc1", 4096], ["fc2", 4096]]
    assert rows["chosen"].notna().sum() == 1
    joined = pd.read_csv(place / "tables" / "concatenation.csv")
    assert list(joined["networks"]) == ["TF", "TF"]
    frames, _ = population(changed, Stage(place / "work", print))
    trained = train_arm(changed, fast, frames, Stage(place / "work", print))  # finished before: read, not run
    tested = trained.answers.split.held_out
    seen = viewed(tested, trained.plan.preparation)
    crops = normalise(seen.reshape(-1, *seen.shape[2:]), trained.plan.preparation)
    with torch.no_grad():
        values = trained.fitted.parts["body"](torch.from_numpy(crops))
        for bench in benches_of("F", None, trained):
            read = values
            for name, module in trained.fitted.parts["pool"].named_children():
                read = module(read)
                if name == bench.layer:
                    break
            mean = read.numpy().reshape(*seen.shape[:2], -1).mean(axis=1)
            np.testing.assert_allclose(bench.tuned[1], mean, rtol=1e-4, atol=1e-5)


def test_only_simulated_frames_have_a_truth_to_teach(place: Path, design: Design) -> None:
    arms = (replace(design.arms[1], targets="truth"),)
    plain = replace(design, arms=arms, concatenations=(), ensembles=())
    with pytest.raises(BadInput, match="is not simulated, so nobody knows its true probability"):
        run(plain, place / "none", Stage(place / "work", lambda line: None), place / "models")
