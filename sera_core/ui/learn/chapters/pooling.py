"""Chapter 7: one number for each window."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st
from PIL import Image

from sera_core.contracts import Grey
from sera_core.figures.lines import curves
from sera_core.figures.maps import strip
from sera_core.lessons.pooling import TALK, Mode, change_after_shift, pool, weights_behind
from sera_core.lessons.window import Window
from sera_core.ui.cache import remembered
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.canvas.slide import slide
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula, grouped
from sera_core.ui.learn.nodule import Seen, choose_nodule, seen
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.learn.show import matrix, numbers, pictures, take_home

MODES: tuple[Mode, ...] = ("max", "average")
FROM_TALK, FROM_NODULE = "talk", "nodule"
SIDES = (1, 2, 4, 8)


def draw() -> None:
    """The whole chapter."""
    _steps(seen(choose_nodule()))


@st.fragment
def _steps(network: Seen) -> None:
    stages(STEPS, "Slide it", "pooling", network)


def _play(network: Seen) -> None:
    stage = st.container()
    with st.container(border=True, horizontal=True):
        words = {FROM_TALK: "the talk's 4 × 4", FROM_NODULE: "the nodule"}
        source = st.segmented_control(
            "Input",
            list(words),
            default=FROM_TALK,
            required=True,
            format_func=words.__getitem__,
            key="pooling_input",
            bind="query-params",
        )
        mode = st.segmented_control(
            "Take the", MODES, default="max", required=True, key="pooling_mode", bind="query-params"
        )
        size = int(st.number_input("Window", 1, 4, 2, key="pooling_size", bind="query-params", width=130))
        stride = int(st.number_input("Stride", 1, 4, 2, key="pooling_stride", bind="query-params", width=130))
    maps = TALK if source == FROM_TALK else _small(network.crop.pixels, 12)
    window = Window(size, stride)
    with stage:
        key, names = f"pooling-{network.key}-{source}", (f"input, {words[source]}",)
        slide(maps[None], window, mode, key, "pooling_place", names, outs=(mode,))
    answer, first = pool(maps, window, mode), maps[:size, :size].ravel()
    formula(window.latex(len(maps)))
    chart(strip(len(maps), window), "pooling-strip", "Places of the window along one side")
    _in_words(mode, first, float(answer[0, 0]))
    numbers(
        {
            "Input": f"{len(maps)} × {len(maps)}",
            "Output": f"{len(answer)} × {len(answer)}",
            "Cells kept": f"{answer.size / maps.size:.0%}",
            "Cells never seen": window.never_seen(len(maps)),
            "Learnt numbers": 0,
        }
    )
    fold("The same as tables", "pooling_tables", partial(_tables, maps, answer))
    show_code(pool)
    take_home("Pooling", partial(pool, maps, window, mode))


def _tables(maps: Grey, answer: Grey) -> None:
    matrix(maps, "Input")
    matrix(answer, "Output")


def _in_words(mode: Mode, first: Grey, answer: float) -> None:
    terms = [f"{value:.3g}" for value in first]
    if mode == "max":
        formula(rf"y_{{1,1}} = \max({', '.join(terms)}) = {answer:.3g}")
    else:
        formula(rf"y_{{1,1}} = \frac{{{' + '.join(terms)}}}{{{len(terms)}}} = {answer:.3g}")


def _small(crop: Grey, cells: int) -> Grey:
    return np.asarray(Image.fromarray(crop).resize((cells, cells), Image.Resampling.BOX), np.float32)


def _shift(network: Seen) -> None:
    shift = st.slider("Shift (pixels of 64)", 0, 12, 1, key="pooling_shift", bind="query-params")
    small = _small(network.crop.pixels, 64)
    changes = _changes(network, shift)
    figure = curves(
        SIDES,
        changes,
        "side of the window (its stride too)",
        "change (0: none, 1.4: an unrelated picture)",
        markers=True,
    )
    chart(figure, "pooling-shift", "Change after a shift, by window", {"window": SIDES, **changes})
    side = st.select_slider("Look at a window of", SIDES, 4, key="pooling_look", bind="query-params")
    views = {"64 × 64": small} | {f"{mode} {side} × {side}": pool(small, Window(side, side), mode) for mode in MODES}
    pictures(views, 3)
    best = min((values[SIDES.index(side)], mode) for mode, values in changes.items())
    moved = "1 pixel" if shift == 1 else f"{shift} pixels"
    formula(
        rf"\frac{{\lVert P(\text{{moved}}) - P(x)\rVert}}{{\text{{spread of }}P(x)}} = {best[0]:.2f}",
        f"The smaller of the two: {best[1]} pooling, windows of {side} × {side}, moved by {moved}.",
        "The change is measured against the picture's own spread: two pictures that have nothing in common differ by "
        "1.4 (the root of 2). Larger windows forgive more, the mean more than the largest, and neither forgives all.",
    )
    show_code(change_after_shift)


@remembered()
def _changes(network: Seen, shift: int) -> dict[str, list[float]]:
    small = _small(network.crop.pixels, 64)
    return {mode: [change_after_shift(small, shift, Window(side, side), mode) for side in SIDES] for mode in MODES}


def _saved(network: Seen) -> None:
    with st.container(horizontal=True):
        size = int(st.number_input("Window", 1, 5, 3, key="pooling_alex", bind="query-params", width=130))
        stride = int(st.number_input("Stride", 1, 4, 2, key="pooling_alex_stride", bind="query-params", width=130))
    window = Window(size, stride)
    places = window.places(13)
    before, after = weights_behind((13, 13), 256, 4096), weights_behind((places, places), 256, 4096)
    formula(
        [
            rf"{side} \times {side} \times 256 \times 4096 = {grouped(weights)}"
            for side, weights in ((13, before), (places, after))
        ],
        "Cells a side, maps, and cells of the full layer.",
    )
    numbers({"Without pooling": f"{before:,}", "With it": f"{after:,}", "Saved": f"{1 - after / before:.0%}"})
    st.caption("Weights of the full layer behind AlexNet's last maps of 13 × 13 cells; most of its 62 million.")
    show_code(weights_behind)


STEPS = {
    "Slide it": Stage(
        "The talk's 4 × 4 slice to begin with; the ringed cell wins its window.",
        _play,
        Question(
            "4 × 4 cells, a window of 2 × 2 that moves by 2. How many numbers are left?",
            ("4", "8", "9"),
            0,
            "Two places along each side, one number for each place.",
        ),
        ("input", "mode", "size", "stride", "place"),
    ),
    "What it forgives": Stage(
        "Move the nodule sideways and see how much of what is left after pooling changes.",
        _shift,
        Question(
            "A bright focus moves by one pixel inside a 2 × 2 window of a max pooling. What happens to the output?",
            ("Nothing", "It moves by half a cell", "It halves"),
            0,
            "The largest value is in the window as before. Only when the focus leaves the window does the output "
            "change: pooling forgives part of a small shift, and pays for it with place.",
        ),
        ("shift", "look"),
    ),
    "What it saves": Stage(
        "AlexNet's last pooling, in front of a full layer of 4096 cells.",
        _saved,
        Question(
            "How many numbers does a pooling layer itself learn?",
            ("As many as its window has cells", "One for each map", "None"),
            2,
            "Taking the largest, or the mean, needs no weight. It saves weights in the layer behind it.",
        ),
        ("alex",),
    ),
}

CHAPTER = Chapter(
    number=7,
    slug="pooling",
    title="Pooling",
    talk=Place(Part.DEEP, "Pooling layer"),
    sentences=(
        "A window slides over each map and leaves one number for each place: the largest, or the mean.",
        "Maps get smaller, later layers get cheaper, and small shifts change less; nothing is learnt here.",
    ),
    draw=draw,
)
