"""Files to take away: written when their button is pressed, sent in the page's own message, and kept nowhere.

Streamlit's own button leaves each file on the server at an address that answers whoever asks, also after the session,
and drops it when any other script ends; and it writes the file outside the script, where the session's caches are out
of reach.
"""

from __future__ import annotations

import uuid
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import streamlit as st

from sera_core.ui.states import guarded

_SAVE = st.components.v2.component("sera_save", js=(Path(__file__).parent / "download.js").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Download:
    """A file that one can ask for.

    Attributes
    ----------
    label, icon : str
        What the button says.
    name : str
        Of the file.
    kind : str
        Media type.
    write : callable
        Gives the content; called inside the session when the button is pressed.
    key : str
        Identity of the button on the page.
    style : {"primary", "secondary", "tertiary"}
        How much the button stands out.
    """

    label: str
    icon: str
    name: str
    kind: str
    write: Callable[[], str | bytes]
    key: str
    style: Literal["primary", "secondary", "tertiary"] = "secondary"


@st.fragment
def offer(*files: Download) -> None:
    """Buttons side by side that save files; pressing one draws nothing else again."""
    with st.container(horizontal=True, key=f"download-{files[0].key}"):
        pressed = [file for file in files if st.button(file.label, file.key, type=file.style, icon=file.icon)]
        for file in pressed:
            with guarded("This file was not written"), st.spinner(f"Writing {file.name}"):
                _send(file)


def _send(file: Download) -> None:
    content = file.write()
    sent = content.encode() if isinstance(content, str) else content
    data = {"name": file.name, "kind": file.kind, "content": b64encode(sent).decode(), "press": uuid.uuid4().hex}
    _SAVE(key=f"{file.key}-file", data=data, width="content")
