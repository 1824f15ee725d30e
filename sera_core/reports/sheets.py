"""The per-centre table as a file: numbers for a program (CSV, Excel), or as a paper prints it (LaTeX, Markdown)."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path

import pandas as pd

from sera_core import escape
from sera_core.contracts import NOT_A_DEVICE, BadInput
from sera_core.evaluate.percentre import printed
from sera_core.files import whole_file


def write(table: pd.DataFrame, file: Path) -> None:
    """Write a table of :func:`~sera_core.evaluate.percentre.per_centre`; the ending says in which form.

    Raises
    ------
    BadInput
        For another ending than those of :data:`FORMS`.
    """
    form = FORMS.get(file.suffix.lower())
    if form is None:
        raise BadInput("bad_ending", f"{file.name} must end in {', '.join(FORMS)}: choose one.")
    with whole_file(file) as part:
        part.write_bytes(form(table))


def csv(table: pd.DataFrame) -> bytes:
    """Numbers in full, one column each."""
    return escape.csv(table).encode()


def excel(table: pd.DataFrame) -> bytes:
    """An Excel workbook: the numbers, and beside them the sheet as a paper prints it."""
    from openpyxl.utils import get_column_letter

    file = io.BytesIO()
    with pd.ExcelWriter(file, engine="openpyxl") as book:
        for name, one in (("numbers", table), ("as printed", printed(table))):
            escape.cells(one).to_excel(book, sheet_name=name, index=False, freeze_panes=(1, 1))
            sheet = book.sheets[name]
            sheet.auto_filter.ref = sheet.dimensions
            for place, column in enumerate(one.columns, start=1):
                wide = max(len(str(column)), *(len(str(value)) for value in one.iloc[:20, place - 1]), 6)
                sheet.column_dimensions[get_column_letter(place)].width = min(wide, 30) + 2
    return file.getvalue()


def latex(table: pd.DataFrame) -> bytes:
    """A LaTeX table (package booktabs): turned, one line a measure, so that it fits a page."""
    words = printed(table).set_index(["centre", "model"]).T
    head = f"% {NOT_A_DEVICE}\n"
    return (head + words.to_latex(escape=True, multicolumn_format="l")).encode()


def markdown(table: pd.DataFrame) -> bytes:
    """A Markdown table, one line a model and centre."""
    words = printed(table).astype(str)
    for column in ("centre", "model", "source of cut-off"):
        words[column] = words[column].map(escape.markdown)
    rows = [list(words.columns), ["---"] * words.shape[1], *words.to_numpy().tolist()]
    return ("\n".join(f"| {' | '.join(row)} |" for row in rows) + f"\n\n{NOT_A_DEVICE}\n").encode()


FORMS: Mapping[str, Callable[[pd.DataFrame], bytes]] = {
    ".csv": csv,
    ".xlsx": excel,
    ".tex": latex,
    ".md": markdown,
}
