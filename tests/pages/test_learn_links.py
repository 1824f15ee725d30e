"""A link carries only what differs from a control's own default: a chapter must begin at exactly these defaults."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from sera_core.ui.learn.chapter import chapters

KINDS = ("slider", "select_slider", "number_input", "selectbox", "toggle", "button_group", "text_input")


def bound(page: AppTest) -> list[Element]:
    """The controls whose values are in the link."""
    return [one for kind in KINDS for one in page.get(kind) if one.proto.query_param_key]


@pytest.mark.parametrize("number", list(chapters()))
def test_a_chapter_begins_where_a_link_without_settings_opens_it(learn: AppTest, number: int) -> None:
    learn.query_params["chapter"] = str(number)
    learn.run()
    assert not learn.exception
    controls = bound(learn)
    assert controls
    assert [one.key for one in controls if one.proto.set_value] == []
