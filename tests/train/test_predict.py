"""Batch prediction: the app's own numbers, nothing that was learnt, and a kill loses nothing."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.classifiers import store
from sera_core.contracts import BadInput
from sera_core.evaluate.columns import CUTOFF
from sera_core.evaluate.compare import cutoffs
from sera_core.evaluate.table import read_predictions
from sera_core.images.fingerprint import fingerprint
from sera_core.predict import CHUNK, predict
from sera_core.train.frames import decode, viewed
from sera_core.train.manifest import read_manifest
from tests.classifiers.models import tiny
from tests.drawn import write_centre

ROOT = Path(__file__).resolve().parents[2]


def silent(_: str) -> None:
    pass


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two models trained on Here, 150 frames of There and 10 of Here; one of There cannot be read."""
    folder = tmp_path_factory.mktemp("predict")
    model = tiny()
    store.save(model, folder / "models")
    other = replace(
        model, card=replace(model.card, id="small", preparation=replace(model.card.preparation, input_px=48))
    )
    store.save(other, folder / "models")
    there = pd.read_csv(write_centre(folder, "There", 150, "external", seed=0))
    here = pd.read_csv(write_centre(folder, "Here", 10, "train", seed=500))
    here.loc[6:, "split"] = "test"
    pd.concat([there, here]).to_csv(folder / "cases.csv", index=False)
    (folder / "There_70.png").write_bytes(b"broken")
    return folder


@pytest.fixture(scope="module")
def told() -> list[str]:
    return []


@pytest.fixture(scope="module")
def table(place: Path, told: list[str]) -> pd.DataFrame:
    rows = predict(place / "cases.csv", ["tiny", "small"], place / "out.csv", told.append, place / "models")
    found = pd.read_csv(place / "out.csv")
    assert len(found) == rows
    return found


def test_every_case_that_was_not_trained_on_is_answered_as_in_the_app(place: Path, table: pd.DataFrame) -> None:
    assert list(table) == ["case_id", "patient_id", "centre", "role", "label", "model", "probability", *CUTOFF]
    assert len(table) == 2 * (149 + 4)
    assert set(zip(table["centre"], table["role"], strict=True)) == {("There", "external"), ("Here", "internal")}
    frames, _ = decode(read_manifest(place / "cases.csv"))
    known = {frame.case.case_id: frame for frame in frames}
    for name, rows in table.groupby("model"):
        model = store.load(str(name), place / "models")
        seen = viewed([known[case] for case in rows["case_id"][:40]], model.card.preparation)
        np.testing.assert_allclose(rows["probability"][:40], model.answers(seen).probability, atol=1e-6)
    read = read_predictions(place / "out.csv")
    assert len(read.models) == 2, "the comparison takes it"
    for name in read.models:
        frozen = store.load(name, place / "models").card.cutoff
        given = cutoffs(read)[name]
        assert (given.value, given.low, given.high) == (frozen.value, frozen.low, frozen.high), "it stays frozen"
        assert given.chosen_at == ()


def test_what_is_left_out_is_told(table: pd.DataFrame, told: list[str]) -> None:
    assert "tiny: 6 cases of its training centres are left out (their split is not test or external)" in told
    assert any(line.startswith("There/There_70.png was left out: row 72 of its manifest: ") for line in told)
    assert not any(case in set(table["case_id"]) for case in ("There/There_70.png", "Here/Here_0.png"))


def test_training_images_under_another_centres_name_are_known_by_their_pixels(
    place: Path, table: pd.DataFrame, tmp_path: Path
) -> None:
    """Without their fingerprints the renamed training images would be answered, and look like an external test."""
    model = store.load("tiny", place / "models")
    learnt, _ = decode(read_manifest(place / "cases.csv")[:20])
    known = np.stack([fingerprint(frame.pixels) for frame in learnt])
    aware = replace(model, card=replace(model.card, id="aware"), index=replace(model.index, frames=known))
    store.save(aware, tmp_path / "models")
    assert (store.load("aware", tmp_path / "models").index.frames == known).all()
    said: list[str] = []
    predict(place / "cases.csv", ["aware"], place / "aware.csv", said.append, tmp_path / "models")
    found = pd.read_csv(place / "aware.csv")
    assert "aware: 20 images are left out, for it was trained on them (known by their pixels)" in said
    assert set(found["case_id"]) == set(table["case_id"]) - {frame.case.case_id for frame in learnt}


def test_parquet_holds_the_same(place: Path, table: pd.DataFrame) -> None:
    predict(place / "cases.csv", ["tiny", "small"], place / "out.parquet", silent, place / "models")
    found = pd.read_parquet(place / "out.parquet")
    pd.testing.assert_frame_equal(found, table, check_dtype=False, atol=1e-9)
    assert not list(place.glob("*.parts"))
    assert not list(place.glob(".*.part"))


def test_a_killed_run_goes_on_to_the_same_table(place: Path, table: pd.DataFrame) -> None:
    script = (
        "from pathlib import Path; from sera_core.predict import predict; "
        f"place = Path({str(place)!r}); "
        "predict(place / 'cases.csv', ['tiny', 'small'], place / 'again.csv', print, place / 'models')"
    )
    env = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
    running = subprocess.Popen([sys.executable, "-c", script], cwd=ROOT, env=env, stdout=subprocess.DEVNULL)
    parts, until = place / "again.csv.parts", time.monotonic() + 300
    while not (parts / "000000.parquet").is_file() and time.monotonic() < until:
        time.sleep(0.005)
    running.send_signal(signal.SIGKILL)
    assert running.wait() == -signal.SIGKILL
    assert not (place / "again.csv").exists()
    finished = {file.name: file.stat().st_mtime_ns for file in parts.glob("*.parquet")}
    said: list[str] = []
    predict(place / "cases.csv", ["tiny", "small"], place / "again.csv", said.append, place / "models")
    assert any(f"{len(finished)} of 3 chunks were finished before" in line for line in said)
    assert CHUNK == 64
    pd.testing.assert_frame_equal(pd.read_csv(place / "again.csv"), table, atol=1e-6)


def test_other_models_or_cases_start_anew(place: Path, table: pd.DataFrame) -> None:
    parts = place / "mixed.csv.parts"
    parts.mkdir()
    (parts / "plan.json").write_text("of another manifest")
    (parts / "000000.parquet").write_bytes(b"of another manifest")
    predict(place / "cases.csv", ["tiny"], place / "mixed.csv", silent, place / "models")
    mixed = pd.read_csv(place / "mixed.csv")
    own = table[table["model"] == "tiny"]
    np.testing.assert_allclose(mixed["probability"], own["probability"], atol=1e-6)


@pytest.mark.parametrize(
    ("models", "out", "sentence"),
    [
        (["oracle"], "out.csv", "There is no model 'oracle'"),
        (["tiny", "tiny"], "out.csv", "named twice"),
        (["tiny"], "out.xlsx", "must end in .csv or .parquet"),
    ],
)
def test_nonsense_is_refused(place: Path, models: list[str], out: str, sentence: str) -> None:
    with pytest.raises(BadInput, match=sentence):
        predict(place / "cases.csv", models, place / out, silent, place / "models")


def test_nothing_but_training_cases_is_refused(place: Path, tmp_path: Path) -> None:
    manifest = write_centre(tmp_path, "Here", 6, "train", seed=0)
    with pytest.raises(BadInput, match="predicting what was learnt shows nothing"):
        predict(manifest, ["tiny"], tmp_path / "out.csv", silent, place / "models")


def test_a_cluster_gives_the_same_bytes(place: Path, table: pd.DataFrame) -> None:
    from distributed import LocalCluster

    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address=None) as cluster:
        there = cluster.scheduler_address
        predict(place / "cases.csv", ["tiny", "small"], place / "far.csv", silent, place / "models", scheduler=there)
    assert (place / "far.csv").read_bytes() == (place / "out.csv").read_bytes()
