"""Predict, then see: every guess is held against what the code of the lesson computes."""

from __future__ import annotations

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.lessons.pooling import weights_behind
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.learn import truths
from sera_core.ui.learn.chapters import CHAPTERS
from sera_core.ui.learn.guess import Amount
from sera_core.ui.learn.guides import GUIDES
from sera_core.ui.learn.nodule import Specimen
from sera_core.ui.learn.score import ANSWERED
from tests.pages.conftest import chapter_at
from tests.pages.desk import words


@pytest.fixture(scope="module")
def specimen() -> Specimen:
    frame = render(SAMPLES["papillary"].case)
    return Specimen(frame.image, frame.box, sample="papillary")


def test_every_chapter_has_a_guide() -> None:
    assert set(GUIDES) == {chapter.slug for chapter in CHAPTERS.values()}


@pytest.mark.parametrize("slug", [slug for slug, guide in GUIDES.items() if isinstance(guide.guess, Amount)])
def test_the_truth_lies_on_its_slider_and_the_slider_does_not_begin_there(
    specimen: Specimen, model: str, slug: str
) -> None:
    guess = GUIDES[slug].guess
    assert isinstance(guess, Amount)
    truth = guess.truth(specimen)
    assert guess.low <= truth <= guess.high
    assert abs(guess.start - truth) > guess.near


def test_truths_by_hand(specimen: Specimen) -> None:
    assert truths.echo_time(specimen) == pytest.approx(2 * 30 / 1.54)  # there and back
    assert truths.shifted_overlap(specimen) == pytest.approx(60)
    assert truths.places(specimen) == 144
    assert truths.saved_by_pooling(specimen) == pytest.approx(100 * (1 - 36 / 169))


def test_most_of_alexnet_stands_in_its_first_full_layer() -> None:
    assert weights_behind((6, 6), 256, 4096) == 9216 * 4096
    assert weights_behind((6, 6), 256, 4096) / 1e6 == pytest.approx(38, abs=0.5)


def test_the_hottest_place_is_that_of_the_map_on_diagnose(specimen: Specimen, model: str) -> None:
    from sera_core.diagnosis import Request, diagnose

    heat = diagnose(specimen.image, Request(specimen.box)).reading.heatmap
    assert heat is not None
    row, column = np.unravel_index(int(np.argmax(heat.values)), heat.values.shape)
    x, y = truths.hottest(specimen)
    scale = heat.crop_box.width / heat.values.shape[1]
    assert x == pytest.approx(heat.crop_box.x + column * scale, abs=3)
    assert y == pytest.approx(heat.crop_box.y + row * scale, abs=3)


def test_a_guess_is_shown_beside_the_truth_and_not_counted(learn: AppTest, model: str) -> None:
    at = chapter_at(learn, 5)
    assert "it is **144" not in words(at)
    at.slider(key="guess_convolution").set_value(140)
    at.button(key="guess_convolution_see").click().run()
    assert "You said 140, it is **144**" in words(at)
    at.slider(key="guess_convolution").set_value(9).run()
    assert "it is **144" not in words(at)  # a new guess hides the truth again
    at.button(key="guess_convolution_see").click().run()
    assert "You said 9, it is **144**" in words(at)
    assert ANSWERED not in at.session_state


def test_formulas_wait_for_those_who_ask(learn: AppTest, model: str) -> None:
    at = chapter_at(learn, 6, depth="plain", activation_depth="21")
    assert not at.latex
    assert "Glorot" not in words(at)
    at.segmented_control(key="depth").set_value("mathematics").run()
    assert at.latex
    assert "Glorot" in words(at)
