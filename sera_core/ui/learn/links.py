"""Links of an earlier day: their parameters bore other names."""

from __future__ import annotations

import streamlit as st

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
    old = [name for name in st.query_params if "_" in name and name.partition("_")[0] in EARLIER]
    for name in old:
        first, _, rest = name.partition("_")
        st.query_params[f"{EARLIER[first]}_{rest}"] = st.query_params.get_all(name)
        del st.query_params[name]
    if old:
        st.rerun()
