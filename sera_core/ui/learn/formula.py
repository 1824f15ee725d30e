"""A formula with the numbers on the page in it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import streamlit as st
from numpy.typing import ArrayLike

from sera_core.ui.learn.depth import deep


def formula(latex: str | Sequence[str], says: str = "", means: str = "") -> None:
    """A formula with the numbers on the page in it, on as many lines as given.

    Parameters
    ----------
    latex : str or sequence of str
        Only for those who read with the mathematics (:mod:`sera_core.ui.learn.depth`).
    says : str
        What its letters are; shown with it.
    means : str
        What follows from it, in words that need no formula; shown to everybody.
    """
    if deep():
        for line in [latex] if isinstance(latex, str) else latex:
            st.latex(line)
        if says:
            st.caption(says)
    if means:
        st.caption(means)


def latex_matrix(values: ArrayLike) -> str:
    """A matrix in LaTeX, to two digits."""
    rows = [" & ".join(f"{value:.2g}" for value in row) for row in np.atleast_2d(np.asarray(values))]
    return r"\begin{bmatrix}" + r" \\ ".join(rows) + r"\end{bmatrix}"


def grouped(value: int) -> str:
    """A large whole number in LaTeX, its thousands apart."""
    return f"{value:,}".replace(",", r"\,")


def power(value: float) -> str:
    """A very small or large number in LaTeX, as 9.1 times a power of ten."""
    digits, exponent = f"{value:.1e}".split("e")
    return rf"{digits}\cdot 10^{{{int(exponent)}}}"
