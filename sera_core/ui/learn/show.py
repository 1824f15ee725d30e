"""What every chapter shows, beside its figure (``ui.chart.chart``) and its code (``ui.cell.show_code``)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import ArrayLike, NDArray

from sera_core.figures.image import still
from sera_core.reports.notebook import KIND, lesson_notebook
from sera_core.ui.download import Download, offer
from sera_core.ui.picture import show_picture


def take_home(title: str, *calls: partial) -> None:
    """A button for a notebook that computes the same again.

    Parameters
    ----------
    title : str
    calls : partial
        The functions that ran, with the arguments that the controls gave them.
    """
    slug = re.sub(r"\W+", "-", title.lower())
    write = partial(lesson_notebook, title, calls)
    offer(Download("Notebook", ":material/book_2:", f"{slug}.ipynb", KIND, write, f"notebook-{slug}", "tertiary"))


def step(title: str, lead: str = "") -> None:
    """A heading inside a chapter, with a sentence on what to do here."""
    st.subheader(title, anchor=False)
    if lead:
        st.caption(lead)


def numbers(values: Mapping[str, object]) -> None:
    """A row of numbers with their names."""
    with st.container(horizontal=True, gap="medium"):
        for name, value in values.items():
            st.metric(name, str(value), width="content")


def pictures(images: Mapping[str, NDArray[np.float32]], columns: int = 2) -> None:
    """Grey pictures with their names, so many beside each other; a phone shows two.

    Parameters
    ----------
    images : mapping of name to float32 [H, W]
        Grey levels 0 ... 1.
    columns : int
    """
    with st.grid(columns, min_column_width=140):
        for name, pixels in images.items():
            show_picture(still(pixels), name)


def matrix(values: ArrayLike, title: str = "", digits: int = 2) -> None:
    """A small matrix as a plain table, also for those who cannot use the canvas."""
    table = pd.DataFrame(np.atleast_2d(np.asarray(values)))
    if title:
        st.caption(title)
    st.dataframe(table.style.format(precision=digits), hide_index=False, width="content")
