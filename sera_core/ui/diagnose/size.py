"""How large the nodule is, as the reader says."""

from __future__ import annotations

import streamlit as st

from sera_core.contracts import BadInput
from sera_core.sizes import centimetres_typed, check_size


def ask_size(proposed: float | None) -> float | None:
    """The size that the reader gives; None where the field is empty or its number is refused, which is said beside it.

    Parameters
    ----------
    proposed : float or None
        Longest diameter of the outline in mm, which decides until another one is typed.
    """
    typed = st.number_input(
        "Largest dimension of the nodule (mm)",
        value=None,
        step=0.5,
        format="%.1f",
        key="size_mm",
        persist_state="session",
        placeholder="unknown" if proposed is None else f"{proposed:g} (proposed from the outline)",
        help="Guidelines decide by it. Type it, measure it in cell 2, or leave it empty: then the longest diameter of "
        "the outline is taken, where the image has a scale.",
    )
    try:
        size = check_size(typed)
    except BadInput as error:
        instead = "without a size" if proposed is None else f"with the outline's {proposed:g} mm"
        st.warning(f"{error.message} It goes on {instead}.", title="Size not taken", icon=":material/block:")
        return None
    if doubt := centimetres_typed(size):
        st.caption(f":material/help: {doubt}")
    return size
