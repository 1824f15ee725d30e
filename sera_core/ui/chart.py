"""One way to show a figure or a table: the page's theme, a spoken name, and its numbers to take away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import plotly.graph_objects as go
import streamlit as st

from sera_core import escape
from sera_core.ui.download import Download, offer

if TYPE_CHECKING:
    import pandas as pd

Table = Mapping[str, Sequence[object]]
PICTURES = ("svg", "png")


def chart(figure: go.Figure, key: str, alt: str, numbers: Table | None = None, save: bool = False) -> None:
    """Draw a figure.

    Parameters
    ----------
    figure : plotly Figure
    key : str
        Identity of the chart on the page, and the name of what is saved from it.
    alt : str
        What it shows, for those who listen to the page.
    numbers : mapping of column to values, optional
        The numbers behind it, offered as CSV.
    save : bool
        Puts a camera above the figure that saves it as a picture, in the browser.
    """
    st.plotly_chart(figure, key=key, alt=alt, config=_config(key, save))
    if numbers is not None:
        offer_csv(numbers, key)


def offer_csv(numbers: Table | pd.DataFrame, key: str) -> None:
    """A button that saves the numbers."""
    icon = ":material/table:"
    offer(Download("Numbers as CSV", icon, f"{key}.csv", "text/csv", partial(_csv, numbers), f"{key}-csv", "tertiary"))


def _csv(numbers: Table | pd.DataFrame) -> str:
    import pandas as pd

    frame = numbers if isinstance(numbers, pd.DataFrame) else pd.DataFrame(dict(numbers))
    return escape.csv(frame)


def _config(key: str, save: bool) -> dict[str, Any]:
    if not save:
        return {"displayModeBar": False, "responsive": True}
    picture = {"format": st.session_state.get("pictures", PICTURES[0]), "filename": f"sera-{key}"}
    return {
        "displayModeBar": True,
        "displaylogo": False,
        "modeBarButtons": [["toImage"]],
        "toImageButtonOptions": picture,
        "responsive": True,
    }
