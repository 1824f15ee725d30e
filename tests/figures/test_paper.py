"""Figures for print: exact width, everything that a reader needs inside, told apart without colour."""

from __future__ import annotations

import io
import zipfile

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image
from pypdf import PdfReader

from sera_core.evaluate.compare import compare
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Comparison
from sera_core.figures.palette import READER, series
from sera_core.figures.paper import saved
from sera_core.reports.plates import archive, file_name, plates
from tests.predicted import made_up, read

Drawn = tuple[Predictions, Comparison, dict, dict]
Sheets = dict[float, dict[str, Figure]]  # figures by name, by width in mm


@pytest.fixture(scope="module")
def drawn() -> Drawn:
    predictions = read(made_up(models=("alpha", "beta $x$", "../gamma"), cases=60, readers=True))
    raters = (*predictions.models, *predictions.readers)
    looks = series(predictions.models) | dict.fromkeys(predictions.readers, READER)
    return predictions, compare(predictions), looks, {name: name for name in raters}


@pytest.fixture(scope="module")
def sheets(drawn: Drawn) -> Sheets:
    return {width: dict(plates(*drawn, width)) for width in (85.0, 180.0)}


def words(figure: Figure) -> str:
    return " ".join(text.get_text() for text in figure.findobj(match=lambda one: hasattr(one, "get_text")))


@pytest.mark.parametrize("width", [85.0, 180.0])
def test_every_figure_has_the_width_asked_for_to_a_tenth_of_a_millimetre(sheets: Sheets, width: float) -> None:
    made = sheets[width]
    assert set(made) == {"real-auc", "real-roc", "real-calibration", "real-decision"} | {
        f"real-confusion-{name}" for name in ("alpha", "beta_x", "gamma", "reader_1_acr2017")
    }
    page = PdfReader(io.BytesIO(saved(made["real-roc"], "pdf"))).pages[0]
    assert float(page.mediabox.width) / 72 * 25.4 == pytest.approx(width, abs=0.1)
    picture = Image.open(io.BytesIO(saved(made["real-confusion-alpha"], "png")))
    assert picture.width / 600 * 25.4 == pytest.approx(width, abs=0.1)
    assert float(page.mediabox.height) / 72 * 25.4 < 240, "it fits a page"


def test_numbers_stand_inside_and_axes_are_square(drawn: Drawn, sheets: Sheets) -> None:
    predictions, found, *_ = drawn
    made = sheets[180]
    said = words(made["real-roc"])
    for row in found.glance.rows:
        assert f"{row.estimate:.2f} ({row.low:.2f}–{row.high:.2f})" in said
    for view in map(predictions.at, predictions.centres):
        assert f"{view.centre}, {'internal' if view.centre == 'home' else 'external'}" in said
        assert f"{view.malignant} / {view.benign} with label 1 / 0" in said
    assert all(axes.get_box_aspect() == 1 for axes in made["real-roc"].axes)
    for one in found.confusions:
        if one.model == "alpha":
            share = 100 * one.true_positive / (one.true_positive + one.false_negative)
            assert f"TP\n{one.true_positive}\n{share:.0f} %" in words(made["real-confusion-alpha"])
    assert len(made["real-roc"].legends) == 1


def test_curves_are_told_apart_in_grey(sheets: Sheets) -> None:
    axes = sheets[180]["real-roc"].axes[0]
    dashes = [str(line.get_linestyle()) for line in axes.get_lines() if len(line.get_xdata()) > 2]
    marks = [line.get_marker() for line in axes.get_lines() if len(line.get_xdata()) == 1]
    assert len(set(dashes)) == len(dashes) == 3
    assert len(set(marks[:3])) == 3


def test_the_archive_holds_every_figure_in_every_form_under_plain_names(drawn: Drawn) -> None:
    book = zipfile.ZipFile(io.BytesIO(archive(*drawn, 85)))
    assert len(book.namelist()) == 3 * 8
    assert all("/" not in name and ".." not in name for name in book.namelist())
    assert b"<svg" in book.read("real-roc.svg")[:400]
    assert file_name("../..") == "model"
    shown = np.asarray(Image.open(io.BytesIO(book.read("real-auc.png"))).convert("L"))
    assert shown.min() < 60 < 250 < shown.max()
