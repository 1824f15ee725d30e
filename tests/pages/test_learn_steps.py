"""One idea a screen: every step opens; exercises are checked; a teacher's link closes steps."""

from __future__ import annotations

import json
import re
from urllib.parse import parse_qs, urlsplit

import pytest
from streamlit.testing.v1 import AppTest

from sera_core.ui.learn.chapters import CHAPTERS, activation, gradcam, network, pooling, texture
from sera_core.ui.learn.exercises import EXERCISES
from tests.pages.conftest import chapter_at, shown
from tests.pages.desk import words

SAYS = {  # chapter, step: words that only its result can say, with the mathematics
    (6, "A bend"): "f(1.5) =",
    (6, "On a map"): "Cells at zero",
    (6, "Why bend at all?"): "mean squared error",
    (6, "Back through many layers"): "Glorot",
    (7, "Slide it"): "y_{1,1} =",
    (7, "What it forgives"): "average pooling",
    (7, "What it saves"): "AlexNet",
    (9, "Layer by layer"): "Receptive field: pixels a side",
    (9, "Where the work is"): "billion",
    (9, "Maps of this nodule"): "a field of",
    (9, "The talk's features"): "594 × 4096",
    (9, "Many nodules"): "networks saw photographs only (ImageNet)",
    (12, "Where the place is lost"): "the hottest point **outside**",
    (12, "Put the sign in and out"): "× its area",
    (12, "Made step by step"): "The hottest cell",
    (12, "Six methods"): "Eigen-CAM",
    (12, "Can it be believed?"): "random places",
    (12, "Which maps mean something?"): "A plain blob in the middle",
    (12, "How it misleads"): "px a cell",
}
RIGHT = {  # by hand; texture: of the pairs in the four matrices of Haralick 1973, 30 differ by 1, 12 by 2, of 84
    **{"imaging": 40, "tasks": 66.7, "texture": 78 / 84, "margin": 5, "convolution": 2, "activation": 15.6},
    **{"pooling": 27, "dense": 88, "network": 34944, "learning": 0.3, "decision": 85, "gradcam": 196},
    **{"sandbox": 80, "calibration": 11, "prevalence": 33.3, "scanners": 0.85},
}


def said(page: AppTest) -> str:
    metrics = " ".join(f"{metric.label} {metric.value}" for metric in page.metric)
    return words(page) + metrics + " ".join(latex.value for latex in page.latex)


def test_every_step_of_the_split_chapters_is_told_here() -> None:
    steps = {(CHAPTERS_OF[module], title) for module in CHAPTERS_OF for title in module.STEPS}
    assert steps == set(SAYS)


CHAPTERS_OF = {activation: 6, pooling: 7, network: 9, gradcam: 12}


@pytest.mark.parametrize(("number", "title"), SAYS)
def test_a_step_opens_with_its_result_and_its_question(learn: AppTest, model: str, number: int, title: str) -> None:
    slug = CHAPTERS[number].slug
    page = chapter_at(learn, number, **{f"{slug}_step": title})
    assert not page.warning
    assert SAYS[number, title] in said(page)
    (radio,) = [one for one in page.radio if str(one.key).startswith(f"{slug}_q_")]
    radio.set_value(radio.options[0]).run()
    assert "**Right.**" in words(page) or "**Not quite.**" in words(page)


@pytest.mark.parametrize("slug", RIGHT)
def test_an_exercise_knows_its_answer(slug: str) -> None:
    given = EXERCISES[slug]
    assert abs(RIGHT[slug] - given.answer) <= given.near
    assert abs(RIGHT[slug] * 1.1 - given.answer) > given.near
    assert set(EXERCISES) == {chapter.slug for chapter in CHAPTERS.values()}


def test_a_wrong_answer_is_not_solved_and_a_right_one_is(learn: AppTest) -> None:
    page = chapter_at(learn, 3)
    answer = page.text_input(key="exercise_texture")
    assert "84 pairs" not in words(page)
    answer.set_value("2").run()
    assert "Not yet" in words(page)
    assert "84 pairs" not in words(page)
    page.text_input(key="exercise_texture").set_value("0,93").run()
    assert "**Right.**" in words(page)
    assert "84 pairs" in words(page)
    assert page.session_state["learn_answered"]["exercise_texture"] is False  # the first answer counts


def test_the_switch_of_depth_opens_no_step(learn: AppTest) -> None:
    page = chapter_at(learn, 6, depth="mathematics")  # one of its steps has a control whose name is the same
    assert page.button_group(key="activation_step").value == "A bend"


def test_a_right_answer_is_counted_at_once(learn: AppTest) -> None:
    page = chapter_at(learn, 5)
    page.text_input(key="exercise_convolution").set_value("2").run()
    score = next(part for part in page.get("bidi_component") if "score" in part.proto.id)
    assert '"exercise_convolution": true' in json.dumps(json.loads(score.proto.json))


def test_a_teacher_takes_a_link_with_steps_hidden(learn: AppTest) -> None:
    learn.session_state["teacher"] = True  # the fold is open
    page = chapter_at(learn, 3, texture_bits="6")
    chosen = page.multiselect(key="teacher_hidden")
    assert chosen.options == [*texture.STEPS, "Three lines to keep"]
    chosen.set_value(["Wavelets", "Three lines to keep"]).run()
    link = parse_qs(urlsplit(page.code[-1].value).query)
    assert link["chapter"] == ["3"]
    assert link["texture_bits"] == ["6"]
    assert link["hide"] == ["Wavelets", "Three lines to keep"]


def test_a_hidden_step_is_closed_until_it_is_asked_for(learn: AppTest) -> None:
    learn.query_params["hide"] = ["Wavelets", "Three lines to keep"]
    page = chapter_at(learn, 3, texture_step="Wavelets")
    assert "**Wavelets** is closed" in words(page)
    assert not shown(page)
    assert "Contrast is high where neighbours differ" not in words(page)
    page.button(key="show-Wavelets").click().run()
    assert "Energy in LL" in shown(page)
    page.button(key="show-Three lines to keep").click().run()
    assert "Contrast is high where neighbours differ" in words(page)
    page.button(key="foot-next").click().run()
    assert "hide" not in page.query_params


@pytest.mark.parametrize(
    ("number", "link", "sentence"),
    [
        (4, {"margin_step": "Widest margin"}, "β the width of the street"),
        (3, {"texture_step": "Co-occurrence"}, "Contrast: how far neighbours differ"),
        (2, {"tasks_step": "Localisation"}, "intersection over union"),
        (12, {"gradcam_step": "How it misleads"}, "a hot spot's edge is no edge of the nodule"),
        (9, {"network_step": "Where the work is"}, "numbers are used at every one of 55 × 55 places"),
    ],
)
def test_what_follows_from_a_formula_is_told_without_it_too(
    learn: AppTest, model: str, number: int, link: dict[str, str], sentence: str
) -> None:
    page = chapter_at(learn, number, depth="plain", **link)
    assert not page.latex
    assert sentence in words(page)


def test_what_a_guess_tells_is_what_the_chapter_shows(learn: AppTest) -> None:
    page = chapter_at(learn, 14)
    said = re.search(r"answers are (\d+ ?%) on average", words(page))
    assert said is not None
    assert said[1].replace(" ", "") == shown(page)["Said, on average"]
