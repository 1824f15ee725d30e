"""The largest dimension of a nodule: read as people write it, and rounded once, to a tenth of a millimetre.

What decides is what is shown and what is stored: nothing says "10.0 mm" and acts on 9.96.
"""

from __future__ import annotations

import math
import re
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from sera_core.contracts import BadInput

SMALLEST_MM, LARGEST_MM = 1.0, 150.0
RARELY_SMALLER_MM = 5.0  # smaller nodules are seldom measured, and 0.5 to 5 are the sizes of most in centimetres
RARELY_LARGER_MM = 90.0  # above it hardly any nodule lies, and every size of 9 to 15 mm whose decimal point was lost
NUMBER = re.compile(r"[+-]?(\d+([.,]\d*)?|[.,]\d+)(e[+-]?\d\d?)?", re.ASCII | re.IGNORECASE)


def number(text: str) -> float:
    """A number as people write it, with a decimal point or a decimal comma.

    Raises
    ------
    BadInput
        ``no_number`` for anything else, thousands set apart too.

    Examples
    --------
    >>> number("14.5"), number(" 14,5 ")
    (14.5, 14.5)
    """
    if not NUMBER.fullmatch(text.strip()):
        raise BadInput("no_number", f"{text.strip()!r} is not a number: write it like 14.5 or 14,5, without a unit.")
    return float(text.strip().replace(",", "."))


def rounded(sizes_mm: ArrayLike) -> NDArray[Any]:
    """Sizes to the nearest tenth, halves up, as a person rounds: 9.95 is 10.0; NaN stays NaN."""
    return np.floor(np.asarray(sizes_mm, np.float64) * 10 + 0.5 + 1e-9) / 10


def possible(sizes_mm: ArrayLike) -> NDArray[np.bool_]:
    """True where a rounded size can be the largest dimension of a nodule."""
    sizes = rounded(sizes_mm)
    return (sizes >= SMALLEST_MM) & (sizes <= LARGEST_MM)


def check_size(size_mm: float | None) -> float | None:
    """The size as it decides, is shown and is stored; None (unknown) stays None.

    Raises
    ------
    BadInput
        ``bad_size`` for what is not a number from 1 to 150 mm.

    Examples
    --------
    >>> check_size(9.9999999), check_size(9.96), check_size(9.94)
    (10.0, 10.0, 9.9)
    """
    if size_mm is None:
        return None
    if possible(size_mm):
        return float(rounded(size_mm))
    text = f"A size of {size_mm:g} mm cannot be used: give the largest dimension of the nodule in millimetres"
    raise BadInput("bad_size", f"{text}, from {SMALLEST_MM:g} to {LARGEST_MM:g}{_example(size_mm)}.")


def _example(size_mm: float) -> str:
    return f" ({size_mm:g} cm is {10 * size_mm:g})" if 0.1 <= size_mm < SMALLEST_MM else " (1.4 cm is 14)"


def doubted(size_mm: float | None) -> str:
    """A question where a size looks like centimetres, or as if its decimal point were lost; empty otherwise."""
    if size_mm is None or not math.isfinite(size_mm) or RARELY_SMALLER_MM <= size_mm < RARELY_LARGER_MM:
        return ""
    if size_mm < RARELY_SMALLER_MM:
        return f"{size_mm:g} mm is very small: if {size_mm:g} cm was meant, give {10 * size_mm:g}."
    return f"{size_mm:g} mm is very large: if {size_mm / 10:g} mm was meant, give {size_mm / 10:g}."
