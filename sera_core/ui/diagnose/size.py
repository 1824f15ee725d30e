"""How large the nodule is, as the reader says."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.sizes import check_size, doubted
from sera_core.ui.number import ask_number, number_of


def ask_size(proposed: float | None) -> float | None:
    """The size that the reader gives; None where the field is empty or its number is refused, which is said beside it.

    Parameters
    ----------
    proposed : float or None
        Longest diameter of the outline in mm, which decides until another one is typed.
    """
    typed = ask_number(
        "Largest dimension of the nodule (mm)",
        "size_mm",
        None,
        "unknown" if proposed is None else f"{proposed:g} (proposed from the outline)",
        "Guidelines decide by it. Type it, measure it in cell 2, or leave it empty: then the longest diameter of "
        "the outline is taken, where the image has a scale.",
    )
    try:
        size = check_size(number_of(typed))
    except BadInput as error:
        instead = "without a size" if proposed is None else f"with the outline's {proposed:g} mm"
        st.warning(f"{error.message} It goes on {instead}.", title="Size not taken", icon=":material/block:")
        return None
    if doubt := doubted(size):
        st.caption(f":material/help: {doubt}")
    return size
