"""The states of the Compare page, driven without a browser: first paint, links, cells."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from sera_core.evaluate.compare import glance
from sera_core.evaluate.samplesize import Sampling, for_difference
from sera_core.study.shipped import read_study
from sera_core.ui.compare.sight import SEEN
from tests.pages.conftest import REAL
from tests.pages.tables import healthy, words

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
    badges = {name: next(line for line in lines if f"- **{name} (" in line) for name in ("A", "LES3-A")}
    assert ":violet-badge" in badges["A"]
    assert ":gray-badge" in badges["LES3-A"]
    compare.selectbox(key="study").set_value("simulated-on-real").run()
    healthy(compare)
    said = words(compare).replace("\\", "")
    assert "DDTI (111 label 1, 231 label 0)" in said, "a reading is not called malignant, whatever the models answer"


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
