"""One predictions table, read from CSV or Parquet, checked row by row, and kept as cases x models.

Columns (long: one row a case and model): ``case_id, patient_id, centre, role, label, model, probability``; optional
``size_mm, log_likelihood_ratio, domain``, descriptors, and ``reader_<name>`` (scores, higher is more suspicious).
"""

from __future__ import annotations

import hashlib
import io
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.csv as arrow_csv
import pyarrow.parquet as arrow_parquet
from numpy.typing import NDArray

from sera_core.contracts import READER, BadInput, Domain, Role
from sera_core.evaluate.predictions import Floats, Ints, Predictions
from sera_core.sizes import LARGEST_MM, SMALLEST_MM, possible, rounded
from sera_core.wording.refusals import WRONG_LABEL

TEXT = ("case_id", "patient_id", "centre", "role", "model")
REQUIRED = (*TEXT, "label", "probability")
DESCRIPTORS = ("composition", "echogenicity", "shape", "margin", "foci")
NUMBERS = ("size_mm", "log_likelihood_ratio")
WORDS = (*DESCRIPTORS, "domain", "seed")  # a simulated case's seed has 63 bits: only as text it stays exact
MOST_CELLS = 100_000_000  # cases x models kept in memory: 0.8 GB


def read_predictions(source: Path | bytes, name: str = "the table", domain: Domain = "real") -> Predictions:
    """Read and check a predictions table.

    Parameters
    ----------
    source : Path or bytes
        CSV (UTF-8, commas) or Parquet; which one is seen from the content.
    name : str
        What messages call bytes; a path goes by its own name.
    domain : "real" or "simulated"
        Of all rows where the table has no column ``domain``.

    Raises
    ------
    BadInput
        When it is no table, lacks columns or rows, or a row is wrong; the message names the row (the header is row 1)
        and the reason.
    """
    if isinstance(source, Path):
        name = source.name
        try:
            source = source.read_bytes()
        except OSError as error:
            raise BadInput("no_file", f"{name} cannot be read ({error.strerror}): check the path.") from error
    table = _parquet(source, name) if source[:4] == b"PAR1" else _csv(source, name)
    try:
        return check(table, name, domain, hashlib.sha256(source).hexdigest())
    except (pa.ArrowException, UnicodeDecodeError) as error:  # some damage shows only when a column is looked at
        raise BadInput("damaged", f"{name} is damaged: export it again.") from error


def template() -> pd.DataFrame:
    """A small valid table to start from, with every optional column."""
    rows = [
        ("clinic-1/001", "p1", "clinic-1", "internal", 1, "my-network", 0.81, 14.0, 5.0),
        ("clinic-1/002", "p2", "clinic-1", "internal", 0, "my-network", 0.12, 8.5, 3.0),
        ("clinic-2/001", "p3", "clinic-2", "external", 1, "my-network", 0.64, 22.0, 4.0),
        ("clinic-2/002", "p4", "clinic-2", "external", 0, "my-network", 0.35, 11.0, 4.0),
    ]
    columns = [*TEXT[:4], "label", "model", "probability", "size_mm", "reader_ktirads2021"]
    words = {"composition": "solid", "echogenicity": "hypoechoic", "shape": "wider_than_tall", "margin": "smooth"}
    return pd.DataFrame(rows, columns=columns).assign(**words, foci="punctate", domain="real")


def check(table: pa.Table, name: str, domain: Domain, key: str) -> Predictions:
    """A long table as :class:`Predictions`; see :func:`read_predictions` for what is refused."""
    names_given = table.column_names
    twice = sorted({column for column in names_given if names_given.count(column) > 1})
    if twice:
        raise BadInput("columns_twice", f"{name} has the columns {', '.join(twice)} twice: keep one of each.")
    missing = [column for column in REQUIRED if column not in names_given]
    if missing:
        headless = ", which is its first line" if len(missing) == len(REQUIRED) else ""
        raise BadInput(
            "columns", f"{name} lacks the columns {', '.join(missing)}: name them so in its header{headless}."
        )
    if table.num_rows == 0:
        raise BadInput("empty", f"{name} has no rows: give one row a case and model.")
    codes, names = _coded(table, name)
    label, probability = _number(table, "label"), _number(table, "probability")
    _refuse(name, ~np.isin(label, (0, 1)), "label", WRONG_LABEL)
    _refuse(name, ~((probability >= 0) & (probability <= 1)), "probability", "has no probability between 0 and 1")
    _refuse_roles(codes, names, name)
    like_reader = np.array([model.startswith(READER) for model in names["model"]])
    _refuse(name, like_reader[codes["model"]], "model_name", f"has a model named {READER}..., as reader columns are")
    cells = codes["case_id"] * len(names["model"]) + codes["model"]
    _refuse(name, pd.Series(cells).duplicated().to_numpy(), "twice", "repeats a case for the same model")
    first = _first(codes["case_id"], len(names["case_id"]))
    same = {"label": label, "centre": codes["centre"], "patient_id": codes["patient_id"]}
    for column, values in same.items():
        differs = values != values[first][codes["case_id"]]
        _refuse(name, differs, f"{column}_differs", f"gives its case another {column} than an earlier row")
    if len(first) * len(names["model"]) > MOST_CELLS:
        raise BadInput("too_large", f"{name} has too many models for its cases: split it into several tables.")
    wide = np.full((len(first), len(names["model"])), np.nan)
    wide[codes["case_id"], codes["model"]] = probability
    cases = _cases(table, name, codes["case_id"], first, label)
    _check_domains(cases, table, name, domain)
    return Predictions(cases, tuple(names["model"]), wide, _roles(codes, names), key)


def _csv(data: bytes, name: str) -> pa.Table:
    def refuse_row(row: arrow_csv.InvalidRow) -> str:
        found.append(f"row {row.number} has {row.actual_columns} columns, the header {row.expected_columns}")
        return "skip"

    found: list[str] = []
    text = dict.fromkeys((*TEXT, *WORDS), pa.string())
    try:
        data.decode()  # pyarrow itself checks neither the header nor a row of the wrong length
        _refuse_separator(data, name)
        table = arrow_csv.read_csv(
            io.BytesIO(data),
            read_options=arrow_csv.ReadOptions(use_threads=False),  # several threads do not count rows
            parse_options=arrow_csv.ParseOptions(invalid_row_handler=refuse_row, newlines_in_values=True),
            convert_options=arrow_csv.ConvertOptions(column_types=text, null_values=[""], strings_can_be_null=True),
        )
    except (pa.ArrowInvalid, UnicodeDecodeError) as error:
        raise BadInput("no_csv", f"{name} is not a CSV table in UTF-8 with a header line: export it again.") from error
    if found:
        raise BadInput("csv_row", f"In {name}, {found[0]}: mend that row.")
    return table


def _refuse_separator(data: bytes, name: str) -> None:
    """Say what is wrong with a spreadsheet's export in other ways, which lacks columns only to a program."""
    header = data.split(b"\n", 1)[0]
    for sign, word in ((b";", "semicolons"), (b"\t", "tabs")):
        if sign in header and b"," not in header:
            raise BadInput(
                "separator",
                f"{name} has {word} between its columns: save it with commas, and with points in its decimal numbers.",
            )
    if not header.strip():
        raise BadInput("empty", f"{name} is empty: give one row a case and model, below a header.")


def _parquet(data: bytes, name: str) -> pa.Table:
    try:
        return arrow_parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise BadInput("no_parquet", f"{name} is a damaged Parquet file: export it again.") from error


def _coded(table: pa.Table, name: str) -> tuple[dict[str, Ints], dict[str, list[str]]]:
    """Each text column as numbers of its distinct words, in the order of the table."""
    codes, names = {}, {}
    for column in TEXT:
        values = _words(table, column, name).combine_chunks().dictionary_encode()
        values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        found = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        _refuse(name, found < 0, column, f"has no {column}")
        codes[column], names[column] = found, values.dictionary.to_pylist()
    return codes, names


def _number(table: pa.Table, column: str) -> Floats:
    """A column as numbers, NaN where it holds none; true and false are no numbers."""
    kind = table[column].type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return table[column].cast(pa.float64()).to_numpy()
    if pa.types.is_string(kind) or pa.types.is_large_string(kind):
        return pd.to_numeric(table[column].to_pandas(), errors="coerce").to_numpy(np.float64)
    return np.full(table.num_rows, np.nan)


def _is_nan(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """True where a column of floats holds NaN, which means the same as nothing."""
    if not pa.types.is_floating(column.type):
        return np.zeros(len(column), bool)
    return np.isnan(column.to_numpy())


def _words(table: pa.Table, column: str, name: str) -> pa.ChunkedArray:
    try:
        return table[column].cast(pa.string())
    except pa.ArrowException as error:
        raise BadInput("words", f"The column {column} of {name} holds no plain words: export it as text.") from error


def _refuse(name: str, wrong: NDArray[np.bool_], code: str, reason: str) -> None:
    if wrong.any():
        raise BadInput(code, f"Row {int(np.argmax(wrong)) + 2} of {name} {reason}: mend that row.")


def _refuse_roles(codes: dict[str, Ints], names: dict[str, list[str]], name: str) -> None:
    known = np.array([role in ("internal", "external") for role in names["role"]])
    _refuse(name, ~known[codes["role"]], "role", "has a role other than internal or external")
    pair = codes["model"] * len(names["centre"]) + codes["centre"]
    first = _first(pair, len(names["model"]) * len(names["centre"]))
    differs = codes["role"] != codes["role"][first][pair]
    _refuse(name, differs, "role_differs", "gives its model and centre another role than an earlier row")


def _first(codes: Ints, size: int) -> Ints:
    """Row at which each number occurs first (0 where it never does)."""
    first = np.zeros(size, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def _roles(codes: dict[str, Ints], names: dict[str, list[str]]) -> dict[tuple[str, str], Role]:
    pair = codes["model"] * len(names["centre"]) + codes["centre"]
    found, first = np.unique(pair, return_index=True)
    roles: dict[tuple[str, str], Role] = {}
    for place, row in zip(found, first, strict=True):
        model, centre = divmod(int(place), len(names["centre"]))
        role: Role = "internal" if names["role"][codes["role"][row]] == "internal" else "external"
        roles[names["model"][model], names["centre"][centre]] = role
    return roles


def _cases(table: pa.Table, name: str, case: Ints, first: Ints, label: Floats) -> pd.DataFrame:
    """One row a case; an optional column takes the first value that any row of the case gives."""
    cases = {
        column: _words(table, column, name).take(first).to_pandas() for column in ("case_id", "patient_id", "centre")
    }
    cases["label"] = pd.Series(label[first].astype(np.int64))
    numbers = [c for c in table.column_names if c in NUMBERS or c.startswith(READER)]
    for column in numbers:
        values = _number(table, column)
        given = table[column].is_valid().to_numpy()
        _refuse(
            name, given & ~np.isfinite(values) & ~_is_nan(table[column]), column, f"has a {column} that is no number"
        )
        if column == "size_mm":
            wrong = np.isfinite(values) & ~possible(values)
            _refuse(name, wrong, column, f"has a size_mm outside {SMALLEST_MM:g} ... {LARGEST_MM:g}")
            values = rounded(values)
        cases[column] = _first_given(pd.Series(values), case, len(first))
    for column in WORDS:
        if column in table.column_names:
            cases[column] = _first_given(_words(table, column, name).to_pandas(), case, len(first))
    return pd.DataFrame(cases)


def _first_given(values: pd.Series, case: Ints, size: int) -> pd.Series:
    rows = np.flatnonzero(values.notna())
    found = pd.Series(values.iloc[rows].to_numpy(), index=case[rows])
    return found[~found.index.duplicated()].reindex(range(size))


def _check_domains(cases: pd.DataFrame, table: pa.Table, name: str, domain: Domain) -> None:
    """Fill in ``domain`` and refuse an unknown one, and a centre that has both."""
    if "domain" not in cases:
        cases["domain"] = domain
        return
    cases["domain"] = cases["domain"].fillna(domain)
    words = table["domain"].to_pandas()
    _refuse(name, (words.notna() & ~words.isin(["real", "simulated"])).to_numpy(), "domain", "has an unknown domain")
    kinds = cases.groupby("centre")["domain"].nunique()
    if (kinds > 1).any():
        raise BadInput(
            "domains", f"Centre {kinds.idxmax()} of {name} has real and simulated cases: give each kind its own centre."
        )
