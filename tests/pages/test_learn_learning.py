"""Chapter 10 without a browser: curves at once, a live run, refusals."""

from __future__ import annotations

import re

from scipy.stats import binomtest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import ROOT, chapter_at, shown


def chapter(learn: AppTest, **link: str) -> AppTest:
    return chapter_at(learn, 10, **link)


def test_it_opens_with_the_curves_of_an_earlier_run(learn: AppTest) -> None:
    page = chapter(learn)
    share, low, high = re.fullmatch(r"(\d+)% \((\d+)% to (\d+)%\)", shown(page)["Left-out accuracy"]).groups()
    interval = binomtest(round(int(share) * 1.2), 120).proportion_ci(method="wilson")
    assert (int(low), int(high)) == (round(100 * interval.low), round(100 * interval.high))
    assert any("An earlier run" in caption.value for caption in page.caption)
    assert re.search(r"\d+ of 120 changed sides since epoch", " ".join(part.value for part in page.markdown))
    page.button(key="learning_preset_Fine-tune").click().run()
    assert not page.exception
    assert page.button_group(key="learning_moving").value == ["Stages 5-7", "Head", "Last layer"]
    assert "Left-out accuracy" in shown(page)


def test_a_small_set_is_trained_on_the_page(learn: AppTest) -> None:
    page = chapter(learn, learning_epochs="2", learning_cases="8")
    assert any("press Train" in info.value for info in page.info)
    page.button(key="learning_train").click().run(timeout=300)
    assert not page.exception
    assert any("Trained here" in caption.value for caption in page.caption)
    assert "This nodule" in shown(page)
    again = AppTest.from_file(str(ROOT / "app.py"), default_timeout=120).run().switch_page("pages/3_Learn.py")
    reloaded = chapter(again, learning_epochs="2", learning_cases="8")
    assert any("before the page was loaded anew" in caption.value for caption in reloaded.caption)
    assert shown(reloaded)["Left-out accuracy"] == shown(page)["Left-out accuracy"]
    assert "This nodule" not in shown(reloaded)  # it may have been a patient's


def test_a_preset_from_random_weights_and_another_draw_stand_in_the_link(learn: AppTest) -> None:
    page = chapter(learn, learning_draw="1")
    assert page.number_input(key="learning_draw").value == 1
    page.button(key="learning_preset_From scratch, as few").click().run()
    assert not page.exception
    assert page.toggle(key="learning_scratch").value
    assert page.number_input(key="learning_draw").value == 0
    assert "learning_scratch" in page.query_params


def test_all_frozen_is_refused_in_words(learn: AppTest) -> None:
    page = chapter(learn, learning_epochs="2", learning_cases="8")
    page.button_group(key="learning_moving").set_value([]).run()
    page.button(key="learning_train").click().run(timeout=300)
    assert any("Every layer is frozen" in warning.value for warning in page.warning)
