"""Chapter 4 without a browser: its steps, its link, its table, its refusals."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from sera_core.lessons import clouds, margin
from sera_core.ui.learn.canvas import points
from tests.pages.conftest import chapter_at, shown

STEPS = ("Lines", "Widest margin", "Soft margin", "Kernel trick", "Real texture")


def chapter(learn: AppTest, step: str, **link: str) -> AppTest:
    return chapter_at(learn, 4, margin_step=step, **link)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens_with_numbers_a_formula_and_a_question(learn: AppTest, step: str) -> None:
    page = chapter(learn, step)
    assert len(page.metric) >= 3
    assert len(page.latex) == 1
    assert not page.warning
    assert any(radio.key.startswith("margin_q_") for radio in page.radio)


def test_the_widest_margin_on_the_page_is_the_lessons(learn: AppTest) -> None:
    page = chapter(learn, "Widest margin")
    assert shown(page)["Width of the street β"] == f"{margin.fit(*clouds.clear()).beta:.2f}"
    assert shown(page)["Width of the street β"] == f"{2 * float(shown(page)['Half of it α']):.2f}"


def test_points_come_with_the_link(learn: AppTest) -> None:
    page = chapter(learn, "Widest margin", margin_points="b20-50m60-50")
    assert shown(page)["Width of the street β"] == "4.00"


def test_points_that_no_line_separates_are_refused_in_words(learn: AppTest) -> None:
    page = chapter(learn, "Widest margin", margin_points="b20-20b80-80m20-80m80-20")
    assert "No straight line separates" in page.warning[0].value


def test_one_class_alone_is_refused_in_words(learn: AppTest) -> None:
    page = chapter(learn, "Soft margin", margin_points_mixed="b20-20b80-80")
    assert "One class is missing" in page.warning[0].value


def test_a_ring_has_no_straight_border(learn: AppTest) -> None:
    page = chapter(learn, "Soft margin", margin_points_mixed=points.to_word(clouds.ring()))
    assert shown(page)["Width of the street β"] == "none"
    assert any("the best w is 0" in caption.value for caption in page.caption)


def test_a_broken_link_falls_back_to_the_given_points(learn: AppTest) -> None:
    page = chapter(learn, "Kernel trick", margin_points_ring="nonsense", margin_gamma="-7")
    assert shown(page)["Support vectors"].endswith(" of 30")


def test_a_narrow_kernel_learns_by_heart(learn: AppTest) -> None:
    page = chapter(learn, "Real texture", margin_gamma="100.0")
    held_out = shown(page)["On nodules left out"]
    assert float(shown(page)["Accuracy on these nodules"].strip("%")) > 90
    assert float(held_out.strip("%")) < 70


def test_an_answer_is_explained(learn: AppTest) -> None:
    page = chapter(learn, "Widest margin")
    page.radio(key="margin_q_1").set_value("Nothing").run()
    assert any("**Right.**" in shown.value for shown in page.markdown)


def test_the_table_takes_the_place_of_the_board(learn: AppTest) -> None:
    page = chapter(learn, "Widest margin", margin_plain="true")
    assert len(page.dataframe) == 1 or page.get("arrow_data_frame") or page.get("data_editor")
    assert len(page.get("plotly_chart")) == 1


def test_points_survive_the_way_through_the_link() -> None:
    cloud = clouds.ring()
    back = points.from_word(points.to_word(cloud))
    assert back is not None
    assert back[0] == pytest.approx(cloud[0])
    assert (back[1] == cloud[1]).all()
    assert points.from_word("") is None


def test_points_that_were_moved_stay_in_their_own_steps(learn: AppTest) -> None:
    page = chapter(learn, "Soft margin", margin_points="b20-50m60-50")
    assert float(shown(page)["Sum of slack"]) > 0  # the mixed points, not the two of the widest margin
