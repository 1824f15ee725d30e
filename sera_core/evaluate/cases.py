"""One row a case of a predictions table, whatever the number of models."""

from __future__ import annotations

from contextlib import suppress

import numpy as np
import pandas as pd
import pyarrow as pa

from sera_core.contracts import READER, BadInput, Domain
from sera_core.evaluate.columns import KNOWN, NUMBERS, WORDS, Names, first_given, is_nan, number, spelled, words_of
from sera_core.evaluate.predictions import Floats, Ints
from sera_core.evaluate.strata import strata
from sera_core.sheet import Sheet
from sera_core.sizes import LARGEST_MM, SMALLEST_MM, possible, rounded


def case_rows(sheet: Sheet, codes: dict[str, Ints], names: Names, first: Ints, label: Floats) -> pd.DataFrame:
    """One row a case; an optional column is given in any row of the case, or the same in several."""
    table, case = sheet.table, codes["case_id"]
    distinct = {"case_id": names["case_id"], "patient_id": names["patient_id"], "centre": pa.array(names["centre"])}
    cases = {column: words.take(pa.array(codes[column][first])).to_pandas() for column, words in distinct.items()}
    cases["label"] = pd.Series(label[first].astype(np.int64))
    numbers = [c for c in table.column_names if c in NUMBERS or c.startswith(READER)]
    for column in numbers:
        values = number(table, column)
        given = table[column].is_valid().to_numpy()
        wrong = given & ~np.isfinite(values) & ~is_nan(table[column])
        sheet.refuse(wrong, column, f"has a {column} that is no number", column)
        if column == "size_mm":
            wrong = np.isfinite(values) & ~possible(values)
            sheet.refuse(wrong, column, f"has a size_mm outside {SMALLEST_MM:g} ... {LARGEST_MM:g}", column)
            values = rounded(values)
        cases[column] = _agreed(sheet, column, pd.Series(values), case, len(first))
    for column in WORDS:
        if column in table.column_names:
            words = words_of(sheet, column).to_pandas() if column == "seed" else spelled(sheet, column)
            cases[column] = _agreed(sheet, column, words, case, len(first))
    return pd.DataFrame(cases | _groups(sheet, case, len(first)))


def _agreed(sheet: Sheet, column: str, values: pd.Series, case: Ints, size: int) -> pd.Series:
    """What the rows of each case say; two rows that say different things are refused."""
    found = first_given(values, case, size)
    if values.notna().any():
        other = (values.notna() & (values.to_numpy() != found.to_numpy()[case])).to_numpy()
        sheet.refuse(other, f"{column}_differs", f"has another {column} than an earlier row of the same case", column)
    return found


def _groups(sheet: Sheet, case: Ints, size: int) -> dict[str, pd.Series]:
    """The columns that nobody asked for, where they divide the cases into a few groups."""
    found = {}
    for column in (c for c in sheet.table.column_names if c not in KNOWN and not c.startswith(READER)):
        with suppress(BadInput):  # a column of lists, say, is no concern of ours
            groups = strata(first_given(words_of(sheet, column).to_pandas(), case, size))
            if groups is not None:
                found[column] = groups
    return found


def check_domains(cases: pd.DataFrame, sheet: Sheet, domain: Domain) -> None:
    """Fill in ``domain`` and refuse an unknown one, and a centre that has both."""
    if "domain" not in cases:
        cases["domain"] = domain
        return
    cases["domain"] = cases["domain"].fillna(domain)
    words = spelled(sheet, "domain")
    unknown = (words.notna() & ~words.isin(["real", "simulated"])).to_numpy()
    sheet.refuse(unknown, "domain", "has an unknown domain", "domain")
    kinds = cases.groupby("centre")["domain"].nunique()
    if (kinds > 1).any():
        raise BadInput(
            "domains",
            f"Centre {kinds.idxmax()} of {sheet.name} has real and simulated cases: give each kind its own centre.",
        )
