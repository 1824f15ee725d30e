"""A model is made to fit a hospital's own cases."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit

from sera_core.classifiers import store
from sera_core.contracts import BadInput
from sera_core.evaluate.roc import auc
from sera_core.images.fingerprint import fingerprint
from sera_core.study import adapt as adapting
from sera_core.train.frames import decode, viewed
from sera_core.train.manifest import read_manifest
from tests.classifiers.models import tiny
from tests.drawn import write_centre

read_back = store.load  # as it is, before a test puts a tiny model in its place

COUNT = 160


def silent(_: str) -> None:
    pass


def predictions(folder: Path, centre: str = "Local", shift: float = 2.0) -> Path:
    """A hospital where the model orders well, but answers far too high."""
    random = np.random.default_rng(1)
    labels = np.arange(COUNT) % 4 // 3
    table = pd.DataFrame(
        {
            "case_id": [f"c{k}" for k in range(COUNT)],
            "patient_id": [f"p{k // 2}" for k in range(COUNT)],
            "centre": centre,
            "role": "external",
            "label": labels,
            "model": "tiny",
            "probability": expit(random.normal(size=COUNT) + 1.5 * labels + shift),
        }
    )
    table.to_csv(folder / "local.csv", index=False)
    return folder / "local.csv"


@pytest.fixture
def loaded(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    model = tiny()
    model = replace(model, card=replace(model.card, files={"weights.safetensors": "0" * 64}))
    monkeypatch.setattr(store, "load", lambda name: model)
    return model


def test_numbers_mean_what_they_say_and_the_order_stays(tmp_path: Path, loaded: object) -> None:
    told: list[str] = []
    source = predictions(tmp_path)
    card = adapting.adapt("tiny", source, tmp_path / "models" / "ours", told.append)
    table = pd.read_csv(source)
    before = logit(table["probability"])
    after = expit(card.calibration.slope * (before + 0.1) / 0.8 + card.calibration.intercept)
    assert np.corrcoef(after.rank(), before.rank())[0, 1] == pytest.approx(1)
    halves = [after[table["label"] == label].mean() for label in (0, 1)]
    assert np.mean(halves) == pytest.approx(0.5, abs=0.02)  # both classes weigh the same
    as_it_was, adapted = (
        float(word) for word in told[-1].replace(",", "").split() if word.startswith("0.") or word.startswith("1.")
    )
    assert adapted < as_it_was
    assert (card.id, card.default) == ("ours", False)
    assert "160 local cases of Local" in card.trained_on
    assert any("no external test" in limit for limit in card.limits)
    assert [result.centre for result in card.results] == ["Here", "Local"]
    assert card.cutoff.low <= card.cutoff.value <= card.cutoff.high


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda table: table.head(60), "few_cases"),
        (lambda table: table.assign(model="other"), "no_rows"),
        (lambda table: table.assign(probability=1 - table["probability"]), "learnt_nothing"),
    ],
)
def test_what_cannot_be_adapted_is_refused(tmp_path: Path, loaded: object, change: Callable, code: str) -> None:
    source = predictions(tmp_path)
    change(pd.read_csv(source)).to_csv(source, index=False)
    with pytest.raises(BadInput) as refused:
        adapting.adapt("tiny", source, tmp_path / "models" / "ours", silent)
    assert refused.value.code == code
    assert not (tmp_path / "models").exists()


def test_from_enough_frames_on_the_last_layer_is_theirs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A model whose last layer says nothing is of no use as it is; one fitted to frames that are easy must be."""
    import torch

    model = tiny()
    model.parts["last"].load_state_dict({"weight": torch.zeros(2, 1280), "bias": torch.zeros(2)})
    model = replace(model, card=replace(model.card, files={"weights.safetensors": "0" * 64}))
    monkeypatch.setattr(store, "load", lambda name: model)
    monkeypatch.setattr(adapting, "FEWEST", 12)
    monkeypatch.setattr(adapting, "REFIT", 25)
    source = write_centre(tmp_path, "Local", 48, "external", seed=900)
    with pytest.raises(BadInput, match="no better than chance"):
        adapting.adapt("tiny", source, tmp_path / "models" / "few", silent)
    monkeypatch.setattr(adapting, "REFIT", 24)
    card = adapting.adapt("tiny", source, tmp_path / "models" / "ours", silent)
    assert "Last layer, calibration and cut-off were fitted to 48 local cases of Local" in card.trained_on
    (here,) = (result for result in card.results if result.centre == "Local")
    assert here.auc > 0.9
    frames, _ = decode(read_manifest(source))
    ours = read_back("ours", tmp_path / "models")
    asked = ours.answers(viewed(frames, ours.card.preparation)).probability
    assert auc([frame.case.label for frame in frames], asked).value >= here.auc, "left out, it cannot be better"
    assert ours.index.trained_on(np.stack([fingerprint(frame.pixels) for frame in frames])).all()


def test_no_model_is_written_over(tmp_path: Path, loaded: object) -> None:
    with pytest.raises(BadInput, match="a name of its own"):
        adapting.adapt("tiny", predictions(tmp_path), tmp_path / "tiny", silent)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "card.json").write_text("{}", encoding="utf-8")
    with pytest.raises(BadInput, match="holds something already"):
        adapting.adapt("tiny", predictions(tmp_path), tmp_path / "other", silent)
    assert (tmp_path / "other" / "card.json").read_text(encoding="utf-8") == "{}"


def test_images_that_taught_the_model_are_known_whatever_their_centre_is_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = write_centre(tmp_path, "Elsewhere", 48, "external", seed=900)
    frames, _ = decode(read_manifest(source))
    model = tiny()
    index = replace(model.index, frames=np.array([fingerprint(frame.pixels) for frame in frames[:20]]))
    monkeypatch.setattr(store, "load", lambda name: replace(model, index=index))
    told: list[str] = []
    with pytest.raises(BadInput, match=r"Only 1[0-9] negative cases"):
        adapting.adapt("tiny", source, tmp_path / "models" / "ours", told.append)
    (said,) = (line for line in told if "left out" in line)
    count = int(said.split(": ")[1].split()[0])
    assert count >= 20, "and what is the same picture"
    everything = replace(model.index, frames=np.array([fingerprint(frame.pixels) for frame in frames]))
    monkeypatch.setattr(store, "load", lambda name: replace(model, index=everything))
    with pytest.raises(BadInput, match="No image is left"):
        adapting.adapt("tiny", source, tmp_path / "models" / "ours", silent)


def test_rows_of_the_centres_that_taught_the_model_say_nothing(tmp_path: Path, loaded: object) -> None:
    local = pd.read_csv(predictions(tmp_path))
    home = local.assign(centre="here", case_id="h" + local["case_id"], patient_id="h" + local["patient_id"])
    pd.concat([local, home.assign(probability=home["label"] * 0.8 + 0.1)]).to_csv(tmp_path / "both.csv", index=False)
    told: list[str] = []
    card = adapting.adapt("tiny", tmp_path / "both.csv", tmp_path / "models" / "ours", told.append)
    alone = adapting.adapt("tiny", predictions(tmp_path), tmp_path / "models" / "alone", silent)
    assert told[0] == "160 rows are left out: tiny was trained on frames of their centre"
    assert (card.calibration, card.cutoff) == (alone.calibration, alone.cutoff)


def test_an_adapting_that_does_not_help_says_so(tmp_path: Path, loaded: object) -> None:
    """Numbers that mean what they say to begin with: two normals, and their own likelihood ratio."""
    source = predictions(tmp_path)
    table = pd.read_csv(source)
    seen = np.random.default_rng(1).normal(size=COUNT) + 1.5 * table["label"]
    table.assign(probability=expit(1.5 * seen - 1.125)).to_csv(source, index=False)
    told: list[str] = []
    adapting.adapt("tiny", source, tmp_path / "models" / "ours", told.append)
    assert told[-1] == "adapting did not help: on patients left out tiny is no worse as it is"
