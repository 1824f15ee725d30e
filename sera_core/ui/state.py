"""What belongs to the patient stays in the session; what may be shared lives in the link.

The link holds where the image comes from, the name of the sample, the guideline, the pre-test risk, the model, the
heatmap method and its opacity (widgets bound to the query). The image, the region, the scale, the size and the
descriptors never leave the session's memory; they stay there while another page is open.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any

import streamlit as st

from sera_core.contracts import BadInput, Box, Diagnosis, Line, Outline, Row
from sera_core.ui.brought import forget_file
from sera_core.ui.measure import Calibration
from sera_core.ui.number import text_of

DIAGNOSED = "diagnosed"  # where the session keeps its last diagnosis


@dataclass(frozen=True)
class Marks:
    """What the reader drew on an image.

    Attributes
    ----------
    box : Box or None
        The region; None: the proposed one.
    outline : Outline or None
        The nodule's border in that region; None: the proposed one.
    ruler : Line or None
        Along the nodule; it gives the size where the image has a scale.
    calibration : Calibration or None
        The reader's own scale.
    frame : int or None
        On which one of a loop, from 0; None: the first that can be used.
    """

    box: Box | None = None
    outline: Outline | None = None
    ruler: Line | None = None
    calibration: Calibration | None = None
    frame: int | None = None


@dataclass(frozen=True)
class Place:
    """A view of a saved case: id of the case, and numbers of nodule and view from 0."""

    case: str
    nodule: int
    view: int

    @property
    def name(self) -> str:
        """Unlike that of any other view."""
        return f"{self.case} {self.nodule} {self.view}"


@dataclass
class Case:
    """What the reader did to the image on the page.

    Attributes
    ----------
    source : str
        Where the image comes from: the hash of a file's bytes, or the name of a sample.
    marks : Marks
        What he drew on it.
    past : list of Marks
        What he had drawn before each change, the last one last.
    pane : int or None
        Which of several pictures on the frame shows the nodule, 0 is the leftmost; None: he has not said.
    touched : set of str
        The rows of the description that the reader set or cleared; the others hold what is proposed.
    foci : tuple of str
        The chips of the foci as they were last drawn.
    unused : (int, BadInput) or None
        The frame that the reader turned to last and why it cannot be used, where it cannot.
    kept : Place or None
        Where the log keeps it, as it was when it was saved last; None: it was never saved.
    beside : bool
        Whether the last tap lay beside the ultrasound picture, where it changes nothing.
    """

    source: str
    marks: Marks = Marks()
    past: list[Marks] = field(default_factory=list)
    pane: int | None = None
    touched: set[Row] = field(default_factory=set)
    foci: tuple[str, ...] = ()
    unused: tuple[int, BadInput] | None = None
    kept: Place | None = None
    beside: bool = False

    def mark(self, **changed: Any) -> None:
        """Change what is drawn, so that :meth:`undo` brings back what was there."""
        self.past.append(self.marks)
        self.beside = False
        self.marks = replace(self.marks, **changed)

    def undo(self) -> None:
        """Take the last change back."""
        self.beside = False
        if self.past:
            self.marks = self.past.pop()


def case_of(source: str, size_mm: float | None = None) -> Case:
    """The session's case for this file or sample: a new one starts a new case, at its own size if that is known."""
    case = st.session_state.get("case")
    if not isinstance(case, Case) or case.source != source:
        case = Case(source)
        st.session_state["case"] = case
        st.session_state["size_mm"] = text_of(size_mm)
    return case


def keep_diagnosed(diagnosis: Diagnosis) -> None:
    """Let the Learn page take this nodule apart, in this session only."""
    st.session_state[DIAGNOSED] = diagnosis


def last_diagnosed() -> Diagnosis | None:
    """The last diagnosis of this session, until :func:`reset`."""
    kept: Diagnosis | None = st.session_state.get(DIAGNOSED)
    return kept


def start() -> None:
    """Give every control that :func:`reset` sets its first value."""
    st.session_state.setdefault("uploads", 0)


def reset() -> None:
    """Forget the image and everything done to it; the file and camera fields start anew, the settings stay."""
    st.session_state["case"] = None
    st.session_state[DIAGNOSED] = None
    number = st.session_state["uploads"]
    for source in ("upload", "camera"):
        forget_file(f"{source}-{number}")
    st.session_state["uploads"] = number + 1
    st.session_state["source"] = "sample"
