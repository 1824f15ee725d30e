"""The states of the Compare page, driven without a browser."""

from __future__ import annotations

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.evaluate.compare import glance
from sera_core.evaluate.samplesize import Sampling, for_difference
from sera_core.simulate.cohort import any_cohort
from sera_core.study.shipped import read_study
from sera_core.ui.compare.sight import SEEN
from tests.predicted import made_up

REAL = ["DDTI", "BUSI", "LES3-A", "LES3-B"]
KINDS = ("title", "subheader", "markdown", "caption", "warning", "info", "error", "code")


def words(at: AppTest) -> str:
    return " ".join(str(element.value) for kind in KINDS for element in at.get(kind))


@pytest.fixture
def compare(home: AppTest) -> AppTest:
    """The Compare page on the real centres of the study of real frames, not yet run."""
    home.run()
    page = home.switch_page("pages/2_Compare_models.py")
    page.query_params["study"] = "real-frames"
    page.query_params["centres-real-frames"] = REAL
    page.session_state[SEEN] = set(range(1, 14))
    return page


def healthy(page: AppTest) -> AppTest:
    assert not page.exception
    assert [error.value for error in page.error] == []
    return page


def upload(page: AppTest, data: bytes, name: str = "mine.csv") -> AppTest:
    page.query_params["from"] = "Own file"
    page.run()
    page.file_uploader[0].upload(name, data)
    return page.run()


def own(page: AppTest, table: pd.DataFrame) -> AppTest:
    return healthy(upload(page, table.to_csv(index=False).encode()))


# ---- first paint -------------------------------------------------------------------------------------------------


def test_a_study_is_already_compared(compare: AppTest) -> None:
    healthy(compare.run())
    said = words(compare)
    assert "not pathology" in said
    assert "origin of the labels not documented" in said
    assert "patients have several images" in said
    for number in range(1, 14):
        assert compare.container(key=f"cell-{number}")
    assert len(compare.get("plotly_chart")) >= 10
    assert said.count("Does not mean.") >= 10


def test_cells_far_down_wait_until_they_are_near_and_the_link_keeps_their_choices(compare: AppTest) -> None:
    compare.session_state[SEEN] = set()
    compare.query_params["calibrated"] = "LES3-A"
    healthy(compare.run())
    assert len(compare.get("plotly_chart")) == 1  # the first figure
    assert not compare.get("slider")
    compare.session_state[SEEN] = {6}
    healthy(compare.run())
    assert len(compare.get("plotly_chart")) == 2
    assert compare.selectbox(key="calibrated").value == "LES3-A"


def test_the_second_kind_of_centres_waits_for_the_first(compare: AppTest) -> None:
    compare.session_state[SEEN] = set()
    compare.query_params["centres-real-frames"] = ["DDTI", "A"]
    healthy(compare.run())
    assert len(compare.get("plotly_chart")) == 1
    compare.session_state[SEEN] = {2}
    healthy(compare.run())
    assert len(compare.get("plotly_chart")) == 2


def test_a_closed_fold_sends_nothing_and_an_open_one_its_content(compare: AppTest) -> None:
    compare.session_state[SEEN] = set()
    healthy(compare.run())
    assert not compare.get("code")
    assert not compare.get("table")
    compare.session_state["auc-table"] = True
    compare.session_state["code read_predictions"] = True
    healthy(compare.run())
    assert len(compare.get("table")) == 1
    assert ["def read_predictions" in code.value for code in compare.get("code")] == [True]


def test_without_a_link_the_page_opens_too(home: AppTest) -> None:
    home.run()
    healthy(home.switch_page("pages/2_Compare_models.py").run())


def test_the_best_in_words_is_the_best_of_the_numbers(compare: AppTest) -> None:
    healthy(compare.run())
    found = glance(read_study("real-frames").predictions)
    for centre in REAL:
        model = found.best[centre]
        assert (f"**{model}** at {centre}" in words(compare)) == (model is not None)


def test_real_and_simulated_studies_are_labelled(compare: AppTest) -> None:
    healthy(compare.run())
    assert "violet-badge" not in " ".join(str(m.value) for m in compare.markdown[:12])
    compare.selectbox(key="study").set_value("koh2020-sim").run()
    healthy(compare)
    lines = " ".join(str(m.value) for m in compare.markdown).splitlines()
    badges = {name: next(line for line in lines if f"- **{name} (" in line) for name in ("A", "DDTI")}
    assert ":violet-badge" in badges["A"]
    assert ":gray-badge" in badges["DDTI"]


# ---- the link ----------------------------------------------------------------------------------------------------


def test_a_link_opens_on_its_models_and_centres(compare: AppTest) -> None:
    compare.query_params["which-real-frames"] = "Choose"
    compare.query_params["models-real-frames"] = ["lite0-svm", "lite0-finetune"]
    compare.query_params["centres-real-frames"] = ["DDTI", "LES3-A"]
    healthy(compare.run())
    assert set(compare.multiselect(key="models-real-frames").value) == {"lite0-svm", "lite0-finetune"}
    said = words(compare)
    assert "LES3-A (170 label 1, 133 label 0)" in said.replace("\\", "")
    assert "BUSI" not in said


def test_a_link_with_nonsense_opens_the_defaults(compare: AppTest) -> None:
    compare.query_params["study"] = "../../etc/passwd"
    compare.query_params["models-real-frames"] = "nobody"
    compare.query_params["versus"] = "<script>"
    compare.query_params["partial"] = ["9", "abc"]
    healthy(compare.run())


def test_another_study_forgets_the_models_of_the_last(compare: AppTest) -> None:
    compare.query_params["which-real-frames"] = "Choose"
    compare.query_params["models-real-frames"] = ["lite0-svm"]
    compare.query_params["calibrated"] = "LES3-B"
    healthy(compare.run())
    compare.selectbox(key="study").set_value("koh2020-sim").run()
    healthy(compare)
    assert "After Koh 2020" in words(compare)


def test_no_model_and_no_centre_chosen_still_compares(compare: AppTest) -> None:
    compare.query_params["which-real-frames"] = "Choose"
    compare.run()
    compare.multiselect(key="models-real-frames").set_value([])
    compare.pills(key="centres-real-frames").set_value([])
    healthy(compare.run())


# ---- the cells ---------------------------------------------------------------------------------------------------


def test_the_cut_off_moves_one_model(compare: AppTest) -> None:
    healthy(compare.run())
    model = compare.selectbox(key="moved").value
    compare.slider(key=f"cut-{model}").set_value(1.0).run()
    healthy(compare)
    moved = next(frame.value for frame in compare.dataframe if "sensitivity (moved)" in frame.value)
    assert all(said.startswith("0.00") for said in moved["sensitivity (moved)"])  # nobody is above 1


def test_a_slider_nobody_moved_changes_nothing(compare: AppTest) -> None:
    study = read_study("real-frames")
    model = next(name for name, cutoff in study.cutoffs.items() if cutoff.value != round(cutoff.value, 2))
    compare.query_params["which-real-frames"] = "All"
    compare.query_params["moved"] = model
    healthy(compare.run())
    moved = next(frame.value for frame in compare.dataframe if "sensitivity (moved)" in frame.value)
    for measure in ("sensitivity", "specificity"):
        assert list(moved[f"{measure} (moved)"]) == list(moved[f"{measure} (its own)"])


def test_a_cut_off_that_is_written_down_comes_first_and_a_wrong_one_is_told(compare: AppTest) -> None:
    compare.query_params["which-real-frames"] = "All"
    compare.query_params["moved"] = "lite0-svm"
    healthy(compare.run())
    assert "How much does it flatter the model where its cut-off was chosen?" in words(compare)
    compare.text_input(key="cutoffs-real-frames").set_value("lite0-svm = 0.31").run()
    healthy(compare)
    assert "The model's own: 0.310 (named for this comparison, fixed beforehand)" in words(compare)
    assert "How much does it flatter" not in words(compare)
    for said in ("nobody=0.5", "lite0-svm"):
        compare.text_input(key="cutoffs-real-frames").set_value(said).run()
        healthy(compare)
        assert any("nobody" in one.value or "MODEL=VALUE" in one.value for one in compare.warning)


def test_what_the_models_answer_is_told_apart_from_the_labels(compare: AppTest) -> None:
    healthy(compare.run())
    said = words(compare).replace("\\", "")
    assert "The models answer: read as suspicious" in said
    assert "A label of 1 means" not in said


@pytest.mark.parametrize("view", ["Two centres", "With the reader", "No worse than"])
def test_every_view_of_the_differences_opens(compare: AppTest, view: str) -> None:
    compare.query_params["versus"] = view
    healthy(compare.run())
    assert ("No reader in this table" in words(compare)) == (view == "With the reader")


@pytest.mark.parametrize("view", ["How many", "Which ones", "What each adds", "Features"])
def test_every_view_of_the_combinations_opens(compare: AppTest, view: str) -> None:
    compare.query_params["combined"] = view
    healthy(compare.run())


def test_a_ticked_subset_shows_the_paper_s_row(compare: AppTest) -> None:
    compare.query_params["combined"] = "Which ones"
    healthy(compare.run())
    compare.pills(key="networks-paper").set_value(["O", "V", "R"]).run()
    healthy(compare)
    table = next(frame.value for frame in compare.dataframe if "by" in frame.value and "accuracy" in frame.value)
    rows = {row["by"]: row["accuracy"] for row in table.to_dict("records")}
    assert rows == {"SVM": 94.7, "RF": 93.3, "ensemble": 92.7}  # [OVR] and [O][V][R] in Lee 2019


def test_the_next_study_is_planned_for_what_is_asked(compare: AppTest) -> None:
    compare.query_params["size-for"] = "Two AUCs"
    healthy(compare.run())
    plan = for_difference(0.85, 0.8, 0.5, Sampling(0.3, 1.0, 0.5))
    assert f"**{plan.positive}** images with label 1 and **{plan.negative}** with label 0" in words(compare)
    compare.number_input(key="size-second").set_value(0.85).run()
    assert any("must differ" in warning.value for warning in healthy(compare).warning)


def test_the_audit_tells_networks_from_radiologists(compare: AppTest) -> None:
    healthy(compare.run())
    assert "**4 radiologist rows fit only 100 malignant and 50 benign**" in words(compare)


# ---- one's own file ----------------------------------------------------------------------------------------------


def test_before_a_file_is_chosen_the_page_says_what_to_do(compare: AppTest) -> None:
    compare.query_params["from"] = "Own file"
    healthy(compare.run())
    assert "No table yet" in words(compare)
    assert "What was published" in words(compare)
    contents = next(str(c.value) for c in compare.caption if "#cell-" in str(c.value))
    there = [number for number in range(1, 14) if f"(#cell-{number})" in contents]
    assert there == [1, 10, 11, 13]
    titles = " ".join(str(s.value) for s in compare.subheader)
    assert [f"gray[{number}]" in titles for number in range(1, 14)] == [number in there for number in range(1, 14)]


def test_an_own_table_with_readers_and_sizes_fills_every_cell(compare: AppTest) -> None:
    own(compare, made_up(readers=True, sizes=True))
    said = words(compare)
    assert "Fleiss' kappa" in said
    assert "No reader" not in said
    assert "Nothing to divide by" not in said


def test_a_column_of_ones_own_divides_the_cases_and_is_tested(compare: AppTest) -> None:
    table = made_up(("alpha",))
    table["sex"] = ["f" if number % 4 < 2 else "m" for number in range(len(table))]
    compare.session_state[SEEN] = {9}
    own(compare, table)
    assert compare.selectbox(key="group").options == ["sex"]
    assert "Do the groups differ? alpha p = " in words(compare)


def test_a_bad_row_is_named(compare: AppTest) -> None:
    table = made_up()
    table.loc[5, "probability"] = 1.7
    upload(compare, table.to_csv(index=False).encode())
    assert not compare.exception
    assert any("Row 7 of mine.csv" in warning.value for warning in compare.warning)


@pytest.mark.parametrize(
    "data", [b"", b"\x00\x01\x02", b"a,b\n1,2\n", "é;ü\n".encode("latin-1"), b"PAR1garbage", b"case_id\n" * 3]
)
def test_what_is_no_table_is_refused_in_words(compare: AppTest, data: bytes) -> None:
    upload(compare, data)
    assert not compare.exception
    assert not compare.error
    assert compare.warning or "No table yet" in words(compare)


@pytest.mark.parametrize(
    "table",
    [
        made_up().query("label == 1"),
        made_up(models=("only",)),
        made_up().head(1),
        made_up(cases=2),
        made_up().query("centre == 'home'"),
        made_up(models=("模型 <b>ä</b> $x$ | [a](b)", "модель_*two*")),
        made_up(models=tuple(f"model number {i} with quite a long name" for i in range(20)), cases=40),
        made_up().assign(probability=0.5),
        made_up().assign(probability=lambda t: t["label"].astype(float)),
        made_up(domain="simulated"),
    ],
    ids=[
        "one class",
        "one model",
        "one row",
        "two cases",
        "one centre",
        "names",
        "many",
        "equal",
        "perfect",
        "simulated",
    ],
)
def test_odd_tables_are_compared_as_far_as_they_go(compare: AppTest, table: pd.DataFrame) -> None:
    own(compare, table)


# ---- errors ------------------------------------------------------------------------------------------------------


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


# ---- a missed case -----------------------------------------------------------------------------------------------


def test_a_missed_simulated_case_is_drawn_again_from_its_seed() -> None:
    from sera_core.simulate.render import render
    from sera_core.ui.compare.case import _frame

    case = any_cohort("B", 4, 3)[1]
    again = _frame("B", case.pathology is not None and case.pathology.value == "malignant", case.seed)
    assert (again.image.pixels == render(case).image.pixels).all()
