"""Chapter 1 without a browser."""

from __future__ import annotations

import pytest
from streamlit.testing.v1 import AppTest

from tests.pages.conftest import chapter_at, shown

STEPS = ("X-ray CT", "MRI", "Ultrasound", "Region")


def chapter(learn: AppTest, step: str, **link: str) -> AppTest:
    return chapter_at(learn, 1, imaging_step=step, **link)


@pytest.mark.parametrize("step", STEPS)
def test_every_step_opens_with_a_picture_a_formula_and_a_question(learn: AppTest, step: str) -> None:
    page = chapter(learn, step)
    assert not page.warning
    assert len(page.get("image")) >= 3
    assert len(page.latex) == 1
    assert any((radio.key or "").startswith("imaging_q_") for radio in page.radio)


def test_fewer_directions_mean_more_error(learn: AppTest) -> None:
    page = chapter(learn, "X-ray CT", imaging_directions="180")
    many = float(shown(page)["Root mean square error"].split()[0])
    page.select_slider(key="imaging_directions").set_value(8).run()
    assert float(shown(page)["Root mean square error"].split()[0]) > many


def test_as_many_directions_as_are_advised_can_be_had(learn: AppTest) -> None:
    page = chapter(learn, "X-ray CT")
    slider = page.select_slider(key="imaging_directions")
    assert shown(page)["Directions that are enough"] == slider.options[-1]


def test_the_rim_holds_little_energy(learn: AppTest) -> None:
    page = chapter(learn, "MRI", imaging_keep="Rim")
    assert r"\,e^{2\pi i (k_x x + k_y y)}" in page.latex[0].value  # the talk's sign
    assert float(shown(page)["Energy kept"].strip("%")) < 10


def test_a_higher_frequency_resolves_more(learn: AppTest) -> None:
    page = chapter(learn, "Ultrasound", imaging_mhz="7.0")
    coarse = shown(page)["Axial resolution"]
    page.slider(key="imaging_mhz").set_value(15.0).run()
    assert float(shown(page)["Axial resolution"].split()[0]) < float(coarse.split()[0])
