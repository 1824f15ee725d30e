"""A patient's nodule, and links that nobody wrote, in every chapter."""

from __future__ import annotations

from dataclasses import replace

import pytest
from streamlit.testing.v1 import AppTest

from sera_core.classifiers.store import load
from sera_core.contracts import Diagnosis
from sera_core.diagnosis import Request, diagnose
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.learn.chapters import CHAPTERS
from sera_core.ui.learn.nodule import LAST
from sera_core.ui.state import DIAGNOSED
from tests.pages.conftest import ROOT, chapter_at
from tests.pages.desk import words
from tests.pages.test_learn_links import bound

ASKED = "vgg16-simulated"  # not the one that would have answered by itself
WORDS = {"margin_points": "b999-nan_m-1", "tasks_box": "999-999-0-0", "tasks_kept": "1-2-3", "convolution_own": "nan 1"}


@pytest.fixture(scope="module")
def diagnosed() -> Diagnosis:
    frame = render(SAMPLES["papillary"].case)
    image = replace(frame.image, source="PNG")  # as if it had been uploaded
    return diagnose(image, Request(box=frame.box, model=ASKED))


@pytest.mark.parametrize("number", list(CHAPTERS))
def test_a_patients_nodule_can_be_taken_apart(learn: AppTest, model: str, diagnosed: Diagnosis, number: int) -> None:
    learn.session_state[DIAGNOSED] = diagnosed
    at = chapter_at(learn, number, nodule=LAST, network_conv="3")  # chapter 9 opens at its maps
    assert [one.value for one in at.selectbox if one.key == "nodule"] in ([LAST], [])  # some ask for it later
    assert not at.warning
    if number in (8, 9):
        assert load(ASKED).card.title in words(at)
    assert "the one chosen above" not in words(at)  # what a simulator adds, it adds to a sample


@pytest.mark.parametrize("number", list(CHAPTERS))
@pytest.mark.parametrize("junk", ["nan", "999999"])
def test_a_broken_link_opens_the_chapter(learn: AppTest, model: str, number: int, junk: str) -> None:
    names = {one.proto.query_param_key for one in bound(chapter_at(learn, number))}
    fresh = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run().switch_page("pages/3_Learn.py")
    at = chapter_at(fresh, number, **(dict.fromkeys(names, junk) | WORDS))
    assert CHAPTERS[number].title in at.header[0].value
