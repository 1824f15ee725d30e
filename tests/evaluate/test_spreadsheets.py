"""Tables as spreadsheets save them, and names as people type them: read, or refused with the very cell."""

from __future__ import annotations

import io
from csv import reader

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.escape import csv
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.table import read_predictions
from tests.predicted import made_up

HEAD = "case_id,patient_id,centre,role,label,model,probability"
ROWS = [
    f"{c}-{i},p{i},{c},external,{i % 2},{m},{0.1 + 0.8 * (i % 2):.2f}"
    for c in ("Seoul", "Busan")
    for m in "ab"
    for i in range(6)
]
PLAIN = "\n".join([HEAD, *ROWS]) + "\n"


def read(text: str | bytes) -> Predictions:
    return read_predictions(text if isinstance(text, bytes) else text.encode(), "mine.csv")


def alike(found: Predictions, shown: bool = True) -> None:
    """The same numbers as the plain table, and with ``shown`` the same names."""
    plain = read(PLAIN)
    np.testing.assert_array_equal(found.probability, plain.probability)
    assert found.cases["label"].tolist() == plain.cases["label"].tolist()
    if shown:
        assert found.cases["centre"].tolist() == plain.cases["centre"].tolist()
        assert (found.models, found.roles) == (plain.models, plain.roles)


# ---- what is read ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        PLAIN.replace("\n", "\r\n"),
        PLAIN + ",,,,,,\n,,,,,,\n",
        PLAIN + "\n\n  ,,,,,,\n",
        PLAIN.replace("\n", "\n\n", 3),
        "\n\n" + PLAIN,
        PLAIN.replace(HEAD, HEAD.title()),
        PLAIN.replace(HEAD, " Case ID , PATIENT_ID,Centre,ROLE,Label,Model ,Probability"),
        PLAIN.replace("external", "External "),
        PLAIN.replace(",0,", ",FALSE,").replace(",1,", ",TRUE,"),
        PLAIN.replace(",0,", ",Benign,").replace(",1,", ",malignant,"),
        PLAIN.replace(",0,", ",0.0,").replace(",1,", ",1.0,"),
        PLAIN.replace(",", ";"),
        PLAIN.replace(",", ";").replace("0.", "0,"),
        PLAIN.replace(",", "\t").replace("0.", "0,"),
        "\n".join(line + "," for line in PLAIN.splitlines()),
    ],
)
def test_the_same_table_in_another_dress_gives_the_same_numbers(text: str) -> None:
    alike(read(text))


def test_quoted_decimal_commas_are_read() -> None:
    alike(
        read(
            "\n".join(
                [
                    HEAD,
                    *(
                        row[: row.rindex(",")] + ',"' + row[row.rindex(",") + 1 :].replace(".", ",") + '"'
                        for row in ROWS
                    ),
                ]
            )
        )
    )


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_other_forms_of_unicode_are_read(encoding: str) -> None:
    mark = {"utf-16-le": b"\xff\xfe", "utf-16-be": b"\xfe\xff"}.get(encoding, b"")
    alike(read(mark + PLAIN.encode(encoding)))


def test_korean_cp949_is_read_and_told() -> None:
    found = read(PLAIN.replace("Busan", "부산").encode("cp949"))
    assert found.centres == ("Seoul", "부산")
    assert [notice.code for notice in found.notices] == ["encoding"]


def test_another_encoding_is_refused_with_its_cell() -> None:
    with pytest.raises(
        BadInput, match=r"Row 14 of mine\.csv has a letter in the column case_id .*CSV UTF-8"
    ) as refusal:
        read(PLAIN.replace("Busan", "Zürich").encode("cp1252"))
    assert refusal.value.code == "encoding"


# ---- rows are counted as a spreadsheet counts them ---------------------------------------------------------------


@pytest.mark.parametrize("blank", ["\n", "\n\n", ",,,,,,\n", ' ,"",,,,,\n'])
def test_blank_lines_count_as_rows(blank: str) -> None:
    lines = PLAIN.splitlines(keepends=True)
    bad = lines[5].replace("external", "elsewhere")
    text = "".join([lines[0], blank, *lines[1:5], bad, *lines[6:]])
    row = 6 + (blank.count("\n"))
    with pytest.raises(BadInput, match=rf"Row {row} of mine\.csv has a role .*\(column role: 'elsewhere'\)"):
        read(text)


def test_the_row_is_the_one_that_python_counts() -> None:
    """Quoted newlines and blank rows: the row is that of the csv module, which keeps blank lines as rows."""
    wrong = "last,p10,Seoul,external,1,a,1.5"
    text = "\n".join([HEAD, *ROWS[:4], "", '"two\nlines",p9,Seoul,external,1,a,0.5', "", ",,,,,,", wrong])
    row = 1 + next(k for k, cells in enumerate(reader(io.StringIO(text))) if cells and cells[-1] == "1.5")
    with pytest.raises(
        BadInput, match=rf"Row {row} of .*no probability between 0 and 1 \(column probability: '1\.5'\)"
    ):
        read(text)


def test_a_row_of_the_wrong_length_is_counted_alike() -> None:
    with pytest.raises(BadInput, match="row 5 has 6 columns"):
        read("\n".join([HEAD, "", ROWS[0], "", "x,p,Seoul,external,1,a", ROWS[1]]))


# ---- names -------------------------------------------------------------------------------------------------------


def test_spellings_of_a_centre_are_one_centre_and_the_first_is_shown() -> None:
    text = PLAIN.replace("Seoul,external", "Seoul ,external", 2).replace("Busan,external", "ＢＵＳＡＮ,external", 1)
    found = read(text)
    alike(found, shown=False)
    assert set(found.centres) == {"Seoul", "ＢＵＳＡＮ"}
    (notice,) = found.notices
    assert notice.code == "spellings"
    assert "'Busan'" in notice.message


def test_spellings_of_models_patients_and_cases_are_one() -> None:
    found = read(PLAIN.replace(",b,0.1", ",B ,0.1").replace("Seoul-0,p0", "SEOUL-0 ,P0", 1))
    alike(found, shown=False)
    assert found.models == ("a", "B")


def test_a_case_repeated_in_another_spelling_is_refused() -> None:
    with pytest.raises(BadInput, match="repeats a case"):
        read(PLAIN + ROWS[0].replace("Seoul-0", "seoul-0 ").replace(",a,", ",A,") + "\n")


def test_columns_that_differ_only_in_case_are_refused() -> None:
    with pytest.raises(BadInput, match="twice"):
        read(PLAIN.replace("probability", "probability,Label ").replace("0.10", "0.10,0").replace("0.90", "0.90,1"))


def test_readers_keep_their_own_name() -> None:
    lines = [f"{HEAD},Reader_Kim ", *(f"{row},{k % 3}" for k, row in enumerate(ROWS))]
    assert read("\n".join(lines)).readers == ("reader_Kim",)


def test_descriptors_are_words_in_any_case() -> None:
    lines = [f"{HEAD},Composition,Domain", *(f"{row},{(' Solid', 'solid')[k % 2]},REAL" for k, row in enumerate(ROWS))]
    found = read("\n".join(lines))
    assert set(found.cases["composition"]) == {"solid"}
    assert set(found.domains.values()) == {"real"}


# ---- ids that restart at each hospital ---------------------------------------------------------------------------


def test_ids_that_restart_at_each_centre_are_told_apart() -> None:
    text = PLAIN.replace("Seoul-", "").replace("Busan-", "")
    found = read(text)
    alike(found)
    assert found.cases["case_id"].tolist()[:2] == ["Seoul/0", "Seoul/1"]
    assert [notice.code for notice in found.notices] == ["restarting_ids"]


def test_an_id_that_only_moves_is_still_refused() -> None:
    with pytest.raises(BadInput, match="another centre"):
        read("\n".join([HEAD, "1,p,Seoul,external,1,a,0.9", "1,p,Busan,external,1,b,0.9"]))


# ---- what a spreadsheet may not compute --------------------------------------------------------------------------


def test_what_we_export_is_read_back_with_its_names() -> None:
    table = made_up(models=("=1+1", "@SUM(A1)", "plain"))
    table["centre"] = table["centre"].replace("away", "+A1")
    text = csv(table)
    assert ",'=1+1," in text
    assert ",'+A1," in text
    found = read(text)
    assert found.models == ("=1+1", "@SUM(A1)", "plain")
    assert set(found.centres) == {"home", "+A1"}
