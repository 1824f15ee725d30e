"""Figures of a comparison: they show the numbers they were given, nothing else."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest

from sera_core import escape
from sera_core.evaluate.compare import (
    calibrations,
    confusions,
    cutoffs,
    decision_curves,
    errors,
    glance,
    kappas,
    prevalence_curves,
    roc_lines,
)
from sera_core.evaluate.published import audit
from sera_core.figures import palette
from sera_core.figures.agreement import error_sets, kappa_matrix
from sera_core.figures.confusion import confusion_grid
from sera_core.figures.forest import Block, Mark, forest
from sera_core.figures.glance import auc_forest
from sera_core.figures.layout import interval, short, wrapped
from sera_core.figures.networks import accuracy_by_number, implied_accuracy
from sera_core.figures.roc import roc_panel
from sera_core.figures.trust import decision_curves as draw_decisions
from sera_core.figures.trust import prevalence_curves as draw_prevalence
from sera_core.figures.trust import reliability
from tests.predicted import made_up, read

PREDICTIONS = read(made_up(readers=True))
FROZEN = cutoffs(PREDICTIONS)
NAMES = {name: name.upper() for name in (*PREDICTIONS.models, *PREDICTIONS.readers)}
LOOKS = palette.series(PREDICTIONS.models) | dict.fromkeys(PREDICTIONS.readers, palette.READER)
LOOK = palette.Series("#0B7A75", "solid", "circle")
NAN = float("nan")


def drawn_text(figure: object) -> str:
    return str(figure.to_plotly_json())  # type: ignore[attr-defined]


# ---- words -------------------------------------------------------------------------------------------------------


def test_a_long_name_keeps_both_ends_and_never_grows() -> None:
    name = "efficientnet-lite0-finetuned-on-thyroid"
    assert len(short(name)) == 24
    assert name.startswith(short(name).split("…")[0])
    assert name.endswith(short(name).split("…")[1])
    assert short("vgg16") == "vgg16"


@pytest.mark.parametrize("name", ["vgg16", "lite0-transfer-thyroid", "shufflenet-v2-scratch-sim", "x" * 30])
def test_a_name_in_two_lines_is_whole_and_narrow(name: str) -> None:
    lines = wrapped(name)
    assert "".join(lines) == name
    assert len(lines) <= 2
    assert max(map(len, lines)) <= 18


def test_a_name_from_a_file_opens_no_tag() -> None:
    assert escape.figure("<b>x</b> & y") == "&lt;b&gt;x&lt;/b&gt; &amp; y"
    hostile = Mark("<img src=x>", 0.8, 0.7, 0.9, LOOK)
    assert "<img" not in drawn_text(forest([Block("<script>", (hostile,))], "AUC"))


@pytest.mark.parametrize(
    ("numbers", "said"),
    [((0.81234, 0.7, 0.9), "0.812 (0.700 to 0.900)"), ((0.5, NAN, NAN), "0.500"), ((NAN, NAN, NAN), "not known")],
)
def test_an_interval_says_only_what_is_known(numbers: tuple[float, float, float], said: str) -> None:
    assert interval(*numbers) == said


# ---- forest ------------------------------------------------------------------------------------------------------


def test_a_row_stands_at_its_estimate_between_its_ends() -> None:
    figure = forest([Block("home", (Mark("alpha", 0.8, 0.7, 0.88, LOOK),))], "AUC", (0, 1))
    row = figure.data[0]
    ends = (row.x[0] - row.error_x.arrayminus[0], row.x[0], row.x[0] + row.error_x.array[0])
    assert ends == pytest.approx((0.7, 0.8, 0.88))
    assert row.y[0] == figure.layout.yaxis.tickvals[0]
    assert list(figure.layout.yaxis.ticktext) == ["alpha"]


def test_rows_of_one_colour_are_one_trace_and_every_row_keeps_its_own_mark() -> None:
    other = palette.Series("#D55E00", "solid", "square")
    marks = (Mark("alpha", 0.8, 0.7, 0.9, LOOK), Mark("beta", 0.7, 0.6, 0.8, other, hollow=True))
    figure = forest([Block("home", marks), Block("away", (*marks, Mark("c", 0.6, 0.5, 0.7, LOOK, bold=True)))], "AUC")
    assert len(figure.data) == 2
    drawn = {
        (trace.y[i], trace.x[i], trace.marker.color, trace.marker.symbol[i], trace.marker.size[i])
        for trace in figure.data
        for i in range(len(trace.x))
    }
    y = figure.layout.yaxis.tickvals
    looks = [(LOOK.colour, "circle", 9), (other.colour, "square-open", 9)]
    rows = [*looks, *looks, (LOOK.colour, "circle", 11)]
    assert drawn == {(y[i], x, *rows[i]) for i, x in enumerate((0.8, 0.7, 0.8, 0.7, 0.6))}


def test_every_ceiling_stands_above_its_own_block() -> None:
    rows = (Mark("alpha", 0.8, 0.7, 0.9, LOOK),)
    figure = forest([Block("home", rows, 0.95, "ceiling"), Block("away", rows), Block("far", rows, 0.9, "top")], "AUC")
    ceilings = figure.data[-1]
    assert list(ceilings.x) == [0.95, 0.9]
    assert list(ceilings.hovertext) == ["ceiling", "top"]
    tops = [figure.layout.yaxis.tickvals[0], figure.layout.yaxis.tickvals[2]]
    assert all(0 < place - row < 1 for place, row in zip(ceilings.y, tops, strict=True))


def test_a_number_that_is_not_known_is_said_and_not_drawn() -> None:
    figure = forest([Block("home", (Mark("alpha", NAN, NAN, NAN, LOOK), Mark("beta", 0.6, NAN, NAN, LOOK)))], "AUC")
    assert math.isnan(figure.data[0].x[0])
    assert "not known" in figure.data[0].hovertext[0]
    assert figure.data[0].x[1] == 0.6
    assert math.isnan(figure.data[0].error_x.array[1])


def test_rows_do_not_overlap_and_the_figure_grows_with_them() -> None:
    rows = tuple(Mark(f"m{i}", 0.5 + i / 100, 0.4, 0.9, LOOK) for i in range(20))
    figure = forest([Block("home", rows), Block("away", rows)], "AUC")
    places = sorted(figure.layout.yaxis.tickvals)
    assert len(places) == 40
    assert min(np.diff(places)) >= 0.99
    assert figure.layout.height > 40 * 20


def test_an_empty_forest_can_be_drawn() -> None:
    assert forest([], "AUC", (0, 1)).layout.height > 0


def test_the_glance_shows_every_auc_once_internal_before_external() -> None:
    found = glance(PREDICTIONS)
    counted = {centre: f"{centre} (60, 60)" for centre in PREDICTIONS.centres}
    figure = auc_forest(found, "real", LOOKS, NAMES, counted)
    shown = sorted(x for trace in figure.data for x in trace.x)
    assert shown == pytest.approx(sorted(row.estimate for row in found.rows))
    titles = [note.text for note in figure.layout.annotations]
    assert titles[0].startswith("<b>internal · home")
    assert titles[1].startswith("<b>external · away")
    assert len(auc_forest(found, "simulated", LOOKS, NAMES, counted).data) == 0


def test_a_centre_called_internal_is_not_taken_for_the_role() -> None:
    table = read(made_up().assign(centre="internal", role="external"))
    figure = auc_forest(glance(table), "real", LOOKS, NAMES, {"internal": "internal (60, 60)"})
    assert [note.text for note in figure.layout.annotations] == ["<b>external · centre internal (60, 60)</b>"]


def test_the_longest_label_has_its_room() -> None:
    margins = [
        forest([Block("home", (Mark("m" * letters, 0.8, 0.7, 0.9, LOOK),))], "AUC").layout.margin.l
        for letters in (3, 22, 200)
    ]
    assert margins[0] < margins[1] < margins[2]
    assert margins[1] >= 22 * 5
    assert margins[2] < 160  # half a phone: a long name is shortened


def test_by_model_the_same_numbers_stand_in_other_blocks() -> None:
    found = glance(PREDICTIONS)
    figure = auc_forest(found, "real", LOOKS, NAMES, {}, by_model=True)
    shown = sorted(x for trace in figure.data for x in trace.x)
    assert shown == pytest.approx(sorted(row.estimate for row in found.rows))
    assert {note.text for note in figure.layout.annotations} == {f"<b>{name}</b>" for name in NAMES.values()}


# ---- ROC and confusion -------------------------------------------------------------------------------------------


def test_each_model_is_a_line_with_its_point_and_each_reader_a_point() -> None:
    lines = roc_lines(PREDICTIONS, "away", FROZEN)
    figure = roc_panel(lines, LOOKS, NAMES)
    curves = [trace for trace in figure.data if trace.mode == "lines"]
    points = [trace for trace in figure.data if trace.mode == "markers"]
    assert len(curves) == 3
    assert len(points) == 4
    for line, curve in zip((one for one in lines if not one.is_reader), curves, strict=True):
        assert np.array_equal(curve.x, line.false_positive)
        assert np.array_equal(curve.y, line.sensitivity)
        assert curve.line.color == LOOKS[line.model].colour
    assert {(p.x[0], p.y[0]) for p in points} == {line.point for line in lines}


def test_the_band_is_drawn_for_the_chosen_model_only() -> None:
    lines = roc_lines(PREDICTIONS, "away", FROZEN)
    without, with_band = roc_panel(lines, LOOKS, NAMES), roc_panel(lines, LOOKS, NAMES, band="beta")
    assert len(with_band.data) == len(without.data) + 1
    band = next(trace for trace in with_band.data if trace.fill == "toself")
    line = next(one for one in lines if one.model == "beta")
    assert max(band.y) == pytest.approx(max(line.high))


def test_a_matrix_shows_the_four_counts_and_their_shares() -> None:
    found = [one for one in confusions(PREDICTIONS, FROZEN) if one.centre == "away" and one.model == "alpha"]
    figure = confusion_grid(found, ["ALPHA"])
    one, cells = found[0], [trace.text[0] for trace in figure.data if trace.type == "scatter"]
    assert not [trace for trace in figure.data if trace.texttemplate], "words on a tint follow the theme's colour"
    assert [int(cell.split("</b>")[0].removeprefix("<b>")) for cell in cells] == [
        one.true_positive,
        one.false_negative,
        one.false_positive,
        one.true_negative,
    ]
    assert figure.data[0].z[0][0] + figure.data[1].z[0][0] == pytest.approx(1)
    assert not [trace for trace in confusion_grid([], []).data if trace.text]  # nothing to count is no fault


# ---- trust and use -----------------------------------------------------------------------------------------------


def test_reliability_draws_each_bin_in_per_cent() -> None:
    found = [one for one in calibrations(PREDICTIONS) if one.centre == "away"]
    figure = reliability(found, LOOKS, NAMES, intervals=True)
    assert np.allclose(figure.data[0].x, found[0].predicted * 100)
    assert np.allclose(figure.data[0].y + figure.data[0].error_y.array, found[0].high * 100)
    assert sum(row[0] for row in figure.data[0].customdata) == 120


def test_decision_curves_stand_beside_all_and_none() -> None:
    curves = decision_curves(PREDICTIONS, "away")
    figure = draw_decisions(curves, LOOKS, NAMES)
    lines, bands = ([trace for trace in figure.data if bool(trace.fill) == filled] for filled in (False, True))
    assert [trace.name for trace in lines[:2]] == ["needle for all", "needle for none"]
    assert not np.any(lines[1].y)
    assert np.allclose(lines[2].y, curves[0].model_benefit * 100)
    assert len(bands) == len(curves)
    assert np.allclose(bands[0].y, 100 * np.concatenate([curves[0].high, curves[0].low[::-1]]))


def test_ppv_rises_and_npv_falls() -> None:
    curves = [one for one in prevalence_curves(PREDICTIONS, "away", FROZEN) if one.model in PREDICTIONS.models]
    figure = draw_prevalence(curves, LOOKS, NAMES, here=0.5)
    assert len(figure.data) == 2 * len(curves)
    assert np.all(np.diff(figure.data[0].y) > 0)
    assert np.all(np.diff(figure.data[1].y) < 0)


# ---- agreement ---------------------------------------------------------------------------------------------------


def test_every_kappa_stands_once_below_the_diagonal() -> None:
    rows = [row for row in kappas(PREDICTIONS, FROZEN) if row.centre == "away" and row.metric == "cohen_kappa"]
    raters = list(NAMES)
    shown = np.asarray(kappa_matrix(rows, raters, NAMES).data[0].z, float)
    assert np.count_nonzero(~np.isnan(shown)) == len(rows) == 6
    assert sorted(shown[~np.isnan(shown)]) == pytest.approx(sorted(row.estimate for row in rows))


def test_the_error_sets_are_those_of_the_venn_diagram() -> None:
    found = errors(PREDICTIONS, "away", FROZEN)
    bars = error_sets(found, NAMES).data[0]
    expected = sorted((count for who, count in found.venn.items() if who), reverse=True)
    assert list(bars.y) == expected
    assert sum(expected) == int((found.wrong.sum(axis=1) > 0).sum())


# ---- networks ----------------------------------------------------------------------------------------------------


def test_accuracy_by_number_keeps_mean_and_range() -> None:
    rows = pd.DataFrame(
        {"number": [1, 2], "classifier": "SVM", "combinations": [6, 15], "mean": [84.0, 89.0]}
        | {"lowest": [80.0, 84.0], "highest": [86.0, 93.0]}
    )
    trace = accuracy_by_number(rows, (79, 94)).data[0]
    assert np.allclose(trace.y + trace.error_y.array, rows["highest"])
    assert np.allclose(trace.y - trace.error_y.arrayminus, rows["lowest"])


def test_the_audit_figure_shows_printed_and_implied() -> None:
    rows = audit()
    rivals = rows[rows["table"] == "readers_and_cnns"]
    stated, turned, printed = implied_accuracy(rivals).data
    reader = list(rivals["name"]).index("Radiologist 1 by TIRADS")
    assert printed.x[reader] == pytest.approx(87.3)
    assert turned.x[reader] == pytest.approx((95 * 100 + 72 * 50) / 150)  # 87.3: the printed one
    assert stated.x[reader] == pytest.approx((95 * 50 + 72 * 100) / 150)  # 79.7: not
