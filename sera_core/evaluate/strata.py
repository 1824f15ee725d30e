"""Columns that a table has beside the known ones (sex, age, scanner ...), as words to divide its cases by."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

MOST_WORDS = 12  # of a column; more are names or numbers of patients, and no groups
FEW_NUMBERS = 6  # up to so many distinct numbers are words: a grade, a machine's number


def strata(values: pd.Series) -> pd.Series | None:
    """Words of a column, one a case; None where it has one word only or too many.

    Parameters
    ----------
    values : Series [N]
        As text; missing where nothing is known. Numbers, where there are many of them, become thirds of the table:
        ``< 45``, ``45 to 60``, ``> 60``.
    """
    words = values.astype(object).where(values.notna(), None).map(lambda word: str(word).strip() or None, "ignore")
    known = words.dropna()
    distinct = known.nunique()
    if distinct > FEW_NUMBERS:
        numbers = pd.to_numeric(known.str.replace(",", ".", regex=False), errors="coerce")
        if np.isfinite(numbers).all():
            return _thirds(numbers.astype(float)).reindex(words.index)
    return words if 1 < distinct <= MOST_WORDS else None


def _thirds(numbers: pd.Series) -> pd.Series:
    low, high = (_short(number) for number in np.quantile(numbers, [1 / 3, 2 / 3]))
    below, above = numbers < low, numbers > high
    names: NDArray[np.object_] = np.array([f"{low:g} to {high:g}", f"< {low:g}", f"> {high:g}"], object)
    return pd.Series(names[below.to_numpy(int) + 2 * above.to_numpy(int)], numbers.index)


def _short(number: float) -> float:
    """Three figures: a limit that can be said."""
    return float(f"{number:.3g}")
