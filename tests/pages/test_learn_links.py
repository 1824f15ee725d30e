"""A link carries only what differs from a control's own default: a chapter must begin at exactly these defaults."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import nbformat
import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import Element

from sera_core.reports.notebook import lesson_notebook
from sera_core.ui.learn import show
from sera_core.ui.learn.chapters import CHAPTERS
from sera_core.ui.learn.guides import GUIDES
from tests.pages.conftest import ROOT, chapter_at
from tests.pages.desk import words

TRAINS = 10  # the chapter whose notebook trains for a minute
KINDS = ("slider", "select_slider", "number_input", "selectbox", "toggle", "button_group", "text_input")
EARLIER: list[tuple[int, dict[str, tuple[str, object]]]] = [  # a link of an earlier day, and what it sets today
    (5, {"conv_stride": ("convolution_stride", 2), "conv_kernel": ("convolution_kernel", "blur")}),
    (6, {"relu_hinges": ("activation_hinges", 7)}),
    (7, {"pool_size": ("pooling_size", 4)}),
    (8, {"fc_x1": ("dense_x1", -2.5), "fc_count": ("dense_count", 20)}),
    (9, {"net_layer": ("network_layer", "fc7")}),
    (
        11,
        {"diagnosis_layers": ("decision_layers", ["Lite0 last"]), "diagnosis_cut": ("decision_cut", 40)},
    ),
    (12, {"cam_class": ("gradcam_class", "benign"), "cam_seed": ("gradcam_seed", 4)}),
]


def bound(page: AppTest) -> list[Element]:
    """The controls whose values are in the link."""
    return [one for kind in KINDS for one in page.get(kind) if one.proto.query_param_key]


@pytest.fixture(scope="module", params=list(CHAPTERS))
def opened(request: pytest.FixtureRequest) -> tuple[int, AppTest]:
    """A chapter as a link without settings opens it."""
    page = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run().switch_page("pages/3_Learn.py")
    page.query_params["chapter"] = str(request.param)
    page.run()
    assert not page.exception
    assert not page.error
    return request.param, page


def test_a_chapter_begins_where_a_link_without_settings_opens_it(opened: tuple[int, AppTest]) -> None:
    number, page = opened
    guide, said = GUIDES[CHAPTERS[number].slug], words(page)
    assert "Guess first." in said
    assert all(line in said for line in (*guide.keep, guide.onward))
    assert not page.latex  # plain, until one asks for the mathematics
    drawn = [one.proto.component_name for one in page.get("bidi_component")]
    assert any("sera_journey" in name for name in drawn) == (5 <= number <= 12)
    assert page.button(key="handout").label == "Handout"
    controls = bound(page)
    assert controls
    assert [one.key for one in controls if one.proto.set_value] == []
    assert {one.key.partition("_")[0] for one in controls} <= {"nodule", "depth", CHAPTERS[number].slug}


def test_a_chapter_goes_home_as_a_notebook_that_runs(
    opened: tuple[int, AppTest], model: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    number, page = opened
    books: list[str] = []

    def written(title: str, calls: Sequence[partial]) -> str:
        books.append(lesson_notebook(title, calls))
        return books[-1]

    monkeypatch.setattr(show, "lesson_notebook", written)
    [*_, button] = [one for one in page.button if str(one.key).startswith("notebook-")]
    button.click().run()
    assert not page.exception
    assert not page.error
    (book,) = books
    scope: dict[str, object] = {}
    for cell in nbformat.reads(book, as_version=4).cells:
        if cell.cell_type == "code":
            code = compile(cell.source, "notebook", "exec")
            if number != TRAINS:
                exec(code, scope)


@pytest.mark.parametrize(("number", "link"), EARLIER)
def test_a_link_of_an_earlier_day_opens_its_chapter_and_settings(
    learn: AppTest, model: str, number: int, link: dict[str, tuple[str, object]]
) -> None:
    for then, (_, value) in link.items():
        learn.query_params[then] = [str(one) for one in value] if isinstance(value, list) else str(value)
    at = chapter_at(learn, number)
    assert CHAPTERS[number].title in at.header[0].value
    assert not set(link) & set(at.query_params)
    values = {one.key: one.value for one in bound(at)}
    for now, value in link.values():
        assert values[now] == value
        assert now in at.query_params
