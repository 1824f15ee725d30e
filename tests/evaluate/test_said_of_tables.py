"""What a table that cannot be read is told: the code, the row, the cell and the whole sentence."""

from __future__ import annotations

import io
from collections.abc import Callable

import pandas as pd
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.table import read_predictions
from sera_core.wording.refusals import WRONG_LABEL

HEADER = "case_id,patient_id,centre,role,label,model,probability"
GOOD = f"{HEADER}\na,p,X,internal,1,m,0.9\nb,q,X,internal,0,m,0.2\na,p,X,internal,1,k,0.6\n"


def text(rows: str) -> Callable[[], object]:
    return lambda: read_predictions(rows.encode(), "mine.csv")


def with_column(column: str, first: str, second: str) -> Callable[[], object]:
    """Two rows of case a, with another column."""
    return text(f"{HEADER},{column}\na,p,X,internal,1,m,0.9,{first}\na,p,X,internal,1,k,0.6,{second}\n")


SAID = [
    (
        text(GOOD.replace("0.9", "").replace("0.2", "").replace("0.6", "")),
        "no_answers",
        "No row of mine.csv has a probability: fill in that column.",
    ),
    (
        text(GOOD + "b,q,X,internal,0,m,0.3\n"),
        "twice",
        "Row 5 of mine.csv repeats a case for the same model (column case_id: 'b'): mend that row.",
    ),
    (
        text(GOOD + "b,z,X,internal,0,k,0.3\n"),
        "patient_id_differs",
        "Row 5 of mine.csv gives its case another patient_id than an earlier row (column patient_id: 'z'): "
        "mend that row.",
    ),
    (
        text(GOOD + "c,z,X,external,0,k,0.3\n"),
        "role_differs",
        "Row 5 of mine.csv gives its model and centre another role than an earlier row (column role: 'external'): "
        "mend that row.",
    ),
    (
        text(GOOD + "c,z,X,test,0,k,0.3\n"),
        "role",
        "Row 5 of mine.csv has a role other than internal or external (column role: 'test'): mend that row.",
    ),
    (
        text(GOOD + "c,z,X,internal,0,k,1.3\n"),
        "probability",
        "Row 5 of mine.csv has no probability between 0 and 1 (column probability: '1.3'): mend that row.",
    ),
    (
        text(f"{HEADER},cutoff\na,p,X,internal,1,m,0.9,high\n"),
        "cutoff",
        "Row 2 of mine.csv has a cutoff that is no number from 0 to 1 (column cutoff: 'high'): mend that row.",
    ),
    (
        text(f"{HEADER},cutoff\na,p,X,internal,1,m,0.9,2\n"),
        "cutoff",
        "Row 2 of mine.csv has a cutoff that is no number from 0 to 1 (column cutoff: '2'): mend that row.",
    ),
    (
        text(f"{HEADER},cutoff\na,p,X,internal,1,m,0.9,0.5\nb,q,X,internal,0,m,0.9,0.75\n"),
        "cutoff_differs",
        "Row 3 of mine.csv gives its model another cutoff than an earlier row (column cutoff: '0.75'): mend that row.",
    ),
    (
        with_column("size_mm", "12", "22"),
        "size_mm_differs",
        "Row 3 of mine.csv has another size_mm than an earlier row of the same case (column size_mm: '22'): "
        "mend that row.",
    ),
    (
        with_column("size_mm", "12", "big"),
        "size_mm",
        "Row 3 of mine.csv has a size_mm that is no number (column size_mm: 'big'): mend that row.",
    ),
    (
        with_column("size_mm", "900", "900"),
        "size_mm",
        "Row 2 of mine.csv has a size_mm outside 1 ... 150 (column size_mm: '900'): mend that row.",
    ),
    (
        with_column("domain", "fake", "fake"),
        "domain",
        "Row 2 of mine.csv has an unknown domain (column domain: 'fake'): mend that row.",
    ),
    (
        text(f"{HEADER},domain\na,p,X,internal,1,m,0.9,real\nb,q,X,internal,0,m,0.9,simulated\n"),
        "domains",
        "Centre X of mine.csv has real and simulated cases: give each kind its own centre.",
    ),
    (
        text(GOOD.replace("probability", "chance")),
        "columns",
        "mine.csv lacks the columns probability: name them so in its header.",
    ),
    (
        text(f"{HEADER}\na,p,X,internal,malignant,m,0.9\nb,q,X,internal,,m,0.2\n"),
        "label",
        f"Row 3 of mine.csv {WRONG_LABEL}: mend that row.",
    ),
    (text(HEADER + "\n"), "empty", "mine.csv has no rows: give one row a case and model."),
    (
        lambda: read_predictions(b"PAR1 and no more", "mine.parquet"),
        "no_parquet",
        "mine.parquet is a damaged Parquet file: export it again.",
    ),
]


@pytest.mark.parametrize(("ask", "code", "words"), SAID, ids=[f"{code}-{k}" for k, (_, code, _) in enumerate(SAID)])
def test_a_refused_table_says_what_why_and_how_to_mend_it(ask: Callable[[], object], code: str, words: str) -> None:
    with pytest.raises(BadInput) as refused:
        ask()
    assert (refused.value.code, str(refused.value)) == (code, words)


def test_more_cells_than_memory_holds_are_refused_before_they_are_made() -> None:
    cases = [f"c{k},p,X,internal,1,m,0.5" for k in range(10_001)]
    models = [f"c0,p,X,internal,1,k{k},0.5" for k in range(9_999)]
    with pytest.raises(BadInput) as refused:
        read_predictions("\n".join([HEADER, *cases, *models]).encode(), "mine.csv")
    said = "mine.csv has too many models for its cases: split it into several tables."
    assert (refused.value.code, str(refused.value)) == ("too_large", said)


def test_a_column_of_lists_is_no_name() -> None:
    rows, data = pd.read_csv(io.StringIO(GOOD)), io.BytesIO()
    rows.assign(centre=[["X"]] * len(rows)).to_parquet(data)
    with pytest.raises(BadInput) as refused:
        read_predictions(data.getvalue(), "mine.parquet")
    said = "The column centre of mine.parquet holds no plain words: export it as text."
    assert (refused.value.code, str(refused.value)) == ("words", said)


def test_rows_without_a_probability_are_told_as_refused() -> None:
    (told,) = read_predictions(GOOD.replace("0.2", "").encode()).notices
    assert told.code == "unanswered"
    assert told.message == "1 rows have no probability: there the model was asked and gave no answer."
    assert read_predictions(GOOD.encode()).notices == ()


def test_the_answers_of_a_model_that_refused_stay_with_their_cases_and_models() -> None:
    found = read_predictions((GOOD + "b,q,X,internal,0,k,\nc,r,Y,internal,0,m,0.1\n").encode())
    assert found.refused is not None
    assert found.refused.dtype == bool
    assert found.refused.tolist() == [[False, False], [False, True], [False, False]]
    part = found.select(["k"], ["X"])
    assert part.refused is not None
    assert part.refused.tolist() == [[False], [True]]
    assert part.at("X").refused_by("k").tolist() == [False, True]
    assert read_predictions(GOOD.encode()).refused is None


def test_two_columns_of_one_name_in_parquet_are_told_with_the_file() -> None:
    rows = pd.read_csv(io.StringIO(GOOD)).assign(**{"Case ID": "x"})
    data = io.BytesIO()
    rows.to_parquet(data)
    with pytest.raises(BadInput) as refused:
        read_predictions(data.getvalue(), "mine.parquet")
    assert (refused.value.code, "mine.parquet" in str(refused.value)) == ("columns_twice", True)
