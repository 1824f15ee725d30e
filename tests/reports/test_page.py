"""The PDF, read back with another library."""

from __future__ import annotations

import io
import re
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest
from pypdf import PdfReader

from sera_core.contracts import NOT_A_DEVICE, Box, Diagnosis, Fidelity, GreyImage, Guideline, Notice, Verdict
from sera_core.exam import Exam
from sera_core.guidelines import advise_from_probability
from sera_core.reports import page
from sera_core.reports.pictures import heated, plain
from sera_core.wording import headline
from tests.reports.samples import READ, bare, diagnosis, heatmap, opinion, pixels


def pdf(diagnosis: Diagnosis, made: datetime | None = None) -> bytes:
    return page.pdf(Exam.of(diagnosis), made)


def read(data: bytes) -> PdfReader:
    return PdfReader(io.BytesIO(data))


def text_of(data: bytes) -> str:
    return re.sub(r"\s+", " ", " ".join(page.extract_text() for page in read(data).pages))


def test_one_page_says_everything_that_matters():
    whole = diagnosis()
    data = pdf(whole, made=datetime(2030, 5, 17, tzinfo=UTC))
    assert len(read(data).pages) == 1
    assert [round(float(side)) for side in read(data).pages[0].mediabox[2:]] == [595, 842]  # A4 in points
    text = text_of(data)
    for part in (
        "Likely to be read as suspicious",
        "17 May 2030",
        "74%",
        "cut-off 48%",
        "Grad-CAM",
        "Follow-up (K-TIRADS 2021, K-TIRADS 4",
        whole.advice.rule,
        whole.reading.trained_on,
        whole.reading.model_sha256,
        "SERA 0.1.0",
        "14 mm, largest dimension",
        "5 mm",
        NOT_A_DEVICE,
    ):
        assert part in text, part
    assert len(read(data).pages[0].images) == 2


def lines_of(data: bytes) -> list[tuple[float, float, str]]:
    """Every line of the first page: height of its baseline from below, size (both in points), and text."""
    found: list[tuple[float, float, str]] = []

    def visit(text, _outer, place, _font, size):
        if text.strip():
            found.append((place[5], size, text.strip()))

    read(data).pages[0].extract_text(visitor_text=visit)
    return found


@pytest.mark.parametrize("positive", ["malignant", READ, "called highly suspicious by most of the seven readers " * 2])
@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("size_mm", [None, 14.0])
def test_the_headline_stands_above_the_advice_however_long_both_are(positive, verdict, size_mm):
    advice = replace(advise_from_probability(Guideline.KTIRADS2021, 0.99, size_mm), category="K-TIRADS 5 " * 6)
    lines = lines_of(pdf(bare(positive=positive, verdict=verdict, advice=advice)))
    first = next(i for i, (_, _, text) in enumerate(lines) if text.startswith("Advice:"))
    start = next(i for i, (_, size, text) in enumerate(lines) if size >= 12 and text != "SERA")
    title, after = lines[start:first], lines[first]
    assert " ".join(text for _, _, text in title).startswith(headline(verdict, positive)[:20])
    assert min(y for y, _, _ in title) - after[0] >= 0.75 * after[1], "the advice is printed over the headline"


def test_a_reading_is_never_called_benign_or_malignant():
    text = text_of(pdf(diagnosis())).split("Model", 1)[0]
    assert "Beta (real frames): 31%, unlikely to be read as suspicious" in text_of(pdf(diagnosis()))
    assert not re.search("benign|malignan", text)


def test_a_range_that_holds_the_cut_off_is_told_under_the_headline_and_other_frames_models_call_nothing_malignant():
    turns = "A slightly different box could turn this answer."
    other = replace(opinion("beta", 0.63, positive="malignant"), domain="simulated")
    turning = text_of(pdf(diagnosis(low=0.44, opinions=(opinion("alpha", 0.74), other))))
    headline, rest = turning.split("Advice:", 1)
    assert turns in headline
    assert turns in rest.split("Limits")[0]
    assert "models for simulated frames, which answer another question" in rest
    assert not re.search("benign|malignan", turning.split("Model", 1)[0])
    assert "slightly different box" not in text_of(pdf(diagnosis()))


def test_nothing_known_but_the_picture():
    data = pdf(bare())
    text = text_of(data)
    assert "No heatmap was asked for" in text
    assert "Size not given" in text
    assert not re.search(r"\d mm", text.replace(bare().advice.rule, ""))
    assert len(read(data).pages[0].images) == 1


def test_map_that_is_no_better_than_chance_says_so_beside_the_picture():
    assert "Grad-CAM, not to be trusted" in text_of(
        pdf(diagnosis(heatmap=heatmap(Fidelity((0.1, 0.2), (0.2, 0.1), -1, 1))))
    )
    assert "Grad-CAM, not confirmed" in text_of(
        pdf(diagnosis(heatmap=heatmap(Fidelity((0.1, 0.2), (0.1, 0.2), 0.3, 0.2))))
    )
    assert "not to be trusted" not in text_of(pdf(diagnosis()))


@pytest.mark.parametrize("verdict", list(Verdict))
@pytest.mark.parametrize("probability", [0.0, 0.5, 1.0])
def test_every_verdict_at_both_ends_of_the_bar(verdict, probability):
    assert len(read(pdf(bare(verdict=verdict, probability=probability))).pages) == 1


def test_letters_beyond_latin_1():
    notice = Notice("any", "Size ≥ 10 mm – “quoted” − µ 갑상선 🙂")
    text = text_of(pdf(diagnosis(warnings=(notice,), model_title="결절 net")))
    assert "Size ≥ 10 mm – “quoted” − µ 갑상선 □" in text
    assert "결절 net" in text


def test_many_models_and_warnings_take_a_second_page_with_the_same_foot():
    data = pdf(
        diagnosis(
            warnings=tuple(Notice("any", f"Warning number {i}: " + "word " * 40) for i in range(8)),
            opinions=tuple(opinion(f"model-{i}", i / 12) for i in range(12)),
        )
    )
    assert len(read(data).pages) == 2
    assert all(NOT_A_DEVICE in page.extract_text() for page in read(data).pages)
    assert all(f"Warning number {i}" in text_of(data) for i in range(8))


def test_no_identity():
    data = pdf(diagnosis(image=GreyImage(pixels(), source="DOE^JANE 1970-01-01")))
    assert not re.search("doe|jane|1970", text_of(data), re.IGNORECASE)
    assert set(read(data).metadata) <= {"/Title", "/Subject", "/Producer", "/CreationDate"}


def test_margins_of_the_frame_stay_out_of_the_pictures():
    """The white rows on top of the sample stand for a burned-in name."""
    whole = diagnosis()
    for picture in (plain(whole), heated(whole)):
        assert picture is not None
        assert picture.rgb.max() < 250
        assert picture.rgb.shape[1] == 640


def test_region_lies_on_the_picture_where_the_box_is():
    frame = np.zeros((300, 400), np.float32)
    frame[100:150, 200:280] = 1.0
    picture = plain(diagnosis(image=GreyImage(frame, mm_per_px=(0.1, 0.1)), box=Box(200, 100, 80, 50)))
    height, width = picture.rgb.shape[:2]
    bright = np.argwhere(picture.rgb[..., 0] > 128)
    (top, left), (bottom, right) = bright.min(axis=0), bright.max(axis=0) + 1
    found = (left / width, top / height, (right - left) / width, (bottom - top) / height)
    np.testing.assert_allclose(found, (picture.left, picture.top, picture.width, picture.height), atol=0.01)
    assert picture.mm_wide == pytest.approx(80 * 1.6 * 0.1)


def test_box_in_the_corner_of_the_frame():
    assert pdf(diagnosis(box=Box(0, 0, 12, 300)))
    assert pdf(diagnosis(box=Box(559, 359, 1, 1)))
    assert pdf(diagnosis(heatmap=replace(heatmap(None), crop_box=Box(-50, -60, 900, 900))))


def test_same_diagnosis_and_date_same_file_also_under_threads():
    made = datetime(2030, 1, 1, tzinfo=UTC)
    whole = diagnosis()
    once = pdf(whole, made)
    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(lambda _: pdf(whole, made), range(4))) == {once}
