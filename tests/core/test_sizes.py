"""A size is rounded once; what decides, is shown and is stored is that one number."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sera_core.contracts import Action, BadInput, Guideline
from sera_core.evaluate.cells.subgroups import groups_of
from sera_core.evaluate.table import read_predictions
from sera_core.guidelines import advise_from_probability
from sera_core.sizes import check_size, number, rounded


@given(st.floats(1, 150))
def test_rounding_is_that_of_decimal_numbers(size_mm: float) -> None:
    exact = Decimal(repr(size_mm)).quantize(Decimal("0.1"), ROUND_HALF_UP)
    assert abs(Decimal(repr(size_mm)) * 10 % 1 - Decimal("0.5")) < Decimal("1e-8") or check_size(size_mm) == float(
        exact
    )
    assert check_size(check_size(size_mm)) == check_size(size_mm)


def test_every_half_is_rounded_up() -> None:
    for tenths in range(10, 1500):
        half, above = f"{tenths // 10}.{tenths % 10}5", f"{(tenths + 1) // 10}.{(tenths + 1) % 10}"
        assert check_size(float(half)) == float(above), half


@pytest.mark.parametrize(
    ("size_mm", "shown", "action"),
    [
        (9.9999999, "10", Action.FNA),
        (9.96, "10", Action.FNA),
        (9.95, "10", Action.FNA),
        (9.94, "9.9", Action.FOLLOW_UP),
        (10.04, "10", Action.FNA),
    ],
)
def test_the_number_that_is_shown_decides(size_mm: float, shown: str, action: Action) -> None:
    """TR5 is for aspiration from 10 mm on (ACR 2017)."""
    advice = advise_from_probability(Guideline.ACR2017, 0.9, size_mm)
    assert f"At {shown} mm (" in advice.rule
    assert advice.action is action
    told = re.search(r"from ([\d.]+) to under ([\d.]+) mm\)", advice.rule)
    assert told is None or float(told[1]) <= float(shown) < float(told[2])


@pytest.mark.parametrize("size_mm", [0.0, -3.0, 0.94, 150.06, float("nan"), float("inf")])
def test_an_impossible_size_is_refused_in_words(size_mm: float) -> None:
    with pytest.raises(BadInput, match="in millimetres, from 1 to 150") as refusal:
        check_size(size_mm)
    assert refusal.value.code == "bad_size"


def test_centimetres_are_guessed_at() -> None:
    with pytest.raises(BadInput, match=r"0\.9 cm is 9"):
        check_size(0.9)
    assert "if 1.4 cm was meant, give 14." in advise_from_probability(Guideline.ACR2017, 0.9, 1.4).rule
    assert "meant" not in advise_from_probability(Guideline.ACR2017, 0.9, 5.0).rule


def test_a_lost_decimal_point_is_asked_about() -> None:
    assert "if 14.5 mm was meant, give 14.5." in advise_from_probability(Guideline.ACR2017, 0.9, 145).rule
    assert "meant" not in advise_from_probability(Guideline.ACR2017, 0.9, 89.9).rule


@pytest.mark.parametrize(
    ("text", "value"), [("14.5", 14.5), ("14,5", 14.5), (" 7, ", 7), (",5", 0.5), ("-3", -3), ("1e-4", 1e-4)]
)
def test_a_decimal_comma_is_a_decimal_point(text: str, value: float) -> None:
    assert number(text) == value


@pytest.mark.parametrize("text", ["", "big", "14 mm", "1,234.5", "1.234,5", "1_4", "1e999", "nan", "14,5,", "٣"])
def test_what_is_no_number_is_refused_in_words(text: str) -> None:
    with pytest.raises(BadInput, match=r"write it like 14\.5 or 14,5, without a unit") as refusal:
        number(text)
    assert refusal.value.code == "no_number"


def test_a_table_s_sizes_decide_as_they_are_shown() -> None:
    rows = "".join(f"c{i},p{i},X,internal,{i % 2},m,0.{i + 1},{size}\n" for i, size in enumerate((9.94, 9.96, 20.04)))
    table = read_predictions(
        b"case_id,patient_id,centre,role,label,model,probability,size_mm\n" + rows.encode(), "own.csv"
    )
    assert table.cases["size_mm"].tolist() == [9.9, 10.0, 20.0]
    groups = groups_of(table.cases)
    assert [int(groups[f"size: {name} mm"].sum()) for name in ("< 10", "10-20", "> 20")] == [1, 2, 0]
    np.testing.assert_array_equal(rounded([np.nan]), [np.nan])
