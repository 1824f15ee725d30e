"""The states of the Diagnose page, driven without a browser: first paint, links, verdicts, faults."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.cases.database import URL
from sera_core.cases.log import Log
from sera_core.contracts import BadInput, Guideline, Shape
from sera_core.diagnosis import Request, diagnose
from sera_core.images.read import read_image
from sera_core.simulate.samples import SAMPLES
from sera_core.wording.labels import LABELS
from tests.pages.desk import RNG, SOLID, Png, describe, upload, words

# ---- first paint -------------------------------------------------------------------------------------------------


def test_a_sample_is_already_loaded(page: AppTest) -> None:
    page.run()
    assert not page.exception
    assert page.segmented_control(key="source").value == "sample"
    assert "simulated" in words(page)
    first = next(iter(SAMPLES.values()))
    assert page.selectbox(key="sample").value == first.title
    assert float(page.text_input(key="size_mm").value) == pytest.approx(first.case.nodule.size_mm, abs=0.5)
    for number in range(1, 6):
        assert page.container(key=f"cell-{number}")


def test_every_sample_opens_and_stays_labelled(page: AppTest) -> None:
    page.run()
    for sample in list(SAMPLES.values())[1:3]:
        page.selectbox(key="sample").set_value(sample.title).run()
        assert not page.exception
        assert sample.story in words(page)
        assert "simulated" in words(page)


def test_the_first_paint_has_a_verdict_a_heatmap_and_advice(page: AppTest, model: str) -> None:
    page.run()
    said = words(page)
    assert "uncertain band around the cut-off" in said
    assert "random places" in said
    assert "By the model's probability" in said
    assert {chart.proto.id or chart.key for chart in page.get("plotly_chart")}
    assert [page.button(key=key).label for key in ("pdf", "json")] == ["PDF", "JSON"]


# ---- the link ----------------------------------------------------------------------------------------------------


def test_a_link_opens_where_it_points(page: AppTest) -> None:
    page.query_params["sample"] = SAMPLES["cyst"].title
    page.query_params["guideline"] = LABELS[Guideline.ACR2017].word
    page.query_params["pretest"] = "10"
    page.run()
    assert page.selectbox(key="sample").value == SAMPLES["cyst"].title
    assert page.selectbox(key="guideline").value is Guideline.ACR2017
    assert page.slider(key="pretest").value == 10


def test_a_link_with_nonsense_opens_the_defaults(page: AppTest) -> None:
    page.query_params["sample"] = "no such sample"
    page.query_params["pretest"] = "abc"
    page.query_params["model"] = "../../etc"
    page.run()
    assert not page.exception
    assert page.slider(key="pretest").value == 20
    assert page.selectbox(key="model").value == "auto"


# ---- the verdict -------------------------------------------------------------------------------------------------


def test_a_strange_image_gets_no_number_but_advice_and_a_report_that_can_be_saved(
    page: AppTest, model: str, png: Png, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(URL, f"sqlite:///{tmp_path / 'cases.sqlite'}")
    upload(page, "strange.png", png(strange(png)))
    refusals = [warning for warning in page.warning if "unlike anything" in warning.value]
    assert len(refusals) == 1
    assert not page.error
    assert not re.search(r"Probability:? \d", words(page))
    assert {"pdf", "json", "dicom"} <= {button.key for button in page.button}
    describe(page, **SOLID)
    assert "By your own description" in words(page)
    (report,) = (code.value for code in page.code if code.value.startswith("SERA: thyroid"))
    assert "No answer: the image is too unlike" in report
    assert "Solid, hypoechoic" in report
    page.button(key="save-case").click().run()
    ((line,),) = (entry.nodules for entry in Log().find())
    assert (line.probability, line.category) == (None, "K-TIRADS 5")


def strange(png: Png) -> np.ndarray:
    """The first of some pictures of something else that the installed models refuse."""
    from skimage import data

    noise = RNG.integers(1, 250, (300, 300)).astype(np.uint8)
    for pixels in (data.camera(), data.brick(), data.coins(), noise):
        try:
            if not diagnose(read_image(png(pixels)), Request(method=None)).reading.answered:
                return pixels
        except BadInput:
            pass  # no nodule was found
    raise AssertionError("the installed models take a photograph, a wall, coins and noise for a thyroid")


def test_a_model_can_be_chosen(page: AppTest, model: str) -> None:
    page.run()
    page.selectbox(key="model").set_value(model).run()
    assert not page.exception
    assert f"{model}, weights sha256" in words(page) or page.warning


def test_a_real_frame_s_verdict_is_shown_with_its_doubts_at_once_and_after_a_touch(
    page: AppTest, model: str, shared_data: Path
) -> None:
    """The range over the box holds the cut-off, and the map does not pass its test."""
    image = shared_data / "ddti" / "images" / "106_1.jpg"
    upload(page, image.name, image.read_bytes())
    for _ in range(2):
        assert not page.error
        glance = [line.value for line in page.container(key="glance").markdown]
        (told,) = (alert.proto.title for alert in [*page.info, *page.warning] if "random" in alert.value)
        assert glance[1] == ":material/swap_horiz: **A slightly different box could turn this answer.**"
        assert glance[2].endswith(f"; {told.removeprefix('This ')}".replace("map is", "map"))
        (cell,) = (line.value for line in page.container(key="cell-3").markdown if "uncertain band" in line.value)
        assert cell.endswith(". A slightly different box could turn this answer.")
        assert image.stem not in words(page)
        page.pills(key="shape").set_value(Shape.WIDER_THAN_TALL).run()


# ---- faults of ours ----------------------------------------------------------------------------------------------


def test_a_fault_of_ours_is_one_sentence_with_details_in_a_fold() -> None:
    def script() -> None:
        from sera_core.ui.states import guarded

        with guarded():
            {}["missing"]

    at = AppTest.from_function(script, default_timeout=60).run()
    assert not at.exception
    assert len(at.error) == 1
    assert "Your input is not to blame" in at.error[0].value
    assert "KeyError" in at.expander[0].code[0].value
    assert "Traceback" not in at.expander[0].code[0].value
