"""Chapter 3 without a browser."""

from __future__ import annotations

import re

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from sera_core.images.prepare import prepare
from sera_core.lessons import glcm, wavelet
from sera_core.lessons.bank import preparation
from sera_core.simulate.render import render
from sera_core.simulate.samples import SAMPLES
from tests.pages.conftest import chapter_at, shown


def chapter(learn: AppTest, **link: str) -> AppTest:
    return chapter_at(learn, 3, **{"texture_step": "Co-occurrence", **link})


@pytest.fixture(scope="module")
def crop() -> np.ndarray:
    frame = render(SAMPLES["cyst"].case)
    return prepare(frame.image.pixels, frame.box, preparation()).pixels


def test_the_numbers_are_those_of_the_nodule_in_the_link(learn: AppTest, crop: np.ndarray) -> None:
    page = chapter(learn, nodule="Simple cyst", texture_bits="6", texture_offset="3")
    assert shown(page) == {name: f"{value:.3g}" for name, value in glcm.texture(crop, 6, 3).items()}
    assert len(page.get("plotly_chart")) == 4


def test_counting_in_the_window_only_changes_the_numbers(learn: AppTest) -> None:
    whole = [metric.value for metric in chapter(learn).metric]
    learn.toggle(key="texture_only").set_value(True).run()
    assert not learn.exception
    assert [metric.value for metric in learn.metric] != whole


def test_a_removed_band_is_said_with_what_is_lost(learn: AppTest, crop: np.ndarray) -> None:
    page = chapter(learn, nodule="Simple cyst", texture_step="Wavelets", texture_filter="Daubechies 2")
    assert any("From all four bands: 0.00%" in caption.value for caption in page.caption)
    page.button_group(key="texture_bands").set_value(["LL", "LH"]).run()
    shares = wavelet.energies(wavelet.transform(wavelet.even(crop), "Daubechies 2"))
    lost = f"{shares['HL'] + shares['HH']:.2%}"
    assert any(f"Without HL, HH: {lost}" in caption.value for caption in page.caption)


@pytest.mark.parametrize(("name", "index"), [("Haar", "X(2i+p,\\,2j+r)"), ("Daubechies 2", "X(2i+p-1,\\,2j+r-1)")])
def test_the_wavelets_formula_gives_the_number_beside_it(
    learn: AppTest, crop: np.ndarray, name: str, index: str
) -> None:
    page = chapter(
        learn, nodule="Simple cyst", texture_step="Wavelets", texture_filter=name, texture_i="0", texture_j="7"
    )
    assert index in page.latex[0].value
    *terms, answer = (float(number) for number in re.findall(r"[+-]\d\.\d{3}", page.latex[2].value))
    assert sum(tap * row for tap, row in zip(terms[::2], terms[1::2], strict=True)) == pytest.approx(answer, abs=0.003)
    assert answer == pytest.approx(wavelet.transform(wavelet.even(crop), name)["LH"][0, 7], abs=0.0005)


def test_pairs_counted_by_hand_are_those_of_the_matrix(learn: AppTest) -> None:
    page = chapter(learn, texture_step="By hand", texture_first="2", texture_second="0")
    text = " ".join(part.value for part in page.markdown)
    assert "A 2 with a 0 as its neighbour: **0**. A 0 with a 2: **1**" in text
    assert "level 2 down and level 0 across, ringed, holds **1**" in text  # as in Haralick's figure
    page.segmented_control(key="texture_way").set_value("135° diagonal").run()
    assert "holds **3**" in " ".join(part.value for part in page.markdown)
