"""What is computed from a simulated image serves every session; from a patient's, his own alone."""

from __future__ import annotations

from streamlit.runtime.caching.cache_data_api import clear_session_cache
from streamlit.testing.v1 import AppTest

SESSION = "test session id"  # of every AppTest


def ask() -> None:
    import streamlit as st

    from sera_core.ui.cache import SAMPLE, remembered

    st.session_state.setdefault("computed", [])

    @remembered(4)
    def measured(key: str, _image: object) -> str:
        st.session_state["computed"].append(key)
        return key.upper()

    for key in (f"{SAMPLE}cyst", "0123abcd"):
        st.text(measured(key, object()))


def test_only_a_simulated_image_is_remembered_beyond_the_session() -> None:
    first = AppTest.from_function(ask).run()
    assert not first.exception
    assert [text.value for text in first.text] == ["SAMPLE CYST", "0123ABCD"]
    assert first.run().session_state["computed"] == ["sample cyst", "0123abcd"]  # each was asked once
    clear_session_cache(SESSION)  # as when the patient's page is closed
    second = AppTest.from_function(ask).run()
    assert second.session_state["computed"] == ["0123abcd"]
    assert [text.value for text in second.text] == ["SAMPLE CYST", "0123ABCD"]
