import pytest

from sera_core.contracts import Verdict
from sera_core.figures import palette
from sera_core.figures.verdict import risk_shift, verdict_bar
from tests.figures.hand import hand_made, opinion


def test_three_zones_fill_the_bar_without_gap() -> None:
    zones = [shape for shape in verdict_bar(hand_made()).layout.shapes if shape.type == "rect"]
    assert [zone.x0 for zone in zones] == pytest.approx([0, 42, 58])
    assert [zone.x1 for zone in zones] == pytest.approx([42, 58, 100])
    assert [zone.fillcolor for zone in zones] == [
        palette.rgba(palette.VERDICT[verdict], 0.22)
        for verdict in (Verdict.BENIGN, Verdict.INDETERMINATE, Verdict.MALIGNANT)
    ]


def test_the_marker_stands_at_the_probability_in_the_verdict_s_colour_and_shape() -> None:
    chosen = verdict_bar(hand_made(probability=0.2, verdict=Verdict.BENIGN)).data[0]
    assert list(chosen.x) == [pytest.approx(20)]
    assert (chosen.marker.color, chosen.marker.symbol) == (palette.BENIGN, "circle")
    assert "20%" in chosen.text[0]


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
