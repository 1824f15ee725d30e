"""The link to what is on the screen, and links of an earlier day, whose parameters bore other names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

import streamlit as st

from sera_core.ui.learn.chapter import Chapter

EARLIER = {
    "conv": "convolution",
    "relu": "activation",
    "pool": "pooling",
    "fc": "dense",
    "net": "network",
    "diagnosis": "decision",
    "cam": "gradcam",
}


def renew() -> None:
    """Give the parameters of an earlier link the names of today, and begin anew: controls read a link only once."""
    place = st.query_params.get("pooling_step", "")
    if place.isdecimal():  # where the window stood, before the chapter had steps
        st.query_params["pooling_place"] = place
        del st.query_params["pooling_step"]
    old = [name for name in st.query_params if "_" in name and name.partition("_")[0] in EARLIER]
    for name in old:
        first, _, rest = name.partition("_")
        st.query_params[f"{EARLIER[first]}_{rest}"] = st.query_params.get_all(name)
        del st.query_params[name]
    if old:
        st.rerun()


def here(chapter: Chapter, other: Mapping[str, Sequence[str]] | None = None) -> str:
    """Address of the page as it stands: chapter, depth and every setting that differs from its default.

    Parameters
    ----------
    chapter : Chapter
    other : mapping of name to values, optional
        Parameters that take the place of those of the same name.
    """
    settings = {"chapter": [str(chapter.number)]} | {name: st.query_params.get_all(name) for name in st.query_params}
    return f"{st.context.url or '/Learn'}?{urlencode({**settings, **(other or {})}, doseq=True)}"
