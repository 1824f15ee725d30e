"""The columns of a predictions table, and how the cells of one are read."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from sera_core.contracts import BadInput
from sera_core.evaluate.predictions import Floats, Ints
from sera_core.names import identity
from sera_core.sheet import LABELS, Sheet

TEXT = ("case_id", "patient_id", "centre", "role", "model")
IDS = ("case_id", "patient_id")  # as many as there are cases: they stay in Arrow's own arrays
PLURAL = {"case_id": "cases", "patient_id": "patients", "centre": "centres", "model": "models"}  # not of a fixed word
REQUIRED = (*TEXT, "label", "probability")
DESCRIPTORS = ("composition", "echogenicity", "shape", "margin", "foci")
NUMBERS = ("size_mm", "log_likelihood_ratio")
WORDS = (*DESCRIPTORS, "domain", "seed")  # a simulated case's seed has 63 bits: only as text it stays exact
CUTOFF = ("cutoff", "cutoff_low", "cutoff_high")
KNOWN = {*REQUIRED, *NUMBERS, *WORDS, *CUTOFF}
Names = dict[str, Any]  # the distinct words of a column: a list, or for IDS an array


def labels(table: pa.Table) -> Floats:
    """Labels as 0 and 1, NaN where a cell is neither; true, false, malignant and benign are read too."""
    kind = table["label"].type
    if pa.types.is_boolean(kind):
        return table["label"].cast(pa.int8()).cast(pa.float64()).to_numpy()
    if not _is_text(kind):
        return number(table, "label")
    words = table["label"].cast(pa.string()).combine_chunks().dictionary_encode()
    words = words.combine_chunks() if isinstance(words, pa.ChunkedArray) else words
    known = np.array([LABELS.get(identity(word or ""), np.nan) for word in words.dictionary.to_pylist()] + [np.nan])
    return known[words.indices.fill_null(-1).to_numpy(zero_copy_only=False)]


def number(table: pa.Table, column: str) -> Floats:
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


def _is_text(kind: pa.DataType) -> bool:
    return pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_dictionary(kind)


def is_nan(column: pa.ChunkedArray) -> NDArray[np.bool_]:
    """True where a column of floats holds NaN, which means the same as nothing."""
    if not pa.types.is_floating(column.type):
        return np.zeros(len(column), bool)
    return np.isnan(column.to_numpy())


def words_of(sheet: Sheet, column: str) -> pa.ChunkedArray:
    """A column as words, as they were typed."""
    try:
        return sheet.table[column].cast(pa.string())
    except pa.ArrowException as error:
        said = f"The column {column} of {sheet.name} holds no plain words: export it as text."
        raise BadInput("words", said) from error


def spelled(sheet: Sheet, column: str) -> pd.Series:
    """A column of fixed words in lower case; NaN where there is none."""
    words = words_of(sheet, column).to_pandas()
    known = {word: identity(word) or None for word in words.dropna().unique()}
    return words.map(known)


def first_row(codes: Ints, size: int) -> Ints:
    """Row at which each number occurs first (0 where it never does)."""
    first = np.zeros(size, np.int64)
    first[codes[::-1]] = np.arange(len(codes) - 1, -1, -1)
    return first


def first_given(values: pd.Series, case: Ints, size: int) -> pd.Series:
    """Of each case the first value that any of its rows gives; NaN where none does."""
    rows = np.flatnonzero(values.notna())
    found = pd.Series(values.iloc[rows].to_numpy(), index=case[rows])
    return found[~found.index.duplicated()].reindex(range(size))
