"""The sandbox: sliders to frame, answers and guidelines; refusals in the words of the command line."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from sera_core import escape
from sera_core.cli import main
from sera_core.simulate.sandbox import truth_of
from sera_core.simulate.settings import case_from
from tests.pages.desk import words


@pytest.fixture
def sandbox(learn: AppTest) -> AppTest:
    learn.query_params["chapter"] = "13"
    return learn


def pieces(page: AppTest) -> set[str]:
    """The keys of the page's own components."""
    return {piece.key for piece in page.get("bidi_component")}


def test_first_paint_has_frame_truth_answers_and_guidelines(sandbox: AppTest) -> None:
    sandbox.run()
    assert not sandbox.exception
    said = words(sandbox)
    assert "Sandbox" in sandbox.header[0].value
    assert "out of their domain" in said
    assert "own descriptors" in said
    assert len(sandbox.get("plotly_chart")) == 1  # bar
    assert "sandbox-frame" in pieces(sandbox)
    assert "later-heat-sandbox-frame" not in pieces(sandbox)
    table = sandbox.table[0].value
    assert "ACR TI-RADS 2017" in list(table["Guideline"])


def test_a_link_to_the_map_shows_the_map(sandbox: AppTest) -> None:
    sandbox.query_params["sandbox_show"] = "Heatmap"
    sandbox.run()
    assert not sandbox.exception
    assert {"sandbox-frame", "later-heat-sandbox-frame"} <= pieces(sandbox)


def test_an_impossible_nodule_is_refused_as_on_the_command_line(
    sandbox: AppTest, capsys: pytest.CaptureFixture[str], tmp_path: object
) -> None:
    sandbox.run()
    sandbox.segmented_control(key="sandbox_composition").set_value("spongiform")
    sandbox.slider(key="sandbox_rim_share").set_value(0.5).run()
    assert not sandbox.exception
    assert main(["simulate", "--out", str(tmp_path), "--nodule", "composition=spongiform", "rim_share=0.5"]) == 2
    sentence = capsys.readouterr().err.removeprefix("sera: ").strip()
    assert sandbox.warning[0].value == escape.markdown(sentence)
    assert sandbox.slider(key="sandbox_rim_share")  # and can be mended


def test_it_becomes_malignant_one_step_at_a_time(sandbox: AppTest) -> None:
    sandbox.run()
    for number, title in enumerate(("smooth", "Hypoechoic", "Taller"), start=1):
        sandbox.button(key="sandbox_next").click().run()
        assert not sandbox.exception
        assert f"Step {number} of 6" in words(sandbox)
        assert title in words(sandbox)
    assert sandbox.slider(key="sandbox_ratio").value == 1.25
    sandbox.button(key="sandbox_again").click().run()
    assert sandbox.slider(key="sandbox_echo_db").value == -1


def test_the_nodule_from_before_the_first_press_comes_back(sandbox: AppTest) -> None:
    sandbox.run()
    sandbox.slider(key="sandbox_ratio").set_value(1.1).run()
    for _ in range(2):
        sandbox.button(key="sandbox_next").click().run()
    assert sandbox.slider(key="sandbox_ratio").value != 1.1
    sandbox.button(key="sandbox_back").click().run()
    assert sandbox.slider(key="sandbox_ratio").value == 1.1
    assert "of 6" not in words(sandbox)


def numbers(page: AppTest) -> dict[str, tuple[str, str]]:
    return {one.label: (one.value, one.delta) for one in page.metric}


def test_the_change_since_the_last_setting_is_told(sandbox: AppTest) -> None:
    sandbox.run()
    first = numbers(sandbox)
    assert {delta for _, delta in first.values()} == {""}
    sandbox.slider(key="sandbox_echo_db").set_value(-8.0).run()
    second = numbers(sandbox)
    for name in ("Network", "Truth, as built", "Truth, as visible"):
        was, now = (float(values[name][0].rstrip("%")) for values in (first, second))
        assert float(second[name][1].split()[0]) == pytest.approx(now - was, abs=1)
        assert now > was
    assert "grey levels on average" in words(sandbox)


def test_a_margin_brings_its_depth_and_what_cannot_be_seen_is_told(sandbox: AppTest) -> None:
    sandbox.run()
    sandbox.segmented_control(key="sandbox_margin").set_value("irregular").run()
    assert sandbox.slider(key="sandbox_margin_depth").value == 0.28
    assert "Not seen in this picture: the margin, the shape" in words(sandbox)
    shown = numbers(sandbox)
    assert shown["Truth, as built"][0] != shown["Truth, as visible"][0]


def test_where_the_network_guesses_it_is_said(sandbox: AppTest) -> None:
    sandbox.query_params["sandbox_echo_db"] = "-20"
    sandbox.run()
    assert any("-20 is below -16.5" in info.value and "only fluid" in info.value for info in sandbox.info)


def test_comet_tails_make_the_truth_fall_and_where_the_network_errs_it_is_said(sandbox: AppTest) -> None:
    for name, value in {"composition": "mixed", "comet_tails": "3"}.items():
        sandbox.query_params[f"sandbox_{name}"] = value
    sandbox.run()
    assert any("Comet tails are a benign sign" in info.value for info in sandbox.info)
    case = case_from({"composition": "mixed", "comet_tails": 3})
    without = replace(case, nodule=replace(case.nodule, comet_tails=0))
    assert truth_of(case) < truth_of(without)


def test_the_link_brings_back_the_nodule(sandbox: AppTest) -> None:
    sandbox.query_params["sandbox_composition"] = "cystic"
    sandbox.query_params["sandbox_size_mm"] = "12.5"
    sandbox.run()
    assert sandbox.segmented_control(key="sandbox_composition").value == "cystic"
    assert sandbox.slider(key="sandbox_size_mm").value == 12.5
    assert "anechoic" not in [warning.value for warning in sandbox.warning]


def test_a_sample_moves_the_sliders(sandbox: AppTest) -> None:
    sandbox.run()
    sandbox.selectbox(key="sandbox_start").set_value("Textbook papillary carcinoma").run()
    assert sandbox.slider(key="sandbox_size_mm").value == 14
    assert sandbox.slider(key="sandbox_punctate").value == 9


def test_a_chapter_that_does_not_exist_is_said(learn: AppTest) -> None:
    learn.query_params["chapter"] = "99"
    learn.run()
    assert not learn.exception
    assert "no chapter '99'" in learn.warning[0].value
