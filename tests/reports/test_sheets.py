"""The per-centre table: the numbers of the comparison, in four forms that other programs open."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pytest

from sera_core.cli import main
from sera_core.contracts import BadInput
from sera_core.evaluate.compare import compare
from sera_core.evaluate.percentre import MEASURES, per_centre, printed
from sera_core.reports.sheets import FORMS, write
from tests.predicted import made_up, read


@pytest.fixture(scope="module")
def table() -> pd.DataFrame:
    predictions = read(made_up(models=("=cmd|' /C calc'!A0", "50 % & more_"), cases=60, readers=True))
    return per_centre(predictions, compare(predictions))


def test_one_line_a_model_and_centre_with_counts_that_add_up(table: pd.DataFrame) -> None:
    assert len(table) == 2 * 3
    assert set(table["role"]) == {"internal", "external", "reader"}
    assert (table[["TP", "FN"]].sum(axis=1) == table["positive"]).all()
    assert (table[["FP", "TN"]].sum(axis=1) == table["negative"]).all()
    assert table["sensitivity"].to_numpy() == pytest.approx((table["TP"] / table["positive"]).to_numpy())
    for metric in MEASURES[:6]:
        assert (table[f"{metric}_low"] <= table[metric]).all()
        assert (table[metric] <= table[f"{metric}_high"]).all()
    home = table[(table["centre"] == "home") & (table["role"] == "internal")]
    assert home["cutoff_source"].str.endswith("(this centre)").all()
    assert not table[table["centre"] == "away"]["cutoff_source"].str.contains("this centre").any()


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_programs_read_the_numbers_back_in_full(table: pd.DataFrame, ending: str, tmp_path: Path) -> None:
    file = tmp_path / f"table{ending}"
    write(table, file)
    back = pd.read_csv(file) if ending == ".csv" else pd.read_excel(file, sheet_name="numbers")
    numbers = table.select_dtypes("number").columns
    np.testing.assert_allclose(back[numbers].to_numpy(float), table[numbers].to_numpy(float), rtol=1e-12)


def test_no_name_becomes_a_formula_of_a_spreadsheet(table: pd.DataFrame) -> None:
    book = openpyxl.load_workbook(io.BytesIO(FORMS[".xlsx"](table)))
    assert book.sheetnames == ["numbers", "as printed"]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell.coordinate for cell in cells if cell.data_type == "f"]


def test_latex_and_markdown_are_escaped_and_whole(table: pd.DataFrame) -> None:
    latex = FORMS[".tex"](table).decode()
    assert r"50 \% \& more\_" in latex
    assert latex.count(r"\begin{tabular}") == 1
    lines = FORMS[".md"](table).decode().splitlines()
    assert len(lines) == 2 + len(table) + 2
    assert len({line.replace("\\|", "").count("|") for line in lines[: 2 + len(table)]}) == 1
    row = printed(table).iloc[0]
    assert row["sensitivity"] == "{:.3f} ({:.3f}–{:.3f})".format(
        *table.iloc[0][["sensitivity", "sensitivity_low", "sensitivity_high"]]
    )


def test_the_command_writes_it(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, file = tmp_path / "mine.csv", tmp_path / "paper.tex"
    made_up(cases=40).to_csv(source, index=False)
    assert main(["evaluate", str(source), "--table", str(file), "--json"]) == 0
    assert "alpha" in file.read_text()
    assert main(["evaluate", str(source), "--table", str(tmp_path / "paper.docx")]) == 2
    assert "must end in .csv, .xlsx, .tex, .md" in capsys.readouterr().err
    with pytest.raises(BadInput, match="must end in"):
        write(pd.DataFrame(), tmp_path / "x.pdf")
