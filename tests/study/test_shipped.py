"""The studies that come with the project."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from sera_core.contracts import BadInput
from sera_core.files import MODELS
from sera_core.study.shipped import open_table, read_study, study_names


def test_shipped_studies_are_read_with_what_is_known_of_them() -> None:
    assert {"real-frames", "koh2020-sim"} <= set(study_names())
    study = read_study("real-frames")
    assert study.domain == "real"
    simulated = {"internal", "A", "B", "C"}
    assert {name for name, domain in study.predictions.domains.items() if domain == "simulated"} == simulated
    assert "not pathology" in study.labels["DDTI"]
    assert 0 < study.cutoffs["lite0-finetune"].value < 1
    assert read_study("koh2020-sim").predictions.domains["A"] == "simulated"
    with pytest.raises(BadInput, match="no study"):
        read_study("nothing")


def test_a_studys_own_list_of_models_and_tables_is_read(tmp_path: Path) -> None:
    place = tmp_path / "studies" / "mine"
    shutil.copytree(MODELS / "studies" / "koh2020-sim", place)
    (place / "models.csv").write_text(
        "model,title,network,kind,cutoff,cutoff_low,cutoff_high,train_images,seconds\n"
        "lite0-simulated,A title,efficientnet_lite0,cnn,0.4,0.3,0.5,1600,12.5\n"
    )
    (place / "ensemble.csv").write_text("networks,accuracy_pct,sensitivity_pct,specificity_pct\nA,80,80,80\n")
    study = read_study("mine", tmp_path)
    model = study.models["lite0-simulated"]
    assert (model.title, model.train_images, model.seconds) == ("A title", 1600, 12.5)
    assert model.cutoff is not None
    assert (model.cutoff.value, model.cutoff.low, model.cutoff.high) == (0.4, 0.3, 0.5)
    assert list(study.tables) == ["ensemble"]


def test_a_shipped_table_is_opened_with_its_frozen_cut_offs() -> None:
    with pytest.raises(BadInput, match=r"no file nothing.*koh2020-sim"):
        open_table(Path("nothing"))
    by_name, known = open_table(Path("real-frames"))
    by_path, also_known = open_table(MODELS / "studies" / "real-frames" / "predictions.parquet")
    assert known == also_known != {}
    assert by_name.key == by_path.key
