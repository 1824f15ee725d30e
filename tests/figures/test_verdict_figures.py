from dataclasses import replace

import plotly.graph_objects as go
import pytest

from sera_core.contracts import Verdict
from sera_core.figures import palette
from sera_core.figures.verdict import opinions_strip, risk_shift, verdict_bar
from tests.figures.hand import READ, hand_made, opinion


def test_three_zones_fill_the_bar_without_gap() -> None:
    zones = [shape for shape in verdict_bar(hand_made()).layout.shapes if shape.type == "rect"]
    assert [zone.x0 for zone in zones] == pytest.approx([0, 42, 58])
    assert [zone.x1 for zone in zones] == pytest.approx([42, 58, 100])
    assert [zone.fillcolor for zone in zones] == [
        palette.rgba(palette.VERDICT[verdict], 0.22)
        for verdict in (Verdict.BENIGN, Verdict.INDETERMINATE, Verdict.MALIGNANT)
    ]


def number_on(figure: go.Figure) -> go.layout.Annotation:
    """The probability as it is written on the bar."""
    (number,) = (note for note in figure.layout.annotations if note.y == 1)
    return number


NARROW, GLYPH_PX = 250, 9  # width of the bar on a phone, and of a digit, in pixels


@pytest.mark.parametrize("probability", [0.0, 0.02, 0.14, 0.16, 0.33, 0.49, 0.5, 0.56, 0.7, 0.84, 0.86, 0.98, 1.0])
@pytest.mark.parametrize("cutoff", [0.35, 0.5, 0.65])
def test_the_number_stands_beside_its_mark_on_the_bar_and_not_over_the_cut_off(
    probability: float, cutoff: float
) -> None:
    number = number_on(verdict_bar(hand_made(probability=probability, low=0.1, high=0.9, cutoff=cutoff)))
    assert number.x == pytest.approx(100 * probability)
    assert abs(number.xshift) <= 10
    near = NARROW * probability + number.xshift
    far = near + (1 if number.xanchor == "left" else -1) * GLYPH_PX * len(number.text.removeprefix("<b>")[:-4])
    left, right = sorted((near, far))
    assert left >= 0
    assert right <= NARROW
    assert not left < NARROW * cutoff < right


def test_a_model_for_other_frames_is_a_hollow_mark_that_takes_no_side() -> None:
    other = replace(opinion("beta", 0.78, Verdict.MALIGNANT, positive="malignant"), domain="simulated")
    marks = opinions_strip(hand_made(opinions=(opinion("alpha", 0.7, Verdict.MALIGNANT), other))).data[0]
    assert list(marks.marker.color) == [palette.MALIGNANT, palette.UNSURE]
    assert list(marks.marker.symbol) == ["diamond", "square-open"]
    assert marks.customdata[1][3] == "answers another question"


def test_the_marker_stands_at_the_probability_in_the_verdict_s_colour_and_shape() -> None:
    figure = verdict_bar(hand_made(probability=0.2, verdict=Verdict.BENIGN))
    chosen = figure.data[0]
    assert list(chosen.x) == [pytest.approx(20)]
    assert (chosen.marker.color, chosen.marker.symbol) == (palette.BENIGN, "circle")
    assert "20%" in number_on(figure).text


def test_every_other_model_is_a_dot_and_the_chosen_one_is_not() -> None:
    dots = verdict_bar(hand_made()).data[1]
    assert list(dots.x) == pytest.approx([31, 52])
    assert [row[0] for row in dots.customdata] == ["Beta", "Gamma"]
    assert list(dots.marker.symbol) == ["circle", "square"]


def test_a_single_model_leaves_no_empty_row() -> None:
    alone = verdict_bar(hand_made(opinions=(opinion("alpha", 0.78, Verdict.MALIGNANT),)))
    assert len(alone.data) == 1
    assert list(alone.layout.yaxis.ticktext) == [""]


def test_the_cut_off_is_marked_and_named() -> None:
    figure = verdict_bar(hand_made(cutoff=0.37))
    line = next(shape for shape in figure.layout.shapes if shape.type == "line")
    assert line.x0 == line.x1 == pytest.approx(37)
    assert any(note.text == "cut-off 37%" for note in figure.layout.annotations)


@pytest.mark.parametrize(("after", "colour"), [(0.47, palette.MALIGNANT), (0.05, palette.BENIGN)])
def test_the_risk_moves_from_before_to_after(after: float, colour: str) -> None:
    trace = risk_shift(hand_made(probability_at_pretest=after)).data[0]
    assert list(trace.x) == pytest.approx([20, after * 100])
    assert trace.line.color == colour


def said_in(figure: go.Figure) -> str:
    """Every word that a figure can show, also on hovering."""
    return str(figure.to_plotly_json())


@pytest.mark.parametrize(
    ("positive", "zones", "axis"),
    [
        (READ, ["unlikely", "indeterminate", "likely"], "probability to be read as suspicious (%)"),
        ("malignant in the simulator", list(Verdict), "probability to be malignant in the simulator (%)"),
    ],
)
def test_zones_speak_of_what_the_model_was_taught(positive: str, zones: list[str], axis: str) -> None:
    opinions = tuple(replace(o, positive=positive) for o in hand_made().opinions)
    figure = verdict_bar(hand_made(positive=positive, opinions=opinions))
    assert [note.text for note in figure.layout.annotations if note.y < 1] == zones
    assert figure.layout.xaxis.title.text == axis
    assert ("benign" in said_in(figure)) == positive.startswith("malignant")


@pytest.mark.parametrize(("share", "words"), [(1.0, "over 99%"), (0.9999, "over 99%"), (0.0, "under 1%")])
def test_no_figure_claims_certainty(share: float, words: str) -> None:
    opinions = (opinion("alpha", share, Verdict.MALIGNANT), opinion("beta", share, Verdict.MALIGNANT))
    made = hand_made(probability=share, probability_at_pretest=share, opinions=opinions)
    bar, shift = verdict_bar(made), risk_shift(made)
    assert words in number_on(bar).text
    assert words in bar.data[0].hovertemplate
    assert words in bar.data[1].customdata[0]
    assert shift.data[0].text[1] == f"after<br>{words}"
    assert list(shift.data[0].textposition) == ["bottom center", "top left" if share > 0.5 else "top right"]
    assert "%{x" not in said_in(bar) + said_in(shift), "a bare number would be rounded to 100.0 on hovering"
