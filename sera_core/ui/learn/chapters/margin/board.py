"""The board of chapter 4, and its four steps: lines, widest margin, soft margin, kernel."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import streamlit as st

from sera_core.contracts import BadInput
from sera_core.figures import margin as figures
from sera_core.lessons import clouds
from sera_core.lessons import margin as lesson
from sera_core.lessons.clouds import BOARD, Cloud
from sera_core.lessons.field import Field, cells_for, field, level_lines, slack_feet
from sera_core.lessons.margin import Margin
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.canvas import points
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.show import numbers, take_home
from sera_core.ui.states import refused

LEFT_OUT = (
    f"On points left out: the points are dealt into {lesson.FOLDS} parts, and each part is judged by a border drawn "
    "from the others."
)
PARAMETER = "margin_points"  # in the link, with the name of the points a step begins with
CORNERS = (0.0, 0.0), (BOARD, BOARD)
BRUSHES = {"benign": "● benign", "malignant": "◆ malignant", "remove": ":material/delete: remove"}
C_STEPS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)
PRICE = "C: what standing on the wrong side of one's edge costs"
GAMMA_STEPS = (0.01, 0.03, 0.1, 0.3, 1.0, 3.0, 10.0, 30.0, 100.0)


@dataclass(frozen=True)
class Given:
    """The points a step begins with; steps that begin with the same share what was made of them.

    Attributes
    ----------
    word : str
        In the link, behind :data:`PARAMETER`.
    draw : callable
    """

    word: str
    draw: Callable[[], Cloud]

    @property
    def parameter(self) -> str:
        """Where the link holds them once they were moved."""
        return PARAMETER + self.word

    def now(self) -> Cloud:
        """The points of the link, or those the step begins with."""
        return points.from_word(st.query_params.get(self.parameter, "")) or self.draw()

    def keep(self, cloud: Cloud) -> None:
        """Put moved points into the link."""
        st.query_params[self.parameter] = points.to_word(cloud)

    def forget(self) -> None:
        """Begin again."""
        st.query_params.pop(self.parameter, None)


CLEAR = Given("", clouds.clear)
MIXED = Given("_mixed", clouds.overlapping)
RING = Given("_ring", clouds.ring)


def _board(
    given: Given, cloud: Cloud, fitted: Margin | None, lines: list[points.Line], plane: Field | None = None
) -> None:
    """The board, or a table and a plain chart in its place."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        brush = st.segmented_control(
            "A click adds, or turns a point", list(BRUSHES), default="benign", format_func=BRUSHES.__getitem__,
            key="margin_brush",
        )  # fmt: skip
        plain = st.toggle("As a table", key="margin_plain", bind="query-params")
        st.button(
            "Start again", on_click=given.forget, type="tertiary", icon=":material/restart_alt:", key="margin_again"
        )
    if plain:
        _table(given, cloud)
        if fitted is not None and plane is not None:
            chart(figures.plane(fitted, plane, ("x₁", "x₂")), "margin-plain", "Points and border")
        return
    pull = np.zeros(len(cloud[1])) if fitted is None else fitted.pull / max(float(fitted.pull.max()), 1e-12)
    pull = pull * (1.0 if fitted is None else fitted.supports)
    tint = figures.tint(plane) if plane is not None else ""
    points.board(cloud, pull, lines, tint, brush or "benign", "margin-board", given.keep)
    st.caption(
        "Drag a point. Press on the board to add one, on a point to turn its class. By keyboard: Tab to a point, arrow "
        "keys move it (with Shift further), Enter turns its class, Delete removes it."
        + (" The larger a ringed point, the more it holds the border." if fitted is not None else "")
    )


def _table(given: Given, cloud: Cloud) -> None:
    words = np.where(cloud[1] > 0, "malignant", "benign")
    table = pd.DataFrame({"x₁": cloud[0][:, 0], "x₂": cloud[0][:, 1], "class": words})
    options = {"class": st.column_config.SelectboxColumn(options=["benign", "malignant"], required=True)}
    for name in ("x₁", "x₂"):
        options[name] = st.column_config.NumberColumn(min_value=0.0, max_value=BOARD, step=0.1, required=True)
    edited = st.data_editor(table, num_rows="dynamic", column_config=options, height=240, hide_index=True)
    whole = edited.dropna()
    if not whole.equals(table):
        given.keep((whole[["x₁", "x₂"]].to_numpy(float), np.where(whole["class"] == "malignant", 1.0, -1.0)))
        st.rerun()


def _border(plane: Field) -> list[points.Line]:
    lines: list[points.Line] = [("border", path) for path in level_lines(plane, 0.0)]
    return lines + [("edge", path) for level in (-1.0, 1.0) for path in level_lines(plane, level)]


def _segment(angle: float, offset: float) -> np.ndarray:
    """A line across the whole board."""
    normal = np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))])
    along = np.array([-normal[1], normal[0]])
    return normal * offset + along * np.array([[-3 * BOARD], [3 * BOARD]])


def _shares(fitted: Margin) -> dict[str, str]:
    held_out = lesson.cross_validated(fitted.points, fitted.labels, fitted.c, fitted.gamma)
    return {"Accuracy on these points": f"{fitted.accuracy:.0%}", "On points left out": f"{held_out:.0%}"}


def many() -> None:
    """Any line that separates: yours, and some others."""
    cloud = CLEAR.now()
    with st.container(horizontal=True):
        angle = st.slider("Turn of your line (°; 0 is upright)", 0, 359, 45, key="margin_angle", bind="query-params")
        offset = st.slider(
            "Its distance from the corner", -10.0, 14.0, 7.0, 0.1, key="margin_offset", bind="query-params"
        )
    width = lesson.line_margin(*cloud, angle, offset)
    others = lesson.some_lines(*cloud)
    lines: list[points.Line] = [("other", _segment(*line)) for line in others]
    _board(CLEAR, cloud, None, [*lines, ("own", _segment(angle, offset))])
    widest = lesson.fit(*cloud).beta if others else None
    numbers(
        {
            "Your line": "separates" if width > 0 else "does not separate",
            "Its margin β": f"{width:.2f}" if width > 0 else "none",
            "The widest β there is": "none" if widest is None else f"{widest:.2f}",
        }
    )
    formula(
        rf"\begin{{aligned}} \beta &= 2\,\min_i\, y_i\,(x_i\cdot n - d) \\ &= 2 \times {width / 2:.2f} = {width:.2f}"
        rf" \\ n &= ({np.cos(np.radians(angle)):.2f},\ {np.sin(np.radians(angle)):.2f}),\ d = {offset:.1f}"
        r"\end{aligned}",
        means="Twice the distance of the nearest point; a negative number means that a point lies on the wrong "
        "side. The board is 10 wide and 10 high, its corner below on the left.",
    )
    show_code(lesson.line_margin, lesson.some_lines)
    take_home("Any line", partial(lesson.line_margin, *cloud, angle, offset))


def widest() -> None:
    """The line with the widest margin."""
    cloud = CLEAR.now()
    try:
        fitted = lesson.fit(*cloud)
    except BadInput as error:
        _board(CLEAR, cloud, None, [])
        refused(error, "There is no such line")
        return
    plane = field(fitted, *CORNERS)
    _board(CLEAR, cloud, fitted, _border(plane), plane)
    width = {"Width of the street β": f"{fitted.beta:.2f}"}
    numbers({"Half of it α": f"{fitted.alpha:.2f}", **width, "Support vectors": int(fitted.supports.sum())})
    w = fitted.weights
    formula(
        rf"\begin{{aligned}} \beta &= 2\alpha = 2 / \lVert w\rVert \\ &= 2 / \sqrt{{({w[0]:.2f})^2 + ({w[1]:.2f})^2}} "
        rf"= {fitted.beta:.2f} \\ 0 &= {w[0]:.2f}\,x_1 {w[1]:+.2f}\,x_2 {fitted.bias:+.2f} \end{{aligned}}",
        means="α is the way from the line to the edge of its street, as on the talk's slide, β the width of the "
        "street. Only the ringed points hold the line: move another and nothing changes until it reaches the "
        "dashed edge.",
    )
    show_code(lesson.fit, lesson.solve)
    take_home("The widest margin", partial(lesson.fit, *cloud))


def soft() -> None:
    """The margin with slack at a price."""
    cloud = MIXED.now()
    c = st.select_slider(PRICE, C_STEPS, 1.0, key="margin_c", bind="query-params")
    fitted = lesson.fit(*cloud, c)
    straight = np.isfinite(fitted.beta)
    plane = field(fitted, *CORNERS) if straight else None
    feet = slack_feet(fitted)
    slack: list[points.Line] = [
        ("slack", np.array([point, foot]))
        for point, foot, s in zip(cloud[0], feet, fitted.slack, strict=True)
        if s > 1e-6
    ]
    _board(MIXED, cloud, fitted, _border(plane) + slack if plane is not None else [], plane)
    total = float(fitted.slack.sum())
    bend = float(fitted.weights @ fitted.weights)
    numbers(
        {
            "Width of the street β": f"{fitted.beta:.2f}" if straight else "none",
            "Sum of slack": f"{total:.2f}",
            "Support vectors": int(fitted.supports.sum()),
            **_shares(fitted),
        }
    )
    formula(
        rf"\begin{{aligned}} \min\ & \tfrac12\lVert w\rVert^2 + C\textstyle\sum_i \xi_i \\ "
        rf"&= {bend / 2:.3f} + {c:g}\times{total:.2f} = {bend / 2 + c * total:.2f} \end{{aligned}}",
        means="A dotted line is the slack of a point: how far it stands from the edge where it would cost nothing. ξ "
        f"counts it in half widths α of the street. {LEFT_OUT}"
        if straight
        else "No straight line is worth its price here: the best w is 0, so every point falls to the larger class. "
        "Move the classes apart, or go on to the kernel trick.",
    )
    show_code(lesson.fit, lesson.solve, slack_feet)


def kernel() -> None:
    """The border of the Gaussian kernel, on the board and as a surface."""
    cloud = RING.now()
    c, gamma = two_sliders()
    fitted = lesson.fit(*cloud, c, gamma)
    plane = field(fitted, *CORNERS, cells_for(gamma))
    _board(RING, cloud, fitted, _border(plane), plane)
    numbers({"Support vectors": f"{int(fitted.supports.sum())} of {len(cloud[1])}", **_shares(fitted)})
    apart = float(((cloud[0][0] - cloud[0][1]) ** 2).sum())
    formula(
        rf"K(x_1, x_2) = e^{{-\gamma\lVert x_1 - x_2\rVert^2}} = e^{{-{gamma:g}\times{apart:.2f}}} = "
        rf"{np.exp(-gamma * apart):.3g}",
        "Of the first two points.",
        f"A large γ makes every point a stranger to its neighbours: each becomes an island. {LEFT_OUT}",
    )
    chart(figures.surface(fitted, plane, ("x₁", "x₂")), "margin-surface", "The decision as a surface above the board")
    st.caption("The same decision as a height: the kernel lifts the points until a flat sheet at 0 separates them.")
    show_code(lesson.kernel, lesson.solve)
    take_home("Kernel trick", partial(lesson.fit, *cloud, c, gamma))


def two_sliders() -> tuple[float, float]:
    """C and γ, in the link."""
    with st.container(horizontal=True):
        c = st.select_slider(PRICE, C_STEPS, 1.0, key="margin_c", bind="query-params")
        gamma = st.select_slider(
            "γ: how soon two points are strangers", GAMMA_STEPS, 0.3, key="margin_gamma", bind="query-params"
        )
    return c, gamma
