"""Size, words and advice on Diagnose."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.cases.database import URL
from sera_core.cases.log import Log
from sera_core.contracts import Basis, Focus, GreyImage, Guideline, Margin, Shape
from sera_core.diagnosis import outlined
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.simulate.wide import draw_wide, without_nodule
from sera_core.wording.labels import LABELS, NO_FOCUS
from tests.pages.desk import SOLID, Png, describe, frame, upload, words

# ---- the size ----------------------------------------------------------------------------------------------------


def test_the_size_that_is_shown_decides_and_an_impossible_one_is_refused_beside_the_field(page: AppTest) -> None:
    page.run()
    page.selectbox(key="guideline").set_value(Guideline.ACR2017)
    page.text_input(key="size_mm").set_value("9.9999999").run()
    assert not page.exception
    said = words(page)
    assert "size 10 mm" in said
    assert "under 10 mm)" not in said
    page.text_input(key="size_mm").set_value("1.4").run()
    assert "if 1.4 cm was meant, give 14" in words(page)
    page.text_input(key="size_mm").set_value("14,5").run()
    assert "size 14.5 mm" in words(page)
    page.text_input(key="size_mm").set_value("14.5 mm").run()
    assert "'14.5 mm' is not a number: write it like 14.5 or 14,5, without a unit. It goes on with" in words(page)
    page.text_input(key="size_mm").set_value("145").run()
    assert "145 mm is very large: if 14.5 mm was meant, give 14.5." in words(page)
    for size in (300.0, 0.4):
        page.text_input(key="size_mm").set_value(str(size)).run()
        assert not page.exception
        refusals = [warning.value for warning in page.warning if "cannot be used" in warning.value]
        assert len(refusals) == 1
        assert f"{size:g} mm cannot be used: give the largest dimension" in refusals[0]
        assert "in millimetres, from 1 to 150" in refusals[0]
        assert refusals[0].endswith(f"It goes on with the outline's {page.session_state['diagnosed'].size_mm:g} mm.")
        assert f"{size:g} mm" not in words(page).replace(refusals[0], "")


# ---- what next ---------------------------------------------------------------------------------------------------


def test_the_outline_s_diameter_is_proposed_until_a_size_is_typed(page: AppTest, model: str) -> None:
    page.run()
    page.text_input(key="size_mm").set_value("").run()
    assert not page.exception
    assert "proposed from the outline" in page.text_input(key="size_mm").placeholder
    assert re.search(r"size 1[2-5](\.\d)? mm, proposed from the outline", words(page))
    page.text_input(key="size_mm").set_value("9.0").run()
    assert "size 9 mm" in words(page)
    assert "proposed from the outline" not in words(page)


def test_without_a_size_the_advice_says_what_it_would_need(page: AppTest, png: Png) -> None:
    upload(page, "frame.png", png(frame()))  # no scale, so no diameter either
    describe(page, **SOLID)
    said = words(page)
    assert "size not given" in said
    assert "Not decided" in said


def test_proposed_words_carry_the_advice_until_the_reader_touches_them(page: AppTest, model: str) -> None:
    page.run()
    page.selectbox(key="sample").set_value(SAMPLES["follicular"].title).run()  # every row of it is proposed
    said = words(page)
    assert "By the words that the program proposes" in said
    assert "nobody has looked at yet" in said
    assert page.pills(key="shape").value is Shape.WIDER_THAN_TALL
    assert "proposed: " in page.pills(key="shape").label
    page.pills(key="margin").set_value(Margin.LOBULATED).run()
    assert "yours" in page.pills(key="margin").label
    assert "proposed" in page.pills(key="shape").label
    assert "By your words, and proposed ones where you said nothing" in words(page)
    assert page.session_state["diagnosed"].basis is Basis.CHANGED
    page.button(key="confirm").click().run()
    assert "By your own description" in words(page)
    assert page.session_state["diagnosed"].basis is Basis.DESCRIPTORS
    assert "yours" in page.pills(key="shape").label
    page.button(key="repropose").click().run()
    assert page.session_state["diagnosed"].basis is Basis.PROPOSED


def test_the_first_touch_takes_a_proposed_word_and_the_second_opens_its_row(page: AppTest, model: str) -> None:
    page.run()
    proposed = page.pills(key="shape").value
    assert proposed is not None
    page.pills(key="shape").set_value(None).run()  # what a click on the filled chip gives
    assert page.pills(key="shape").value == proposed
    assert "yours" in page.pills(key="shape").label
    assert page.session_state["diagnosed"].patient.seen.shape is proposed
    page.pills(key="shape").set_value(None).run()
    assert not page.exception
    assert "open" in page.pills(key="shape").label
    assert re.search(r"Still open: [a-z ,]*shape[a-z ,]*\. Please look\.", words(page))
    assert page.session_state["diagnosed"].description.shape is None
    assert page.session_state["diagnosed"].basis is Basis.PROBABILITY  # a simulated model's target is cancer


def test_the_first_touch_takes_proposed_foci_and_a_further_one_is_added(page: AppTest, model: str) -> None:
    page.run()
    proposed = page.pills(key="foci").value
    assert proposed == [Focus.PUNCTATE]
    page.pills(key="foci").set_value([]).run()
    assert page.pills(key="foci").value == proposed
    assert "yours" in page.pills(key="foci").label
    page.pills(key="foci").set_value([]).run()
    assert "open" in page.pills(key="foci").label
    page.button(key="repropose").click().run()
    page.pills(key="foci").set_value([*proposed, Focus.RIM]).run()
    assert page.session_state["diagnosed"].patient.seen.foci == {Focus.PUNCTATE, Focus.RIM}


def test_none_and_any_focus_exclude_each_other(page: AppTest, model: str) -> None:
    page.run()
    page.pills(key="foci").set_value([NO_FOCUS, Focus.PUNCTATE]).run()
    assert page.pills(key="foci").value == [NO_FOCUS]
    page.pills(key="foci").set_value([NO_FOCUS, Focus.RIM]).run()
    assert page.pills(key="foci").value == [Focus.RIM]
    assert page.session_state["diagnosed"].description.foci == {Focus.RIM}


def test_where_no_nodule_is_found_the_reader_is_asked_to_draw_it_or_to_describe_it(
    page: AppTest, png: Png, model: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, f"sqlite:///{tmp_path / 'cases.sqlite'}")
    necks = (without_nodule(draw_wide(CENTRES["A"], 5_000_100 + n)) for n in range(20))
    bare = next(pixels for pixels in necks if outlined(GreyImage(pixels)) is None)
    upload(page, "neck.png", png((bare * 255).round().astype(np.uint8)))
    said = words(page)
    assert "drag a box around it: everything else follows from there" in said
    assert "No nodule was found on this frame: draw it in cell 2." in said
    assert "No number is better than a made-up one" not in said
    assert "Nothing is measured" in said
    assert not page.error
    assert "pdf" not in {button.key for button in page.button}, "nothing was said that a report could tell"

    page.text_input(key="size_mm").set_value("22")
    describe(page, **SOLID)
    assert not page.exception
    assert {"pdf", "json", "dicom"} <= {button.key for button in page.button}
    report = report_of(page)
    assert "No answer: no model read this image. The frame shows no nodule" in report
    assert "Advice: Needle aspiration (K-TIRADS 2021, K-TIRADS 5" in report
    assert "22 mm" in report

    page.button(key="save-case").click().run()
    (entry,) = Log().find()
    assert [(line.model, line.probability, line.category) for line in entry.nodules] == [("", None, "K-TIRADS 5")]
    cases = page.switch_page("pages/4_Cases.py").run()
    assert "No answer: no model read this image" in words(cases)
    cases.button(key="reopen-0-0").click().run()
    again = cases.switch_page("pages/1_Diagnose.py").run()
    assert not again.exception
    assert not again.error
    assert again.button(key="save-case").label == "Saved"
    assert report_of(again) == report


def test_a_region_too_thin_for_a_model_leaves_words_advice_and_report(page: AppTest, png: Png, model: str) -> None:
    upload(page, "frame.png", png(frame()))
    for key in ("box_w", "box_h"):
        page.number_input(key=key).set_value(1).run()
    assert "The region is 1 x 1 pixels" in words(page)
    describe(page, **SOLID)
    assert not page.exception
    assert not page.error
    assert "No answer: no model read this image. The region is 1 x 1 pixels" in report_of(page)
    assert "pdf" in {button.key for button in page.button}


def report_of(page: AppTest) -> str:
    """The text to copy, its lines joined."""
    (report,) = (code.value for code in page.code if code.value.startswith("SERA: thyroid"))
    return " ".join(report.split())


def test_the_page_asks_which_of_two_pictures_is_meant(page: AppTest, png: Png, model: str) -> None:
    left, right = (render(SAMPLES[name].case).image.pixels for name in ("papillary", "follicular"))
    screen = np.hstack([left, right])
    upload(page, "two.png", png((screen * 255).round().astype(np.uint8)))
    asked = page.segmented_control(key="pane")
    assert "shows 2 pictures" in asked.label
    assert "say which one is meant" in words(page)
    for pane in (0, 1):
        page.segmented_control(key="pane").set_value(pane).run()
        assert not page.exception
        box = page.session_state["diagnosed"].reading.box
        assert (box.x >= left.shape[1]) == bool(pane)
        assert "say which one is meant" not in words(page)


def test_the_reader_s_words_give_each_guideline_s_category(page: AppTest) -> None:
    page.run()
    page.text_input(key="size_mm").set_value("14.0")
    describe(page, **SOLID)
    assert not page.exception
    said = words(page)
    assert "By your own description" in said
    assert "K-TIRADS 5" in said  # solid, hypoechoic, with suspicious features: facts of K-TIRADS 2021
    table = page.dataframe[0].value
    assert len(table) == len(Guideline)
    rows = dict(zip(table["Guideline"], table["Category"], strict=True))
    assert rows[LABELS[Guideline.ACR2017].word] == "TR5"  # 2 + 2 + 3 + 2 = 9 points
    assert rows[LABELS[Guideline.EU2017].word].endswith("5")


def test_words_that_exclude_each_other_are_refused_and_the_verdict_stays(page: AppTest) -> None:
    page.run()
    before = len(page.warning)
    describe(page, **{**SOLID, "echogenicity": "anechoic"})
    assert not page.exception
    assert len(page.warning) == before + 1
    assert any("cannot be anechoic" in warning.value for warning in page.warning)
    assert not page.error


def test_agreement_of_model_and_reader_is_said(page: AppTest, model: str) -> None:
    page.run()
    describe(page, **SOLID)
    assert "odel and description" in words(page) or "categories" in words(page)
