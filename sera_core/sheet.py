"""A CSV table as spreadsheets save it, read so that its rows keep the numbers that the spreadsheet shows.

UTF-8 with or without a byte order mark, UTF-16, or Korean cp949; commas, semicolons or tabs between the columns; blank
lines and rows of nothing but separators anywhere; headers in any case. Anything else is refused with its place.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.csv as arrow_csv
from numpy.typing import NDArray

from sera_core.contracts import READER, BadInput, Notice
from sera_core.names import identity, tidy

LABELS = {"0": 0, "1": 1, "false": 0, "true": 1, "benign": 0, "malignant": 1, "0.0": 0, "1.0": 1}
_EMPTY_START = re.compile(rb"(?:[ \t,;\"]*\r?\n)+")
_HANGUL = re.compile(r"[\x00-\x7f\u3131-\u318e\uac00-\ud7a3]*")


@dataclass(frozen=True, eq=False)
class Sheet:
    """A table read.

    Attributes
    ----------
    table : pyarrow Table
        Its columns by their :func:`canonical` names, without empty rows.
    rows : int [N]
        The number that a spreadsheet gives to each row: the header of an ordinary file is row 1.
    notices : tuple of Notice
    name : str
        What messages call it.
    """

    table: pa.Table
    rows: NDArray[np.int64]
    notices: tuple[Notice, ...] = ()
    name: str = "the table"

    def refuse(self, wrong: NDArray[np.bool_], code: str, reason: str, column: str = "") -> None:
        """Refuse the table where any row is wrong, naming the first one and, with ``column``, its very cell."""
        if not wrong.any():
            return
        at = int(np.argmax(wrong))
        said = self.table[column][at].as_py() if column else None
        cell = f" (column {column}: {str(said)[:40]!r})" if said is not None else ""
        raise BadInput(code, f"Row {self.rows[at]} of {self.name} {reason}{cell}: mend that row.")


def canonical(header: str) -> str:
    """A column's name as the program knows it: ``"Case ID "`` is ``case_id``; a reader's own name keeps its case."""
    name = identity(header).replace(" ", "_")
    return READER + tidy(header)[len(READER) :] if name.startswith(READER) else name


def named(table: pa.Table, name: str) -> pa.Table:
    """The table with canonical column names; two columns of one name are refused."""
    names = [canonical(header) for header in table.column_names]
    known = [identity(header) for header in names]
    twice = sorted({header for header, same in zip(names, known, strict=True) if header and known.count(same) > 1})
    if twice:
        raise BadInput("columns_twice", f"{name} has the columns {', '.join(twice)} twice: keep one of each.")
    return table.rename_columns(names)


def read_sheet(data: bytes, name: str, text: Collection[str] | None = None) -> Sheet:
    """Read a CSV table.

    Parameters
    ----------
    data : bytes
    name : str
        What messages call it.
    text : collection of str, optional
        Columns to read as text; all by default. Others become numbers or truth values where every cell is one.

    Raises
    ------
    BadInput
        When it is no table in a known encoding, is empty, or a row has too many or too few cells.
    """
    data, notices = _utf8(data, name)
    above = _EMPTY_START.match(data)
    skipped = above.group().count(b"\n") if above else 0
    data = data[above.end() :] if above else data
    if not data.strip():
        raise BadInput("empty", f"{name} is empty: it needs a header and at least one row below it.")
    separator = _separator(data)
    try:
        table = _parsed(data, name, separator, text, skipped)
    except (pa.ArrowInvalid, csv.Error) as error:
        raise _no_csv(name) from error
    filled = _filled(table)
    rows = np.arange(table.num_rows, dtype=np.int64) + 2 + skipped
    if filled is not None:
        table, rows = table.filter(pa.array(filled)), rows[filled]
    kept = [place for place, header in enumerate(table.column_names) if header.strip()]
    return Sheet(named(table.select(kept), name), rows, notices, name)


def _parsed(data: bytes, name: str, separator: str, text: Collection[str] | None, skipped: int) -> pa.Table:
    def refuse_row(row: arrow_csv.InvalidRow) -> str:
        found.append(f"row {row.number + skipped} has {row.actual_columns} columns, the header {row.expected_columns}")
        return "skip"

    found: list[str] = []
    headers = next(csv.reader(io.StringIO(data[:100_000].decode(errors="ignore"), newline=""), delimiter=separator))
    types = {header: pa.string() for header in headers if text is None or canonical(header) in text}
    table = arrow_csv.read_csv(
        io.BytesIO(data),
        read_options=arrow_csv.ReadOptions(use_threads=False),  # several threads do not count rows
        parse_options=arrow_csv.ParseOptions(
            delimiter=separator, invalid_row_handler=refuse_row, newlines_in_values=True, ignore_empty_lines=False
        ),
        convert_options=arrow_csv.ConvertOptions(column_types=types, null_values=[""], strings_can_be_null=True),
    )
    if found:
        raise BadInput("csv_row", f"In {name}, {found[0]}: mend that row.")
    return table


def _separator(data: bytes) -> str:
    header = re.sub(rb'"[^"]*"', b"", data.split(b"\n", 1)[0])
    return max((",", ";", "\t"), key=lambda sign: header.count(sign.encode()))


def _filled(table: pa.Table) -> NDArray[np.bool_] | None:
    """Rows in which at least one cell says something; None where all do."""
    empty = None
    for column in sorted(table.columns, key=lambda one: pa.types.is_string(one.type)):  # a number's cell is soon seen
        blank = pc.is_null(column)
        if pa.types.is_string(column.type):
            blank = pc.or_(blank, pc.equal(pc.utf8_trim_whitespace(pc.fill_null(column, "")), ""))
        empty = blank if empty is None else pc.and_(empty, blank)
        if not pc.any(empty).as_py():
            return None
    return None if empty is None else ~empty.to_numpy()


def _utf8(data: bytes, name: str) -> tuple[bytes, tuple[Notice, ...]]:
    """The same table in UTF-8 without a byte order mark."""
    if data[:2] in (b"\xff\xfe", b"\xfe\xff"):
        try:
            return data.decode("utf-16").encode(), ()
        except UnicodeDecodeError as error:
            raise BadInput("no_csv", f"{name} is damaged text in UTF-16: export it again as CSV UTF-8.") from error
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        data.decode()  # pyarrow itself does not check the header
        return data, ()
    except UnicodeDecodeError as error:
        korean = _korean(data)
        if korean is None:
            raise _unknown(data, error.start, name) from error
        said = f"{name} is not in UTF-8 and was read as Korean (cp949): check its names."
        return korean.encode(), (Notice("encoding", said),)


def _korean(data: bytes) -> str | None:
    """Text in cp949, of which every letter beyond ASCII is Hangul: other encodings do not pass for it."""
    try:
        text = data.decode("cp949")
    except UnicodeDecodeError:
        return None
    return text if "\x00" not in text and _HANGUL.fullmatch(text) else None


def _no_csv(name: str) -> BadInput:
    return BadInput("no_csv", f"{name} is not a CSV table in UTF-8 with a header line: export it again.")


def _unknown(data: bytes, at: int, name: str) -> BadInput:
    """The refusal of bytes that are no known text; for what looks like a table, with the cell."""
    before = data[:at].decode()
    if "\n" not in before or "\x00" in before:
        return _no_csv(name)
    separator = _separator(data)
    rows = list(csv.reader(io.StringIO(before, newline=""), delimiter=separator))
    header, cell = rows[0], max(len(rows[-1]) - 1, 0)
    column = header[cell] if len(rows) > 1 and cell < len(header) else str(cell + 1)
    return BadInput(
        "encoding",
        f"Row {len(rows)} of {name} has a letter in the column {column} that is neither UTF-8 nor Korean cp949: save "
        "the table as CSV UTF-8.",
    )
