"""The audit of the published tables, combinations of networks, and the studies that come with the project."""

from __future__ import annotations

import shutil
from itertools import product
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.combinations import LETTERS, by_number, marginal_gain, members, subset
from sera_core.evaluate.published import LEE, audit, finding, fits, koh, lee
from sera_core.evaluate.shipped import MODELS, open_table, read_study, study_names


def test_six_networks_fit_the_stated_counts_and_four_radiologists_only_the_turned_ones() -> None:
    found = finding()
    assert found.networks_fit_stated == ("AlexNet", "OverFeat", "VGG", "VGG-verydeep", "ResNet", "Inception")
    assert len(found.readers_fit_turned) == 4
    assert all(name.startswith("Radiologist") for name in found.readers_fit_turned)
    assert found.fit_stated == found.complete - 4


def test_the_implied_accuracy_of_a_radiologist_by_hand() -> None:
    """95 % of 100 malignant and 72 % of 50 benign are 131 of 150, 87.3 %; of 50 and 100 they would be 79.7 %."""
    row = audit().set_index("name").loc["Radiologist 1 by TIRADS"]
    assert row["implied_turned"] == pytest.approx(100 * 131 / 150)
    assert row["implied_stated"] == pytest.approx((95 * 50 + 72 * 100) / 150)
    assert row["accuracy"] == 87.3


@pytest.mark.parametrize(("malignant", "benign"), [(50, 100), (100, 50), (7, 13)])
def test_what_whole_counts_give_always_fits_itself(malignant: int, benign: int) -> None:
    for hits, calm in product(range(malignant + 1), range(0, benign + 1, 3)):
        printed = (
            round(100 * (hits + calm) / (malignant + benign), 1),
            round(100 * hits / malignant, 1),
            round(100 * calm / benign, 1),
        )
        assert fits(*printed, malignant, benign)
    assert not fits(50.0, 90.0, 90.0, malignant, benign)
    assert not fits(np.nan, 90.0, 90.0, malignant, benign)


def test_every_table_is_audited() -> None:
    rows = audit()
    assert set(rows["table"]) == set(LEE)
    assert (rows["table"] == "concatenation").sum() == len(lee("concatenation")) == 114
    assert rows.loc[~rows["complete"], "fits_stated"].sum() == 0
    assert {"train", "auc"} <= set(koh()["what"])


def test_letters_of_a_combination() -> None:
    assert members("AOVv") == {"A", "O", "Vv"}
    assert members("AVVvRI") == members("A+V+Vv+R+I") == {"A", "V", "Vv", "R", "I"}
    for wrong in ("", "AX", "v", "A-O"):
        with pytest.raises(BadInput, match="no combination"):
            members(wrong)


def test_every_subset_of_two_or_more_networks_was_joined_once_a_classifier() -> None:
    table = lee("concatenation")
    seen = [members(name) for name in table["networks"]]
    assert len(set(seen)) == 57 == 2**6 - 1 - 6
    assert subset(table, {"O", "V", "R"})["accuracy_pct"].tolist() == [94.7, 93.3]
    assert subset(table, {"A"}).empty
    assert subset(lee("ensemble"), frozenset({"A"}))["accuracy_pct"].tolist() == [86.0]


def test_accuracy_against_the_number_of_networks() -> None:
    found = by_number(lee("ensemble")).set_index("number")
    assert found["combinations"].tolist() == [6, 15, 20, 15, 6, 1]
    assert found.loc[1, "highest"] == 87.3
    assert set(by_number(lee("concatenation"))["classifier"]) == {"SVM", "RF"}


def test_marginal_gain_of_a_table_that_was_made_to_know_it() -> None:
    """Accuracy 50, plus 1 for A, 2 for O and 3 for R."""
    worth = {"A": 1, "O": 2, "R": 3}
    names = ["A", "O", "R", "AO", "AR", "OR", "AOR"]
    table = pd.DataFrame({"networks": names, "accuracy_pct": [50 + sum(worth[c] for c in n) for n in names]})
    found = marginal_gain(table).set_index("network")
    for letter, gain in worth.items():
        assert (found.loc[letter, "pairs"], found.loc[letter, "gain"]) == (3, gain)
    assert found.loc["I", "pairs"] == 0
    assert np.isnan(found.loc["I", "gain"])
    assert list(found.index) == list(LETTERS)


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
