"""One's own table on Compare: asked for, compared, refused."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.ui.compare.sight import SEEN
from tests.pages.tables import healthy, own, upload, words
from tests.predicted import made_up


def test_before_a_file_is_chosen_the_page_says_what_to_do(compare: AppTest) -> None:
    compare.query_params["from"] = "Own file"
    healthy(compare.run())
    assert "No table yet" in words(compare)
    assert "What was published" in words(compare)
    contents = next(str(c.value) for c in compare.caption if "#cell-" in str(c.value))
    there = [number for number in range(1, 14) if f"(#cell-{number})" in contents]
    assert there == [1, 10, 11, 13]
    titles = " ".join(str(s.value) for s in compare.subheader)
    assert [f"gray[{number}]" in titles for number in range(1, 14)] == [number in there for number in range(1, 14)]


def test_an_own_table_with_readers_and_sizes_fills_every_cell(compare: AppTest) -> None:
    own(compare, made_up(readers=True, sizes=True))
    said = words(compare)
    assert "Fleiss' kappa" in said
    assert "No reader" not in said
    assert "Nothing to divide by" not in said


def test_a_column_of_ones_own_divides_the_cases_and_is_tested(compare: AppTest) -> None:
    table = made_up(("alpha",))
    table["sex"] = ["f" if number % 4 < 2 else "m" for number in range(len(table))]
    compare.session_state[SEEN] = {9}
    own(compare, table)
    assert compare.selectbox(key="group").options == ["sex"]
    assert "Do the groups differ? alpha p = " in words(compare)


def test_a_bad_row_is_named(compare: AppTest) -> None:
    table = made_up()
    table.loc[5, "probability"] = 1.7
    upload(compare, table.to_csv(index=False).encode())
    assert not compare.exception
    assert any("Row 7 of mine.csv" in warning.value for warning in compare.warning)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02", b"a,b\n1,2\n", "é;ü\n".encode("latin-1"), b"PAR1garbage", b"case_id\n" * 3]
)
def test_what_is_no_table_is_refused_in_words(compare: AppTest, data: bytes) -> None:
    upload(compare, data)
    assert not compare.exception
    assert not compare.error
    assert compare.warning or "No table yet" in words(compare)


@pytest.mark.parametrize(
    "table",
    [
        made_up().query("label == 1"),
        made_up(models=("only",)),
        made_up().head(1),
        made_up(cases=2),
        made_up().query("centre == 'home'"),
        made_up(models=("模型 <b>ä</b> $x$ | [a](b)", "модель_*two*")),
        made_up(models=tuple(f"model number {i} with quite a long name" for i in range(20)), cases=40),
        made_up().assign(probability=0.5),
        made_up().assign(probability=lambda t: t["label"].astype(float)),
        made_up(domain="simulated"),
    ],
    ids=[
        "one class",
        "one model",
        "one row",
        "two cases",
        "one centre",
        "names",
        "many",
        "equal",
        "perfect",
        "simulated",
    ],
)
def test_odd_tables_are_compared_as_far_as_they_go(compare: AppTest, table: pd.DataFrame) -> None:
    own(compare, table)
