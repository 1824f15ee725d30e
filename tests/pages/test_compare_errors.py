"""Where models err, on Compare: who misses the same, and a missed case seen."""

from __future__ import annotations

from streamlit.testing.v1 import AppTest

from sera_core.simulate.cohort import any_cohort
from tests.pages.tables import healthy, words


def test_errors_of_two_or_three_are_circles_and_of_more_bars(compare: AppTest) -> None:
    compare.query_params["which-real-frames"] = "Best 6"
    healthy(compare.run())
    assert len(compare.multiselect(key="raters").value) == 3
    assert "The size of a circle stands for nothing" in words(compare)
    raters = compare.multiselect(key="raters").options
    compare.multiselect(key="raters").set_value(raters[:5]).run()
    healthy(compare)
    assert "The size of a circle" not in words(compare)


def test_the_list_of_what_all_miss_holds_these_and_no_other(compare: AppTest) -> None:
    healthy(compare.run())
    said = next(m.value for m in compare.markdown if "are wrong for all" in m.value)
    everybody = int(said.split("**")[3])
    lists = [frame.value for frame in compare.dataframe if "truth" in frame.value]
    assert [len(one) for one in lists] == [everybody]
    compare.segmented_control(key="missed").set_value("any").run()
    healthy(compare)
    table = next(frame.value for frame in compare.dataframe if "who" in frame.value)
    assert (table["wrong"] == "3 of 3").sum() == everybody
    assert all(len(who.split(", ")) == int(wrong[0]) for who, wrong in zip(table["who"], table["wrong"], strict=True))


def test_a_missed_simulated_case_is_drawn_again_from_its_seed() -> None:
    from sera_core.simulate.render import render
    from sera_core.ui.compare.case import _frame

    case = any_cohort("B", 4, 3)[1]
    again = _frame("B", case.pathology is not None and case.pathology.value == "malignant", case.seed)
    assert (again.image.pixels == render(case).image.pixels).all()
