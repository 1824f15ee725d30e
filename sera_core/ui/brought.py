"""A file of the reader's own: as long as the session lasts, whichever page is open."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from sera_core.contracts import GreyImage

_BROUGHT = "brought"  # file by the key of its field


@dataclass(frozen=True)
class Brought:
    """The file and its name; of a saved case the frame as it was kept, and as data what names it."""

    name: str
    data: bytes
    image: GreyImage | None = None


def ask_for_file(field: Callable[..., object], key: str) -> Brought | None:
    """Draw a field for a file; what it took stays when another page is opened, where the field itself forgets it.

    Parameters
    ----------
    field : callable
        ``st.file_uploader`` or ``st.camera_input``, with everything but ``key`` and the callback.
    key : str
        Identity of the field.
    """
    field(key=key, on_change=_take, args=(key,))
    file = brought(key)
    if file is not None and st.session_state[key] is None:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.text(f"{file.name} is still here.")
            st.button(
                "Forget it",
                f"forget-{key}",
                on_click=forget_file,
                args=(key,),
                icon=":material/close:",
                type="tertiary",
            )
    return file


def brought(key: str) -> Brought | None:
    """What a field took, also while the field is not drawn."""
    file: Brought | None = st.session_state.get(_BROUGHT, {}).get(key)
    return file


def bring(key: str, file: Brought) -> None:
    """Let a field have taken a file that no hand gave it."""
    st.session_state.setdefault(_BROUGHT, {})[key] = file


def forget_file(key: str) -> None:
    """Forget what a field took."""
    st.session_state.get(_BROUGHT, {}).pop(key, None)


def _take(key: str) -> None:
    file = st.session_state[key]
    if file is None:
        forget_file(key)
    else:
        bring(key, Brought(file.name, file.getvalue()))
