"""One predictions table, read from CSV or Parquet, checked row by row, and kept as cases x models.

Columns (long: one row a case and model): ``case_id, patient_id, centre, role, label, model, probability``; optional
``size_mm, log_likelihood_ratio, domain``, descriptors, ``reader_<name>`` (scores, higher is more suspicious), and
``cutoff, cutoff_low, cutoff_high``, one and the same in all rows of a model: fixed before these cases were seen.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as arrow_parquet
from numpy.typing import NDArray

from sera_core.contracts import READER, BadInput, Domain, Notice, Role
from sera_core.evaluate.predictions import Floats, Ints, Predictions
from sera_core.evaluate.results import Cutoff
from sera_core.names import identity, unify
from sera_core.sheet import LABELS, Sheet, named, read_sheet
from sera_core.sizes import LARGEST_MM, SMALLEST_MM, possible, rounded
from sera_core.wording.refusals import WRONG_LABEL

TEXT = ("case_id", "patient_id", "centre", "role", "model")
IDS = ("case_id", "patient_id")  # as many as there are cases: they stay in Arrow's own arrays
PLURAL = {"case_id": "cases", "patient_id": "patients", "centre": "centres", "model": "models"}  # not of a fixed word
REQUIRED = (*TEXT, "label", "probability")
DESCRIPTORS = ("composition", "echogenicity", "shape", "margin", "foci")
NUMBERS = ("size_mm", "log_likelihood_ratio")
WORDS = (*DESCRIPTORS, "domain", "seed")  # a simulated case's seed has 63 bits: only as text it stays exact
CUTOFF = ("cutoff", "cutoff_low", "cutoff_high")
GIVEN = "given in the table, fixed before these cases were seen"
Names = dict[str, Any]  # the distinct words of a column: a list, or for IDS an array
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
    table, name = sheet.table, sheet.name
    missing = [column for column in REQUIRED if column not in table.column_names]
    if missing:
        headless = ", which is its first line" if len(missing) == len(REQUIRED) else ""
        raise BadInput(
            "columns", f"{name} lacks the columns {', '.join(missing)}: name them so in its header{headless}."
        )
    if table.num_rows == 0:
        raise BadInput("empty", f"{name} has no rows: give one row a case and model.")
    codes, names, notices = _coded(sheet)
    label, probability = _labels(table), _number(table, "probability")
    sheet.refuse(~np.isin(label, (0, 1)), "label", WRONG_LABEL, "label")
    outside = ~((probability >= 0) & (probability <= 1))
    sheet.refuse(outside, "probability", "has no probability between 0 and 1", "probability")
    _refuse_roles(codes, names, sheet)
    like_reader = np.array([model.lower().startswith(READER) for model in names["model"]])
    sheet.refuse(like_reader[codes["model"]], "model_name", f"has a model named {READER}..., as reader columns are")
    notices += _key_with_centre(codes, names)
    cells = codes["case_id"] * len(names["model"]) + codes["model"]
    sheet.refuse(pd.Series(cells).duplicated().to_numpy(), "twice", "repeats a case for the same model", "case_id")
    first = _first(codes["case_id"], len(names["case_id"]))
    same = {"label": label, "centre": codes["centre"], "patient_id": codes["patient_id"]}
    for column, values in same.items():
        differs = values != values[first][codes["case_id"]]
        sheet.refuse(differs, f"{column}_differs", f"gives its case another {column} than an earlier row", column)
    if len(first) * len(names["model"]) > MOST_CELLS:
        raise BadInput("too_large", f"{name} has too many models for its cases: split it into several tables.")
    wide = np.full((len(first), len(names["model"])), np.nan)
    wide[codes["case_id"], codes["model"]] = probability
    cases = _cases(sheet, codes, names, first, label)
    _check_domains(cases, sheet, domain)
    given = _cutoffs(sheet, codes["model"], names["model"])
    return Predictions(cases, tuple(names["model"]), wide, _roles(codes, names), key, (*sheet.notices, *notices), given)


def _parquet(data: bytes, name: str) -> Sheet:
    try:
        table = arrow_parquet.read_table(pa.BufferReader(data))
    except (pa.ArrowException, OSError) as error:
        raise BadInput("no_parquet", f"{name} is a damaged Parquet file: export it again.") from error
    return Sheet(named(table, name), np.arange(table.num_rows, dtype=np.int64) + 2, (), name)


def _coded(sheet: Sheet) -> tuple[dict[str, Ints], Names, tuple[Notice, ...]]:
    """Each text column as numbers of its distinct names, in the order of the table; spellings are brought together."""
    codes: dict[str, Ints] = {}
    names: Names = {}
    notices: tuple[Notice, ...] = ()
    for column in TEXT:
        values = _words(sheet, column).combine_chunks().dictionary_encode()
        values = values.combine_chunks() if isinstance(values, pa.ChunkedArray) else values
        found = values.indices.fill_null(-1).to_numpy(zero_copy_only=False).astype(np.int64)
        sheet.refuse(found < 0, column, f"has no {column}")
        words = values.dictionary
        if not _clean(words):
            one = unify(words.to_pylist())
            found, words = np.array(one.places, np.int64)[found], pa.array(one.shown, pa.string())
            notices += one.notices(PLURAL[column]) if column in PLURAL else ()
            nameless = np.array([not name for name in one.shown])
            sheet.refuse(nameless[found], column, f"has no {column}")
        codes[column] = found
        names[column] = words if column in IDS else words.to_pylist()
    return codes, names, notices


def _clean(words: pa.StringArray) -> bool:
    """Whether no two of these words can be spellings of one name, seen from their bytes: a million take no time."""
    _, offsets, letters = words.buffers()
    if letters is None or words.null_count:
        return False
    ends = np.frombuffer(offsets, np.int32)[words.offset : words.offset + len(words) + 1]
    sign = np.frombuffer(letters, np.uint8)[ends[0] : ends[-1]]
    ends = ends - ends[0]
    if not (np.diff(ends) > 0).all() or sign.min() < ord(" ") or sign.max() > ord("~"):
        return False
    blank, small, capital = sign == ord(" "), (sign >= ord("a")) & (sign <= ord("z")), sign - ord("A") < 26
    first, last = ends[:-1], ends[1:] - 1
    if blank[first].any() or blank[last].any() or (sign[first] == ord("'")).any() or (blank[1:] & blank[:-1]).any():
        return False
    return not (small.any() and capital.any()) or len(pc.unique(pc.ascii_lower(words))) == len(words)


def _key_with_centre(codes: dict[str, Ints], names: Names) -> tuple[Notice, ...]:
    """Tell apart the cases of centres that number theirs alike; changes ``codes`` and ``names`` of ``case_id``.

    Centres number alike where one model answers the same id at two of them. An id that only changes its centre from
    model to model is a mistake, and is left to be refused.
    """
    case, centre = codes["case_id"], codes["centre"]
    if not (centre != centre[_first(case, len(names["case_id"]))][case]).any():
        return ()
    answers = pd.DataFrame({"case": case, "model": codes["model"], "centre": centre}).drop_duplicates()
    if not answers.duplicated(["case", "model"]).any():
        return ()
    places, found = pd.factorize(case * len(names["centre"]) + centre)
    number, where = np.divmod(found, len(names["centre"]))
    repeats = np.bincount(number)[number] > 1
    ids, centres = names["case_id"].to_pylist(), names["centre"]
    told = [f"{centres[c]}/{ids[k]}" if again else ids[k] for k, c, again in zip(number, where, repeats, strict=True)]
    names["case_id"] = pa.array(told, pa.string())
    codes["case_id"] = places.astype(np.int64)
    said = (
        f"{np.count_nonzero(np.bincount(number) > 1)} case ids occur at several centres: they are told apart by centre."
    )
    return (Notice("restarting_ids", said),)


def _labels(table: pa.Table) -> Floats:
    """Labels as 0 and 1, NaN where a cell is neither; true, false, malignant and benign are read too."""
    kind = table["label"].type
    if pa.types.is_boolean(kind):
        return table["label"].cast(pa.int8()).cast(pa.float64()).to_numpy()
    if not _is_text(kind):
        return _number(table, "label")
    words = table["label"].cast(pa.string()).combine_chunks().dictionary_encode()
    words = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    known = np.array([LABELS.get(identity(word or ""), np.nan) for word in words.dictionary.to_pylist()] + [np.nan])
    return known[words.indices.fill_null(-1).to_numpy(zero_copy_only=False)]


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def _number(table: pa.Table, column: str) -> Floats:
    """A column as numbers, NaN where it holds none; a decimal comma is read, true and false are no numbers."""
    kind = table[column].type
    if pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return table[column].cast(pa.float64()).to_numpy()
    if _is_text(kind):
        words = table[column].cast(pa.string()).to_pandas()
        found = pd.to_numeric(words, errors="coerce")
        comma = words[found.isna() & words.str.fullmatch(r"\s*[+-]?\d*,\d+\s*").fillna(False).astype(bool)]
        found.loc[comma.index] = pd.to_numeric(comma.str.replace(",", "."))
        return found.to_numpy(np.float64)
    return np.full(table.num_rows, np.nan)


def _is_nan(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """True where a column of floats holds NaN, which means the same as nothing."""
    if not pa.types.is_floating(column.type):
        return np.zeros(len(column), bool)
    return np.isnan(column.to_numpy())


def _words(sheet: Sheet, column: str) -> pa.ChunkedArray:
    try:
        return sheet.table[column].cast(pa.string())
    except pa.ArrowException as error:
        said = f"The column {column} of {sheet.name} holds no plain words: export it as text."
        raise BadInput("words", said) from error


def _spelled(sheet: Sheet, column: str) -> pd.Series:
    """A column of fixed words in lower case; NaN where there is none."""
    words = _words(sheet, column).to_pandas()
    known = {word: identity(word) or None for word in words.dropna().unique()}
    return words.map(known)


def _refuse_roles(codes: dict[str, Ints], names: Names, sheet: Sheet) -> None:
    names["role"] = [identity(role) for role in names["role"]]
    known = np.array([role in ("internal", "external") for role in names["role"]])
    sheet.refuse(~known[codes["role"]], "role", "has a role other than internal or external", "role")
    pair = codes["model"] * len(names["centre"]) + codes["centre"]
    first = _first(pair, len(names["model"]) * len(names["centre"]))
    differs = codes["role"] != codes["role"][first][pair]
    sheet.refuse(differs, "role_differs", "gives its model and centre another role than an earlier row", "role")


def _first(codes: Ints, size: int) -> Ints:
    """Row at which each number occurs first (0 where it never does)."""
    first = np.zeros(size, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


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
        value = _number(sheet.table, column)
        given = sheet.table[column].is_valid().to_numpy() & ~_is_nan(sheet.table[column])
        sheet.refuse(given & ~np.isfinite(value), column, f"has a {column} that is no number", column)
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


def _cases(sheet: Sheet, codes: dict[str, Ints], names: Names, first: Ints, label: Floats) -> pd.DataFrame:
    """One row a case; an optional column takes the first value that any row of the case gives."""
    table, case = sheet.table, codes["case_id"]
    distinct = {"case_id": names["case_id"], "patient_id": names["patient_id"], "centre": pa.array(names["centre"])}
    cases = {column: words.take(pa.array(codes[column][first])).to_pandas() for column, words in distinct.items()}
    cases["label"] = pd.Series(label[first].astype(np.int64))
    numbers = [c for c in table.column_names if c in NUMBERS or c.startswith(READER)]
    for column in numbers:
        values = _number(table, column)
        given = table[column].is_valid().to_numpy()
        wrong = given & ~np.isfinite(values) & ~_is_nan(table[column])
        sheet.refuse(wrong, column, f"has a {column} that is no number", column)
        if column == "size_mm":
            wrong = np.isfinite(values) & ~possible(values)
            sheet.refuse(wrong, column, f"has a size_mm outside {SMALLEST_MM:g} ... {LARGEST_MM:g}", column)
            values = rounded(values)
        cases[column] = _first_given(pd.Series(values), case, len(first))
    for column in WORDS:
        if column in table.column_names:
            words = _words(sheet, column).to_pandas() if column == "seed" else _spelled(sheet, column)
            cases[column] = _first_given(words, case, len(first))
    return pd.DataFrame(cases)


def _first_given(values: pd.Series, case: Ints, size: int) -> pd.Series:
    rows = np.flatnonzero(values.notna())
    found = pd.Series(values.iloc[rows].to_numpy(), index=case[rows])
    return found[~found.index.duplicated()].reindex(range(size))


def _check_domains(cases: pd.DataFrame, sheet: Sheet, domain: Domain) -> None:
    """Fill in ``domain`` and refuse an unknown one, and a centre that has both."""
    if "domain" not in cases:
        cases["domain"] = domain
        return
    cases["domain"] = cases["domain"].fillna(domain)
    words = _spelled(sheet, "domain")
    unknown = (words.notna() & ~words.isin(["real", "simulated"])).to_numpy()
    sheet.refuse(unknown, "domain", "has an unknown domain", "domain")
    kinds = cases.groupby("centre")["domain"].nunique()
    if (kinds > 1).any():
        raise BadInput(
            "domains",
            f"Centre {kinds.idxmax()} of {sheet.name} has real and simulated cases: give each kind its own centre.",
        )
