"""The designed states of a page: refused, failed, empty, and the notices that travel with a result."""

from __future__ import annotations

import logging
import traceback
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import streamlit as st

from sera_core import escape
from sera_core.contracts import BadInput, Notice
from sera_core.files import ROOT


@contextmanager
def guarded(refusal: str = "This cannot be used") -> Iterator[None]:
    """Show a refusal as a refusal and a fault of ours as one sentence; never a traceback."""
    try:
        yield
    except BadInput as error:
        refused(error, refusal)
    except Exception as error:
        failed(error)


def refused(error: BadInput, title: str = "This cannot be used") -> None:
    """What was refused, why, and how to mend it."""
    st.warning(escape.markdown(error.message), title=title, icon=":material/block:")


def failed(error: Exception) -> None:
    """A fault of ours: one sentence, with details for a report in a fold."""
    logging.getLogger(__name__).error("a page failed", exc_info=error)
    st.error(
        "Your input is not to blame. Press Reset or reload the page; if it happens again, report the details below.",
        title="Something went wrong on our side",
        icon=":material/error:",
    )
    with st.expander("Details", icon=":material/bug_report:"):
        where = traceback.extract_tb(error.__traceback__)[-1]
        file = Path(where.filename)
        shown = file.relative_to(ROOT) if file.is_relative_to(ROOT) else file.name
        st.code(f"{type(error).__name__}: {error}\nin {where.name}, {shown}, line {where.lineno}", language=None)


def empty(title: str, text: str, icon: str) -> None:
    """Nothing is here yet: what will be, and what to do."""
    with st.container(border=True, horizontal_alignment="center", gap="xsmall"):
        st.markdown(f"### {icon}", text_alignment="center")
        st.markdown(f"**{title}**", width="content")
        st.caption(text, text_alignment="center")


def notices(items: Iterable[Notice]) -> None:
    """What the checks noticed, once each, as one quiet list."""
    messages = list(dict.fromkeys(notice.message for notice in items))
    if messages:
        st.info(
            "\n".join(f"- {escape.markdown(message)}" for message in messages),
            title="Noticed",
            icon=":material/visibility:",
        )
