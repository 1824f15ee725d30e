"""One way to show a figure: the page's theme, no toolbar, a spoken name, and its numbers to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

Table = Mapping[str, Sequence[object]]


def chart(figure: go.Figure, key: str, alt: str, numbers: Table | None = None) -> None:
    """Draw a figure.

    Parameters
    ----------
    figure : plotly Figure
    key : str
        Identity of the chart on the page.
    alt : str
        What it shows, for those who listen to the page.
    numbers : mapping of column to values, optional
        The numbers behind it, offered as CSV.
    """
    st.plotly_chart(figure, key=key, alt=alt, config={"displayModeBar": False, "responsive": True})
    if numbers is not None:
        st.download_button(
            "Numbers as CSV",
            pd.DataFrame(dict(numbers)).to_csv(index=False),
            file_name=f"{key}.csv",
            mime="text/csv",
            key=f"{key}-csv",
            type="tertiary",
            icon=":material/table:",
            on_click="ignore",
        )
