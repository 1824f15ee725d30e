"""The last step of chapter 4: two texture features of simulated nodules, and the nodule under study among them."""

from __future__ import annotations

import numpy as np
import streamlit as st

from sera_core.figures import margin as figures
from sera_core.images.prepare import prepare
from sera_core.lessons import clouds, glcm
from sera_core.lessons import margin as lesson
from sera_core.lessons.bank import load_bank, preparation
from sera_core.lessons.field import field
from sera_core.lessons.margin import Margin
from sera_core.ui.cache import remembered
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapters.margin.board import two_sliders
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.show import numbers


@st.cache_data(max_entries=1, show_spinner="Measuring the texture of the nodules")
def _textures() -> dict[str, np.ndarray]:
    return clouds.textures(load_bank())


@remembered()
def _texture_of(specimen: Specimen) -> dict[str, float]:
    return glcm.texture(prepare(specimen.image.pixels, specimen.box, preparation()).pixels)


@st.cache_data(max_entries=64, show_spinner=False)
def _fitted(first: str, second: str, c: float, gamma: float) -> tuple[Margin, float]:
    """The separation of two textures, and its accuracy on nodules left out."""
    known, labels = _textures(), np.where(load_bank().labels > 0, 1.0, -1.0)
    place = np.column_stack([clouds.standardised(known[name], known[name]) for name in (first, second)])
    return lesson.fit(place, labels, c, gamma), lesson.cross_validated(place, labels, c, gamma)


def real() -> None:
    """Two features across and up, the machine, and the star."""
    specimen = choose_nodule()
    with st.container(horizontal=True):
        first = st.selectbox("Across", glcm.PROPERTIES, 0, key="margin_first", bind="query-params")
        rest = [name for name in glcm.PROPERTIES if name != first]
        second = st.selectbox("Up", rest, 0, key="margin_second", bind="query-params")
    c, gamma = two_sliders()
    fitted, held_out = _fitted(first, second, c, gamma)
    known, own = _textures(), _texture_of(specimen)
    star = np.array([clouds.standardised(np.array(own[name]), known[name]) for name in (first, second)], float)
    reach = np.concatenate([fitted.points, star[None]])
    low, high = reach.min(axis=0) - 0.4, reach.max(axis=0) + 0.4
    plane = field(fitted, (low[0], low[1]), (high[0], high[1]))
    titles = f"{first} (SD from the mean)", f"{second} (SD from the mean)"
    table = {titles[0]: fitted.points[:, 0].tolist(), titles[1]: fitted.points[:, 1].tolist()}
    table |= {"malignant": load_bank().labels.tolist(), "multiplier": fitted.pull.tolist()}
    figure = figures.plane(fitted, plane, titles, star, "this nodule")
    chart(figure, "margin-real", f"{first} and {second} of {len(fitted.labels)} simulated nodules", table)
    decision = float(fitted.decide(star[None])[0])
    numbers(
        {
            "Accuracy on these nodules": f"{fitted.accuracy:.0%}",
            "On nodules left out": f"{held_out:.0%}",
            "Support vectors": f"{int(fitted.supports.sum())} of {len(fitted.labels)}",
            "This nodule": "◆ malignant side" if decision > 0 else "● benign side",
        }
    )
    formula(
        r"\begin{aligned} f(x) &= \textstyle\sum_i a_i\,y_i\,e^{-\gamma\lVert x_i - x\rVert^2} + b \\"
        rf" &= {decision - fitted.bias:.2f} {fitted.bias:+.2f} = {decision:+.2f} \end{{aligned}}",
        means="At the star. Two textures separate the classes badly, so the street is so wide that most nodules "
        "stand in it, and all of those hold the border. The nodules are simulated, two features are little, "
        "and the side of a border is no diagnosis.",
    )
    show_code(clouds.textures, lesson.fit, lesson.cross_validated)
