"""One predictions table, read from CSV or Parquet, checked row by row, and kept as cases x models.

Columns (long: one row a case and model): ``case_id, patient_id, centre, role, label, model, probability``; optional
``size_mm, log_likelihood_ratio, domain``, descriptors, ``reader_<name>`` (scores, higher is more suspicious), and
``cutoff, cutoff_low, cutoff_high``, one and the same in all rows of a model: fixed before these cases were seen. Any
other column (sex, age, scanner ...) divides the cases into subgroups. A row without a probability says that the model
was asked and gave no answer.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as arrow_parquet
from numpy.typing import NDArray

from sera_core.contracts import READER, BadInput, Domain, Notice, Role
from sera_core.evaluate.cases import case_rows, check_domains
from sera_core.evaluate.columns import CUTOFF, REQUIRED, TEXT, WORDS, Names, first_row, is_nan, labels, number
from sera_core.evaluate.identities import coded, key_with_centre
from sera_core.evaluate.predictions import Floats, Ints, Predictions
from sera_core.evaluate.results import Cutoff
from sera_core.names import identity
from sera_core.sheet import Sheet, named, read_sheet
from sera_core.wording.refusals import WRONG_LABEL

GIVEN = "given in the table"
MOST_CELLS = 100_000_000  # cases x models kept in memory: 0.8 GB


def read_predictions(source: Path | bytes, name: str = "the table", domain: Domain = "real") -> Predictions:
    """Read and check a predictions table.

    Parameters
    ----------
    source : Path or bytes
        CSV as spreadsheets save it (see :func:`~sera_core.sheet.read_sheet`) or Parquet, seen from the content.
    name : str
        What messages call bytes; a path goes by its own name.
    domain : "real" or "simulated"
        Of all rows where the table has no column ``domain``.

    Raises
    ------
    BadInput
        When it is no table, lacks columns or rows, or a row is wrong; the message names the row (the header is row 1)
        and the reason.

    Examples
    --------
    >>> predictions = read_predictions(template().to_csv(index=False).encode())
    >>> predictions.centres
    ('clinic-1', 'clinic-2')
    """
    if isinstance(source, Path):
        name = source.name
        try:
            source = source.read_bytes()
        except OSError as error:
            raise BadInput("no_file", f"{name} cannot be read ({error.strerror}): check the path.") from error
    sheet = _parquet(source, name) if source[:4] == b"PAR1" else read_sheet(source, name, (*TEXT, *WORDS))
    try:
        return check(sheet, domain, hashlib.sha256(source).hexdigest())
    except (pa.ArrowException, UnicodeDecodeError) as error:  # some damage shows only when a column is looked at
        raise BadInput("damaged", f"{name} is damaged: export it again.") from error


def template() -> pd.DataFrame:
    """A small valid table to start from, with every optional column.

    Examples
    --------
    >>> list(template().columns[:7])
    ['case_id', 'patient_id', 'centre', 'role', 'label', 'model', 'probability']
    """
    rows = [
        ("clinic-1/001", "p1", "clinic-1", "internal", 1, "my-network", 0.81, 14.0, 5.0),
        ("clinic-1/002", "p2", "clinic-1", "internal", 0, "my-network", 0.12, 8.5, 3.0),
        ("clinic-2/001", "p3", "clinic-2", "external", 1, "my-network", 0.64, 22.0, 4.0),
        ("clinic-2/002", "p4", "clinic-2", "external", 0, "my-network", 0.35, 11.0, 4.0),
    ]
    columns = [*TEXT[:4], "label", "model", "probability", "size_mm", "reader_ktirads2021"]
    words = {"composition": "solid", "echogenicity": "hypoechoic", "shape": "wider_than_tall", "margin": "smooth"}
    return pd.DataFrame(rows, columns=columns).assign(**words, foci="punctate", domain="real")


def check(sheet: Sheet, domain: Domain, key: str) -> Predictions:
    """A long table as :class:`Predictions`; see :func:`read_predictions` for what is refused."""
    _refuse_headless(sheet)
    codes, names, notices = coded(sheet)
    label, probability = labels(sheet.table), number(sheet.table, "probability")
    sheet.refuse(~np.isin(label, (0, 1)), "label", WRONG_LABEL, "label")
    answered = sheet.table["probability"].is_valid().to_numpy() & ~is_nan(sheet.table["probability"])
    outside = answered & ~((probability >= 0) & (probability <= 1))
    sheet.refuse(outside, "probability", "has no probability between 0 and 1", "probability")
    notices += _unanswered(answered, sheet.name)
    _refuse_roles(codes, names, sheet)
    like_reader = np.array([model.lower().startswith(READER) for model in names["model"]])
    sheet.refuse(like_reader[codes["model"]], "model_name", f"has a model named {READER}..., as reader columns are")
    notices += key_with_centre(codes, names)
    first = first_row(codes["case_id"], len(names["case_id"]))
    _refuse_repeats(codes, names, label, first, sheet)
    wide = np.full((len(first), len(names["model"])), np.nan)
    wide[codes["case_id"], codes["model"]] = probability
    cases = case_rows(sheet, codes, names, first, label)
    check_domains(cases, sheet, domain)
    given = _cutoffs(sheet, codes["model"], names["model"])
    refused = None
    if not answered.all():
        refused = np.zeros(wide.shape, bool)
        refused[codes["case_id"][~answered], codes["model"][~answered]] = True
    told, roles = (*sheet.notices, *notices), _roles(codes, names)
    return Predictions(cases, tuple(names["model"]), wide, roles, key, told, given, refused)


def _unanswered(answered: NDArray[np.bool_], name: str) -> tuple[Notice, ...]:
    """Rows without a probability are answers that a model did not give; a table of nothing else is refused."""
    missing = int(np.count_nonzero(~answered))
    if missing == len(answered):
        raise BadInput("no_answers", f"No row of {name} has a probability: fill in that column.")
    said = f"{missing} rows have no probability: there the model was asked and gave no answer."
    return (Notice("unanswered", said),) if missing else ()


def _parquet(data: bytes, name: str) -> Sheet:
    try:
        table = arrow_parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise BadInput("no_parquet", f"{name} is a damaged Parquet file: export it again.") from error
    return Sheet(named(table, name), np.arange(table.num_rows, dtype=np.int64) + 2, (), name)


def _refuse_headless(sheet: Sheet) -> None:
    missing = [column for column in REQUIRED if column not in sheet.table.column_names]
    if missing:
        headless = ", which is its first line" if len(missing) == len(REQUIRED) else ""
        raise BadInput(
            "columns", f"{sheet.name} lacks the columns {', '.join(missing)}: name them so in its header{headless}."
        )
    if sheet.table.num_rows == 0:
        raise BadInput("empty", f"{sheet.name} has no rows: give one row a case and model.")


def _refuse_roles(codes: dict[str, Ints], names: Names, sheet: Sheet) -> None:
    names["role"] = [identity(role) for role in names["role"]]
    known = np.array([role in ("internal", "external") for role in names["role"]])
    sheet.refuse(~known[codes["role"]], "role", "has a role other than internal or external", "role")
    pair = codes["model"] * len(names["centre"]) + codes["centre"]
    first = first_row(pair, len(names["model"]) * len(names["centre"]))
    differs = codes["role"] != codes["role"][first][pair]
    sheet.refuse(differs, "role_differs", "gives its model and centre another role than an earlier row", "role")


def _refuse_repeats(codes: dict[str, Ints], names: Names, label: Floats, first: Ints, sheet: Sheet) -> None:
    """A case may stand once a model, and is the same case in all its rows."""
    cells = codes["case_id"] * len(names["model"]) + codes["model"]
    sheet.refuse(pd.Series(cells).duplicated().to_numpy(), "twice", "repeats a case for the same model", "case_id")
    same = {"label": label, "centre": codes["centre"], "patient_id": codes["patient_id"]}
    for column, values in same.items():
        differs = values != values[first][codes["case_id"]]
        sheet.refuse(differs, f"{column}_differs", f"gives its case another {column} than an earlier row", column)
    if len(first) * len(names["model"]) > MOST_CELLS:
        raise BadInput("too_large", f"{sheet.name} has too many models for its cases: split it into several tables.")


def _roles(codes: dict[str, Ints], names: Names) -> dict[tuple[str, str], Role]:
    pair = codes["model"] * len(names["centre"]) + codes["centre"]
    found, first = np.unique(pair, return_index=True)
    roles: dict[tuple[str, str], Role] = {}
    for place, row in zip(found, first, strict=True):
        model, centre = divmod(int(place), len(names["centre"]))
        role: Role = "internal" if names["role"][codes["role"][row]] == "internal" else "external"
        roles[names["model"][model], names["centre"][centre]] = role
    return roles


def _cutoffs(sheet: Sheet, model: Ints, names: list[str]) -> dict[str, Cutoff]:
    """The cut-offs that the table gives its models; those of a model differ in no row."""
    if "cutoff" not in sheet.table.column_names:
        return {}
    ends = {}
    for column in (c for c in CUTOFF if c in sheet.table.column_names):
        value = number(sheet.table, column)
        given = sheet.table[column].is_valid().to_numpy() & ~is_nan(sheet.table[column])
        outside = given & ~((value >= 0) & (value <= 1))  # what is no number, too
        sheet.refuse(outside, column, f"has a {column} that is no number from 0 to 1", column)
        rows = np.flatnonzero(given)
        ends[column] = np.full(len(names), np.nan)
        ends[column][model[rows[::-1]]] = value[rows[::-1]]
        differs = given & (value != ends[column][model])
        sheet.refuse(differs, f"{column}_differs", f"gives its model another {column} than an earlier row", column)
    nothing = np.full(len(names), np.nan)
    low, high = (ends.get(column, nothing) for column in CUTOFF[1:])
    return {
        name: Cutoff(float(ends["cutoff"][k]), float(low[k]), float(high[k]), GIVEN)
        for k, name in enumerate(names)
        if np.isfinite(ends["cutoff"][k])
    }
