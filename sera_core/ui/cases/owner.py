"""Whose cases a page shows."""

from __future__ import annotations

from hashlib import sha256

import streamlit as st

from sera_core.cases.log import Log
from sera_core.ui.page import asks_who


def owner() -> str:
    """Who owns what is saved here: a digest of who the provider says the user is, or nobody in particular.

    The digest names nobody, and the same user of the same provider always has the same one.
    """
    if not asks_who():
        return ""
    return sha256(f"{st.user['iss']} {st.user['sub']}".encode()).hexdigest()


def own_log() -> Log:
    """The case log of the one who looks at the page."""
    return Log(owner())
