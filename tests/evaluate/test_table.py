"""Predictions tables: what is read, what is refused and why, on files as a user makes them."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sera_core.contracts import BadInput
from sera_core.evaluate.table import Predictions, read_predictions, template

HEADER = "case_id,patient_id,centre,role,label,model,probability"
GOOD = f"{HEADER}\na,p,X,internal,1,m,0.9\nb,q,X,internal,0,m,0.2\na,p,X,internal,1,k,0.6\n"


def read(text: str) -> Predictions:
    return read_predictions(text.encode(), "mine.csv")


def test_a_long_table_becomes_cases_by_models() -> None:
    found = read(GOOD)
    assert found.models == ("m", "k")
    assert found.centres == ("X",)
    assert found.roles == {("m", "X"): "internal", ("k", "X"): "internal"}
    np.testing.assert_array_equal(found.probability, [[0.9, 0.6], [0.2, np.nan]])
    assert found.cases.to_dict("list") == {
        "case_id": ["a", "b"],
        "patient_id": ["p", "q"],
        "centre": ["X", "X"],
        "label": [1, 0],
        "domain": ["real", "real"],
    }


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        (GOOD + "b,q,X,internal,0,m,0.3\n", "twice", "Row 5 .*repeats a case"),
        (GOOD + "c,q,X,internal,0,m,1.2\n", "probability", "Row 5"),
        (GOOD + "c,q,X,internal,0,m,-0.1\n", "probability", "Row 5"),
        (GOOD + "c,q,X,internal,0,m,high\n", "probability", "Row 5"),
        (GOOD + "c,q,X,internal,0,m,1e999\n", "probability", "Row 5"),
        (GOOD + "c,q,X,internal,2,m,0.5\n", "label", "Row 5 .*other than 0 or 1"),
        (GOOD + "c,q,X,internal,,m,0.5\n", "label", "Row 5"),
        (GOOD + "c,q,X,internal,ill,m,0.5\n", "label", r"Row 5 .*\(column label: 'ill'\)"),
        (GOOD + "b,q,X,internal,1,k,0.5\n", "label_differs", "Row 5"),
        (GOOD + "b,z,X,internal,0,k,0.5\n", "patient_id_differs", "Row 5"),
        (GOOD + "b,q,Y,internal,0,k,0.5\n", "centre_differs", "Row 5"),
        (GOOD + "c,q,X,test,0,m,0.5\n", "role", "Row 5 .*internal or external"),
        (GOOD + "c,q,X,external,0,m,0.5\n", "role_differs", "Row 5"),
        (GOOD + ",q,X,internal,0,m,0.5\n", "case_id", "Row 5 .*no case_id"),
        (GOOD + "c,q,X,internal,0,m\n", "csv_row", "row 5 has 6 columns"),
        (GOOD.replace("probability", "p"), "columns", "lacks the columns probability"),
        (HEADER + "\n", "empty", "no rows"),
        (GOOD + "c,q,X,internal,0,reader_m,0.5\n", "model_name", "Row 5"),
        (f"{HEADER},size_mm\na,p,X,internal,1,m,0.9,12\nb,q,X,internal,0,m,0.1,big\n", "size_mm", "Row 3"),
        (f"{HEADER},size_mm\na,p,X,internal,1,m,0.9,12\nb,q,X,internal,0,m,0.1,-4\n", "size_mm", "Row 3 .*outside 1"),
        (f"{HEADER},size_mm\na,p,X,internal,1,m,0.9,12\nb,q,X,internal,0,m,0.1,0.9\n", "size_mm", "Row 3 .*outside 1"),
        (f"{HEADER},size_mm\na,p,X,internal,1,m,0.9,12\na,p,X,internal,1,k,0.9,22\n", "size_mm_differs", "Row 3 .*22"),
        (
            f"{HEADER},margin\na,p,X,internal,1,m,0.9,smooth\na,p,X,internal,1,k,0.9,irregular\n",
            "margin_differs",
            "Row 3",
        ),
        (f"{HEADER},reader_a\na,p,X,internal,1,m,0.9,high\n", "reader_a", "Row 2"),
        ("", "empty", "is empty"),
        (GOOD.split("\n", 1)[1], "columns", "header, which is its first line"),
        (f"{HEADER},domain\na,p,X,internal,1,m,0.9,fake\n", "domain", "Row 2"),
        (f"{HEADER},domain\na,p,X,internal,1,m,0.9,real\nb,q,X,internal,0,m,0.9,simulated\n", "domains", "Centre X"),
    ],
)
def test_a_wrong_table_is_refused_with_the_row_and_the_reason(text: str, code: str, words: str) -> None:
    with pytest.raises(BadInput, match=words) as refusal:
        read(text)
    assert refusal.value.code == code


def test_parquet_and_csv_say_the_same(tmp_path: Path) -> None:
    table = template()
    table.to_parquet(tmp_path / "t.parquet")
    table.to_csv(tmp_path / "t.csv", index=False)
    one, other = read_predictions(tmp_path / "t.parquet"), read_predictions(tmp_path / "t.csv")
    pd.testing.assert_frame_equal(one.cases, other.cases, check_dtype=False)
    np.testing.assert_array_equal(one.probability, other.probability)
    assert one.readers == ("reader_ktirads2021",)
    assert one.key != other.key


def test_parquet_with_categories_and_index_is_read() -> None:
    table = pd.read_csv(io.StringIO(GOOD)).astype({"model": "category", "centre": "category"}).set_index("case_id")
    file = io.BytesIO()
    table.to_parquet(file)
    assert read_predictions(file.getvalue()).models == ("m", "k")


@pytest.mark.parametrize("data", [b"PAR1 nothing", b"\xff\xfe\x00 a,b\n1,2", b"\x89PNG\r\n"])
def test_bytes_that_are_no_table_are_refused(data: bytes) -> None:
    with pytest.raises(BadInput):
        read_predictions(data)


def test_a_picture_with_tabs_among_its_bytes_is_no_table_with_tabs() -> None:
    with pytest.raises(BadInput, match="not a CSV table in UTF-8"):
        read_predictions(b"\xff\xd8\xff\xe0\x00\t\x10JFIF\n\x00")


def test_a_column_given_twice_or_of_lists_is_refused() -> None:
    with pytest.raises(BadInput, match="label twice"):
        read(GOOD.replace("probability", "label", 1))
    file = io.BytesIO()
    table = pd.read_csv(io.StringIO(GOOD))
    table.assign(foci=[["punctate"]] * len(table)).to_parquet(file)
    with pytest.raises(BadInput, match="foci"):
        read_predictions(file.getvalue())


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"none\.csv cannot be read"):
        read_predictions(tmp_path / "none.csv")


def test_a_byte_order_mark_and_quoted_newlines_are_read() -> None:
    text = GOOD.replace("a,p,X", '"a\nx",p,X')
    assert read_predictions(b"\xef\xbb\xbf" + text.encode()).cases["case_id"].tolist() == ["a x", "b"]


def test_an_optional_column_takes_the_first_value_given_for_a_case() -> None:
    found = read(
        f"{HEADER},size_mm,reader_one,margin\n"
        "a,p,X,internal,1,m,0.9,,3,\na,p,X,internal,1,k,0.9,12.5,,smooth\nb,q,X,internal,0,m,0.9,,,\n"
    )
    assert found.cases["size_mm"].tolist()[0] == 12.5
    assert found.cases["reader_one"].tolist()[0] == 3
    assert found.cases["margin"].tolist()[0] == "smooth"
    assert found.cases.loc[1, ["size_mm", "reader_one", "margin"]].isna().all()


def test_internal_centres_come_first_and_a_selection_keeps_roles_and_cases_together() -> None:
    found = read(
        f"{HEADER}\na,p,E,external,1,m,0.9\nb,q,I,internal,0,m,0.1\nb,q,I,external,0,k,0.2\nc,r,E,external,0,k,0.3\n"
    )
    assert found.centres == ("I", "E")
    part = found.select(models=["k"], centres=["I"])
    assert (part.models, part.centres, part.roles) == (("k",), ("I",), {("k", "I"): "external"})
    np.testing.assert_array_equal(part.probability, [[0.2]])
    assert part.at("I").cases["case_id"].tolist() == ["b"]
    with pytest.raises(BadInput, match="at least one"):
        found.select(models=[])
    with pytest.raises(BadInput, match="no centre"):
        found.at("Z")


def test_a_view_knows_patients_raters_and_who_answered() -> None:
    found = read(
        f"{HEADER},reader_a,reader_b\n"
        "a,p,X,internal,1,m,0.9,3,\nb,p,X,internal,0,m,0.2,4,\nc,q,Y,external,0,m,0.2,5,1\na,p,X,internal,1,k,0.9,3,\n"
    )
    here = found.at("X")
    assert (here.malignant, here.benign, here.repeated) == (1, 1, True)
    assert here.raters == ("m", "k", "reader_a")
    label, score, patient = here.of("k")
    assert (label.tolist(), score.tolist(), patient.tolist()) == ([1], [0.9], [0])
    assert set(here.placements) == {"m", "reader_a"}
    assert here.pair("m", "k") is None
    assert not found.at("Y").repeated
    assert found.at("Y").raters == ("m", "reader_a", "reader_b")


def test_rows_in_another_order_give_the_same_answers() -> None:
    table = template().sample(frac=1, random_state=1)
    shuffled, straight = read(table.to_csv(index=False)), read(template().to_csv(index=False))
    for centre in straight.centres:
        one, other = straight.at(centre), shuffled.at(centre)
        assert sorted(zip(one.label, one.score("my-network"), strict=True)) == sorted(
            zip(other.label, other.score("my-network"), strict=True)
        )


@settings(max_examples=150, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 6), st.binary(max_size=8))
def test_damaged_files_are_read_or_refused_but_never_crash(seed: int, cuts: int, noise: bytes) -> None:
    random = np.random.default_rng(seed)
    data = bytearray(template().to_csv(index=False).encode())
    for _ in range(cuts):
        at = int(random.integers(0, len(data)))
        data[at : at + int(random.integers(0, 12))] = noise
    with contextlib.suppress(BadInput):
        found = read_predictions(bytes(data))
        assert 0 <= np.nanmin(found.probability) <= np.nanmax(found.probability) <= 1


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10**9), st.integers(1, 30))
def test_damaged_parquet_is_read_or_refused_but_never_crashes(seed: int, hits: int) -> None:
    random = np.random.default_rng(seed)
    file = io.BytesIO()
    template().to_parquet(file)
    data = bytearray(file.getvalue())
    for at in random.integers(4, len(data), hits):
        data[at] = random.integers(0, 256)
    with contextlib.suppress(BadInput):
        read_predictions(bytes(data))


def test_certain_probabilities_are_probabilities() -> None:
    found = read(f"{HEADER}\na,p,X,internal,1,m,1\nb,q,X,internal,0,m,0\n")
    np.testing.assert_array_equal(found.probability, [[1.0], [0.0]])


def test_an_empty_name_in_a_parquet_file_is_refused() -> None:
    """A CSV reads an empty cell as missing; here it is a word without letters among others."""
    table = pd.read_csv(io.StringIO(f"{HEADER}\na,p,X,internal,1,m,0.9\nb,q,X,internal,0,m,0.2\n"))
    file = io.BytesIO()
    table.assign(patient_id=["", "q"]).to_parquet(file, index=False)
    with pytest.raises(BadInput, match="has no patient_id"):
        read_predictions(file.getvalue())
