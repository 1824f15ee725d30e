"""The same network taken apart, one idea a chapter."""

from __future__ import annotations

import streamlit as st

from sera_core.ui.learn.course import open_course
from sera_core.ui.page import open_page

with open_page("Learn"):
    st.title("Learn", anchor=False)
    open_course()
