"""Every colour that a figure uses.

Benign is blue, malignant vermilion, unsure grey: two colours of the set that Okabe and Ito chose to be told apart
by people with any colour vision (Okabe M, Ito K. Color Universal Design, 2008), and never the only sign: a
verdict also has its own marker and word. All three keep a contrast of at least 3 : 1 on the light and on the dark page.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from plotly.colors import sequential

from sera_core.contracts import Verdict

ACCENT = "#0B7A75"  # the one accent of the page: regions, rulers, buttons
ON_PICTURE = "#35D0C4"  # the same, light enough for outlines on a dark picture

BENIGN = "#0072B2"
MALIGNANT = "#D55E00"
UNSURE = "#7A8589"

VERDICT: dict[Verdict, str] = {
    Verdict.BENIGN: BENIGN,
    Verdict.INDETERMINATE: UNSURE,
    Verdict.MALIGNANT: MALIGNANT,
}
MARKER: dict[Verdict, str] = {
    Verdict.BENIGN: "circle",
    Verdict.INDETERMINATE: "square",
    Verdict.MALIGNANT: "diamond",
}
NAME: dict[Verdict, Literal["blue", "gray", "orange"]] = {  # what the page's theme calls the same colours
    Verdict.BENIGN: "blue",
    Verdict.INDETERMINATE: "gray",
    Verdict.MALIGNANT: "orange",
}

# One model among many: neither the blue nor the vermilion of a verdict, and told apart by dash and mark as well.
HUES = ("#0B7A75", "#7F5FD0", "#B07A00", "#C2416B", "#4E8A00", "#9C5B3B", "#C04CC0", "#5B7C99")
DASHES = ("solid", "dash", "dot", "dashdot")
MARKS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon")

# Cold to hot: inferno, as in saved heatmaps. Its lightness only rises, so the map also reads in grey.
HEAT = ("#010106", *sequential.Inferno[1:])  # its own first, #000004, is a colour that Streamlit replaces by pink

# Below zero, zero, above zero: from benign's blue over white to malignant's vermilion, for activations and weights.
DIVERGING = ("#0072B2", "#7FB8D8", "#FFFFFF", "#EAAE7F", "#D55E00")
DIVERGING_SCALE = [[k / (len(DIVERGING) - 1), colour] for k, colour in enumerate(DIVERGING)]


@dataclass(frozen=True)
class Series:
    """How one model is drawn, the same in every figure: colour, dash and mark."""

    colour: str
    dash: str
    mark: str


READER = Series(UNSURE, "dot", "diamond-tall")  # people and guidelines, beside the models


def series(names: Sequence[str]) -> dict[str, Series]:
    """A look for every name, by its place; the first 32 look all different.

    Parameters
    ----------
    names : sequence of str
        All models of a study in their fixed order, so that a model keeps its look whichever are chosen.
    """
    count = len(HUES)
    return {
        name: Series(HUES[i % count], DASHES[i // count % len(DASHES)], MARKS[(i + i // count) % len(MARKS)])
        for i, name in enumerate(names)
    }


def rgba(colour: str, alpha: float) -> str:
    """``"#RRGGBB"`` with an opacity of 0 ... 1, as CSS writes it."""
    red, green, blue = (int(colour[i : i + 2], 16) for i in (1, 3, 5))
    return f"rgba({red}, {green}, {blue}, {alpha:.3f})"


def heat_scale() -> list[list[float | str]]:
    """Plotly colour scale from cold to hot."""
    steps = len(HEAT) - 1
    return [[i / steps, colour] for i, colour in enumerate(HEAT)]
