"""A number that a person types, with a decimal comma or a decimal point, whatever the browser's language.

A browser's own field for numbers drops the sign that its language does not use, so that 14,5 becomes 145.
"""

from __future__ import annotations

import streamlit as st

from sera_core.sizes import number


def text_of(value: float | None) -> str:
    """What the field of a number shows."""
    return "" if value is None else f"{value:g}"


def number_of(text: str) -> float | None:
    """The number in a field, None where it is empty.

    Raises
    ------
    BadInput
        As :func:`~sera_core.sizes.number`.
    """
    return number(text) if text.strip() else None


def ask_number(
    label: str, key: str, value: float | None = None, placeholder: str | None = None, help: str | None = None
) -> str:
    """Draw the field, ``value`` in it at first; its text is kept under its key while another page is open."""
    st.session_state.setdefault(key, text_of(value))
    return st.text_input(
        label, key=key, placeholder=placeholder, help=help, autocomplete="off", persist_state="session"
    )
