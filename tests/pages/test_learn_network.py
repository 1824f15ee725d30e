"""The chapters on the network: they open, move, refuse in words, and say what they computed."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.ui.learn import chapters
from sera_core.ui.learn.chapter import Part
from sera_core.ui.learn.chapters import CHAPTERS, COURSE
from tests.pages.conftest import chapter_at, shown
from tests.pages.desk import words

OPENS = {  # chapter: words that only its result can say; those of the split chapters are in test_learn_steps
    "5": ("reach of the kernel", "first cell of the output"),
    "8": ("Every output cell sees every input cell", "The probability on Diagnose"),
}


def said(at: AppTest) -> str:
    return words(at) + " ".join(str(part.value) for kind in ("latex", "metric") for part in at.get(kind))


@pytest.mark.parametrize("number", OPENS)
def test_it_opens_with_its_result_and_a_question(learn: AppTest, number: str, model: str) -> None:
    at = chapter_at(learn, int(number))
    chapter = CHAPTERS[int(number)]
    assert chapter.title in at.header[0].value
    for sentence in (*chapter.sentences, *OPENS[number]):
        assert sentence in said(at)
    radio = next(one for one in at.radio if one.key.endswith("_question"))
    radio.set_value(radio.options[0]).run()
    assert "**Right.**" in words(at) or "**Not quite.**" in words(at)


def test_chapters_are_in_order_and_have_their_place_in_the_talk() -> None:
    numbers = list(CHAPTERS)
    assert numbers == list(range(1, len(COURSE) + 1))
    parts = [list(Part).index(chapter.talk.part) for chapter in CHAPTERS.values()]
    assert parts == sorted(parts)
    for chapter in CHAPTERS.values():
        assert chapter.draw.__module__ == f"{chapters.__name__}.{chapter.slug}"


def test_a_stride_rounds_down_and_says_what_is_never_seen(learn: AppTest, model: str) -> None:
    at = chapter_at(learn, 5, convolution_cells="16", convolution_stride="2", convolution_padding="1")
    assert not at.warning
    assert shown(at)["Output"] == "8 × 8 × 1"
    assert shown(at)["Cells never seen"] == "0"
    assert r"\lfloor 7.50 \rfloor + 1 = 8" in said(at)
    at.number_input(key="convolution_padding").set_value(0).run()
    assert shown(at)["Cells never seen"] == "31"


def test_the_link_brings_back_the_layer_and_another_network_begins_at_its_own(learn: AppTest, model: str) -> None:
    at = chapter_at(learn, 9, net_layer="fc7")
    assert r"4096 \cdot 4096 = 16\,777\,216" in said(at)
    networks = at.selectbox(key="network_name")
    networks.set_value(networks.options[1]).run()
    layers = at.select_slider(key="network_layer")
    assert layers.value == layers.options[0]
    assert not at.error


def test_the_link_brings_back_kernel_channels_and_filters(learn: AppTest, model: str) -> None:
    at = chapter_at(
        learn, 5, convolution_kernel="learned", convolution_filters="2", convolution_padding="1", convolution_first="4"
    )
    assert "9 × 9 × 2" in said(at)
    assert str(2 * (3 * 9 + 1)) in said(at)
    at.selectbox(key="convolution_kernel").set_value("blur").run()
    assert str(2 * (9 + 1)) in said(at)


def test_next_and_previous_lead_through_the_course(learn: AppTest, model: str) -> None:
    at = chapter_at(learn, 7)
    at.button(key="foot-previous").click().run()
    assert CHAPTERS[6].title in at.header[0].value
    assert at.query_params["chapter"] == "6"


def test_the_talks_table_is_shown_as_measured(learn: AppTest, model: str) -> None:
    table = chapter_at(learn, 9).dataframe[0].value
    shapes = dict(zip(table["Layer"], table["Output"], strict=True))
    assert shapes["input"] == "227 × 227 × 3"
    assert shapes["conv1"] == "55 × 55 × 96"
    assert shapes["fc8"] == "1000"


def test_own_numbers_stand_in_for_the_kernel_and_leave_with_it(learn: AppTest, model: str) -> None:
    own = np.arange(9, dtype=np.float32).reshape(1, 1, 3, 3)
    learn.session_state["convolution_tables"] = True  # their fold is open
    at = chapter_at(learn, 5, convolution_own=" ".join(f"{value:g}" for value in own.ravel()))
    (maps, kernel, answer) = (table.value.to_numpy(float) for table in at.dataframe)
    assert kernel == pytest.approx(own[0, 0])
    first = sum(kernel[i, j] * maps[i, j] for i in range(3) for j in range(3))
    assert answer[0, 0] == pytest.approx(first, abs=1e-5)
    assert f"= {first:.2f}" in said(at)
    at.selectbox(key="convolution_kernel").select("blur").run()
    assert at.text_input(key="convolution_own").value == ""
    assert at.dataframe[1].value.to_numpy(float) == pytest.approx(np.full((3, 3), 1 / 9), abs=1e-6)


@pytest.mark.parametrize("typed", ["1 2", "x y z", "nan " * 9, "1e30 " * 9])
def test_numbers_that_cannot_be_a_kernel_are_told_so(learn: AppTest, model: str, typed: str) -> None:
    at = chapter_at(learn, 5, convolution_own=typed)
    assert "they stay as chosen" in said(at)


def test_a_map_and_its_cell_are_in_the_link(learn: AppTest, model: str) -> None:
    at = chapter_at(learn, 9, network_conv="24", network_map="11", network_row_8="2", network_column_8="3")
    assert "Map 11 and the cell" in said(at)
    assert r"\cdot 2 =" in said(at)
