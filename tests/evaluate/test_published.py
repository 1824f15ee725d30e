"""The audit of the published tables, and combinations of networks."""

from __future__ import annotations

from itertools import product

import numpy as np
import pandas as pd
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.combinations import LETTERS, by_number, marginal_gain, members, subset
from sera_core.evaluate.published import LEE, audit, finding, fits, koh, lee


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
