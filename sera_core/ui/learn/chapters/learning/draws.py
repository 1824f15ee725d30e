"""Does it hold for other nodules? What the presets reach on several draws."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from sera_core.figures import learning as figures
from sera_core.lessons import learning as lesson
from sera_core.lessons import runs
from sera_core.lessons.runs import PRESETS
from sera_core.ui.chart import chart
from sera_core.ui.learn.depth import deep
from sera_core.ui.learn.show import step


def show_draws(found: dict[str, list[float]]) -> None:
    """What the presets reach when other nodules are drawn: left-out accuracies by preset."""
    step(
        "Does it hold for other nodules?",
        f"Presets, each trained on up to {runs.DRAWS} draws of nodules: one dot a draw, mean and its 95 % interval.",
    )
    bands = {name: runs.band(values) for name, values in found.items()}
    table: dict[str, Sequence[object]] = {"preset": list(found), "mean": [mean for mean, _, _ in bands.values()],
             "low": [low for _, low, _ in bands.values()], "high": [high for _, _, high in bands.values()]}  # fmt: skip
    chart(figures.drawn(found, bands), "learning-draws", "Left-out accuracy of every draw, by preset", table)
    st.caption(
        f"{lesson.LEFT_OUT} simulated nodules left out of each draw. Within a draw all presets are judged by the same "
        "nodules, so what one has over another is taken draw by draw:"
    )
    _differences(found)
    more, low, high = runs.band(runs.differences(_losses(), "Overfit", "Transfer"))
    st.caption(
        "Where the interval holds 0, these draws cannot tell the two apart. From random weights the network still "
        "guesses after the same rounds. Learning by heart shows in the loss on nodules left out before it shows in "
        f"the accuracy: Overfit's is higher than Transfer's by {more:.2f} ({low:.2f} to {high:.2f}). Fine-tuning is "
        "ahead of transfer by less than the luck of the draw: so few nodules of so few pixels teach the deeper "
        "layers little that photographs did not. Four times as many, mirror images and a rate that falls were "
        "tried on one draw, in two ways that pointed in opposite directions."
    )
    if deep():
        st.caption("`python -m sera_core.lessons.runs` trains all this again and prints it.")


def _losses() -> dict[str, list[float]]:
    return {name: runs.over_draws(PRESETS[name], "left_out_loss") for name in runs.COMPARED}


def _differences(found: dict[str, list[float]]) -> None:
    """What one preset has over another, of those that answer a question."""
    rows = {pair: runs.band(runs.differences(found, *pair)) for pair in runs.PAIRS if set(pair) <= set(found)}
    st.table(
        {
            "Left-out accuracy": [f"{first}, over {second.lower()}" for first, second in rows],
            "Points": [f"{100 * mean:+.1f}" for mean, _, _ in rows.values()],
            "95 % interval": [f"{100 * low:+.1f} to {100 * high:+.1f}" for _, low, high in rows.values()],
            "Told apart": ["yes" if low > 0 or high < 0 else "no" for _, low, high in rows.values()],
        },
        hide_index=True,
        border="horizontal",
        alt="By how much the presets differ in left-out accuracy, draw by draw",
    )
