"""Installed models asked about frames of another kind: the shipped answers can be had again."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.contracts import BadInput
from sera_core.files import MODELS
from sera_core.study.asked import AskedDesign
from sera_core.study.kinds import run_design
from sera_core.study.schema import read_as
from sera_core.study.shipped import read_study
from sera_core.study.stage import Stage
from sera_core.study.tables import SERIAL
from sera_core.train.importers import write_manifest
from tests.drawn import write_centre

SHIPPED = MODELS / "studies" / "simulated-on-real" / "design.toml"
FEW = 16


def test_shipped_answers_are_had_again(shared_data: Path, tmp_path: Path) -> None:
    write_manifest("ddti", shared_data / "ddti", tmp_path / "all.csv")
    pd.read_csv(tmp_path / "all.csv").head(FEW).to_csv(tmp_path / "few.csv", index=False)
    text = SHIPPED.read_text(encoding="utf-8").replace("runs/ddti.csv", str(tmp_path / "few.csv"))
    (tmp_path / "design.toml").write_text(text.replace(', "vgg16-simulated"', ""), encoding="utf-8")
    (row,) = run_design(tmp_path / "design.toml", Stage(tmp_path / "work", lambda line: None), SERIAL)
    found = pd.read_parquet(tmp_path / "predictions.parquet")
    assert len(found) == FEW
    known = pd.read_parquet(SHIPPED.with_name("predictions.parquet")).set_index(["model", "case_id"])
    same = known.loc[list(zip(found["model"], found["case_id"], strict=True))]
    assert found["probability"].to_numpy() == pytest.approx(same["probability"].to_numpy(), abs=1e-3)
    positive, negative = (found.loc[found["label"] == label, "probability"].to_numpy() for label in (1, 0))
    over = np.sign(positive[:, None] - negative[None, :])
    assert row["auc"] == pytest.approx((over + 1).mean() / 2)
    assert (row["model"], row["centre"], row["role"]) == ("lite0-simulated", "DDTI", "external")


def test_a_centre_without_words_is_refused_before_the_first_frame(tmp_path: Path) -> None:
    manifest = write_centre(tmp_path, "Elsewhere", 4, "external", seed=900)
    text = SHIPPED.read_text(encoding="utf-8").replace("runs/ddti.csv", str(manifest))
    (tmp_path / "design.toml").write_text(text, encoding="utf-8")
    told: list[str] = []
    with pytest.raises(BadInput, match="what the labels of Elsewhere are"):
        run_design(tmp_path / "design.toml", Stage(tmp_path / "work", told.append), SERIAL)
    assert not told
    assert not (tmp_path / "predictions.parquet").exists()


def test_the_shipped_study_names_its_models_by_their_cards() -> None:
    design, study = read_as(AskedDesign, SHIPPED), read_study("simulated-on-real")
    assert tuple(study.models) == design.models
    assert study.domain == design.domain == "simulated", "what the models were taught"
    assert study.predictions.domains == {"DDTI": "real"}
    assert "not pathology" in study.labels["DDTI"]
    assert set(study.cutoffs) == set(design.models)
