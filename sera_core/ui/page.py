"""The frame that every page shares: its title, the doors to the other pages, and what it is not."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import streamlit as st
from streamlit.errors import StreamlitAPIException

from sera_core.contracts import NOT_A_DEVICE
from sera_core.figures.palette import ACCENT
from sera_core.files import ROOT
from sera_core.ui.server import keep_house
from sera_core.ui.states import guarded


@dataclass(frozen=True)
class Door:
    """A page one can go to."""

    path: str
    title: str
    icon: str
    audience: str
    what: str


FAVICON = (  # drawn here, because a Material icon would be fetched from the network
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" '
    f'fill="{ACCENT}"/><circle cx="16" cy="16" r="6" fill="none" stroke="white" stroke-width="2.5"/>'
    '<path d="M6 11V6h5M21 6h5v5M26 21v5h-5M11 26H6v-5" fill="none" stroke="white" stroke-width="2.5"/></svg>'
)
SHORT_LINES = "<style>[data-testid='stMarkdownContainer'] :is(p, li) {max-width: 48rem}</style>"
HEAD = (  # the menu stands beside the doors instead of above them; small print has a contrast of more than 4.5 : 1
    "<style>[data-testid='stHeader'] {position: absolute; inset: 0 0 auto auto; width: 4rem; background: none}"
    " [data-testid='stMainBlockContainer'] {padding-top: 1rem} .st-key-doors {padding-right: 2rem}"
    " [data-testid='stCaptionContainer'], [data-testid='stCaptionContainer'] * {opacity: 1}"
    " [data-testid='stCaptionContainer'] :is(p, li) {color: color-mix(in srgb, CanvasText 70%, Canvas)}</style>"
)
CHOSEN = (  # no accent carries white words and is itself read on a dark page: chosen words lean to the page's ink
    "<style>[data-testid='stMainBlockContainer'] [data-testid='stButtonGroup'] [data-selected],"
    f" [data-testid='stSliderThumbValue'] {{color: color-mix(in srgb, CanvasText 40%, {ACCENT})}}</style>"
)
HOME = Door("app.py", "Home", ":material/home:", "everyone", "What this is, and which models are ready.")
CASES = Door(
    "pages/4_Cases.py",
    "Cases",
    ":material/folder_open:",
    "For whoever comes back",
    "What you saved: reopen it as it was, add what pathology said, compare the models on it.",
)
DOORS = (
    Door(
        "pages/1_Diagnose.py",
        "Diagnose",
        ":material/search_insights:",
        "For the clinician",
        "Show one nodule: a calibrated probability, a heatmap that says how far to trust it, "
        "and what a guideline says about needle aspiration at this size.",
    ),
    Door(
        "pages/2_Compare_models.py",
        "Compare models",
        ":material/monitoring:",
        "For the researcher",
        "Bring predictions from several test centres and see where a model holds and where it does not.",
    ),
    Door(
        "pages/3_Learn.py",
        "Learn",
        ":material/school:",
        "For the student",
        "Take the same network apart, one idea at a time, with real numbers under the cursor.",
    ),
    CASES,
)


def open_doors() -> list[Door]:
    """The doors whose page exists."""
    return [door for door in DOORS if (ROOT / door.path).is_file()]


@contextmanager
def open_page(title: str, wide: bool = False) -> Iterator[None]:
    """Draw the frame of a page, then its body; what fails in the body is shown as a designed state.

    Parameters
    ----------
    title : str
        Of the page, as in its door.
    wide : bool
        Use the whole width of the screen, for a page of figures; sentences stay as short as elsewhere.
    """
    st.set_page_config(page_title=f"{title} · SERA", page_icon=FAVICON, layout="wide" if wide else "centered")
    st.html(HEAD + CHOSEN + (SHORT_LINES if wide else ""))
    keep_house()
    if asks_who() and not st.user.get("is_logged_in"):
        st.title("SERA", anchor=False)
        st.caption(NOT_A_DEVICE)
        st.button("Sign in", on_click=st.login, type="primary", icon=":material/login:", key="sign-in")
        st.stop()
    _links()
    with guarded():
        yield


def asks_who() -> bool:
    """Whether the server's secrets name who knows its users; without them it is for the one at the machine."""
    return st.secrets.load_if_toml_exists() and "auth" in st.secrets


def _links() -> None:
    with st.container(horizontal=True, gap="small", key="doors"):
        for door in (HOME, *open_doors()):
            link(door)
        if asks_who():
            st.button("Sign out", on_click=st.logout, type="tertiary", icon=":material/logout:", key="sign-out")
        st.caption(NOT_A_DEVICE, text_alignment="right")


def link(door: Door) -> None:
    """A link to a page."""
    try:
        st.page_link(door.path, label=door.title, icon=door.icon)
    except StreamlitAPIException:  # a page run on its own, without app.py, knows no other page
        st.caption(door.title)
