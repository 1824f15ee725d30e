"""What is computed from a simulated image serves every session; from a patient's, his own alone."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest


def ask() -> None:
    from dataclasses import replace

    import numpy as np
    import streamlit as st

    from sera_core.contracts import SIMULATED, GreyImage
    from sera_core.ui.cache import remembered

    st.session_state.setdefault("computed", [])

    @remembered()
    def mean(image: GreyImage) -> str:
        st.session_state["computed"].append(image.source)
        return f"{image.source} {image.pixels.mean():.2f}"

    drawn = GreyImage(np.full((4, 4), 0.25, np.float32), source=SIMULATED)
    for image in (drawn, replace(drawn, source="PNG"), replace(drawn, mm_per_px=(0.1, 0.1))):
        st.text(mean(image))


def test_only_a_simulated_image_is_remembered_beyond_the_session() -> None:
    said = ["simulated 0.25", "PNG 0.25", "simulated 0.25"]
    first = AppTest.from_function(ask, default_timeout=60).run()
    assert not first.exception
    assert [text.value for text in first.text] == said
    assert first.run().session_state["computed"] == ["simulated", "PNG"]  # each was asked once, at whatever scale
    second = AppTest.from_function(ask, default_timeout=60).run()
    assert second.session_state["computed"] == ["PNG"]
    assert [text.value for text in second.text] == said
