"""The desk: the picture on the left stays in sight while the cells on the right scroll; on a phone one column."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

_CSS = (Path(__file__).parent / "desk.css").read_text(encoding="utf-8")


@dataclass(frozen=True)
class Desk:
    """Where to draw.

    Attributes
    ----------
    source : DeltaGenerator
        Where the picture comes from.
    viewer : DeltaGenerator
        The picture, and what belongs to it.
    glance : DeltaGenerator
        Verdict, reason and advice in a line each.
    cells : DeltaGenerator
        All that is told of it.
    """

    source: DeltaGenerator
    viewer: DeltaGenerator
    glance: DeltaGenerator
    cells: DeltaGenerator


def open_desk() -> Desk:
    """Draw the page's title and lay out the places below it."""
    st.html(f"<style>{_CSS}</style>")
    st.title("Diagnose a nodule", anchor=False)
    with st.container(key="desk"):
        left, right = st.columns([11, 10], gap="medium")
    with left:
        source, viewer = st.container(), st.container(key="viewer")
    with right:
        return Desk(source, viewer, st.container(key="glance", border=True, gap="xsmall"), st.container())
