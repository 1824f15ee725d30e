import tomllib
from pathlib import Path

import pytest
from streamlit.elements.lib import streamlit_plotly_theme

from sera_core.contracts import Verdict
from sera_core.figures import palette

CONFIG = Path(__file__).resolve().parents[2] / ".streamlit" / "config.toml"
THEME = tomllib.loads(CONFIG.read_text())["theme"]


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2.1 defines it."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, two: str) -> float:
    low, high = sorted((luminance(one), luminance(two)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("mode", ["light", "dark"])
@pytest.mark.parametrize("colour", [palette.BENIGN, palette.MALIGNANT, palette.UNSURE, *palette.HUES])
def test_marks_stand_out_on_both_pages(mode: str, colour: str) -> None:
    assert contrast(colour, THEME[mode]["backgroundColor"]) >= 3


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_text_can_be_read_on_both_pages(mode: str) -> None:
    page = THEME[mode]
    for name in ("textColor", "linkColor", "blueTextColor", "orangeTextColor", "grayTextColor"):
        assert contrast(page[name], page["backgroundColor"]) >= 4.5, name
    assert contrast("#FFFFFF", page["primaryColor"]) >= 4.5


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_the_theme_uses_the_colours_of_the_palette(mode: str) -> None:
    named = {
        "blueColor": palette.BENIGN,
        "orangeColor": palette.MALIGNANT,
        "grayColor": palette.UNSURE,
    }
    assert {name: THEME[mode][name] for name in named} == named
    assert THEME["light"]["primaryColor"] == palette.ACCENT


def test_no_verdict_is_told_by_colour_alone() -> None:
    assert set(palette.VERDICT) == set(palette.MARKER) == set(palette.NAME) == set(Verdict)
    assert len(set(palette.VERDICT.values())) == len(set(palette.MARKER.values())) == 3


def test_heat_only_gets_lighter() -> None:
    levels = [luminance(colour) for colour in palette.HEAT]
    assert levels == sorted(levels)


def test_thirty_two_models_look_all_different_and_none_like_a_verdict() -> None:
    looks = palette.series([f"model {i}" for i in range(32)])
    assert len({(look.colour, look.dash) for look in looks.values()}) == 32
    assert len({(look.colour, look.mark) for look in looks.values()}) == 32
    assert not {look.colour for look in looks.values()} & set(palette.VERDICT.values())


def test_no_colour_is_one_that_the_page_replaces_by_another() -> None:
    replaced = {value for value in vars(streamlit_plotly_theme).values() if isinstance(value, str) and value[:1] == "#"}
    assert len(replaced) >= 30
    assert not replaced & {colour.lower() for colour in (*palette.HEAT, *palette.DIVERGING, *palette.HUES)}
