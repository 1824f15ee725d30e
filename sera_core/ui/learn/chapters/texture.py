"""Chapter 3: texture by hand, from grey levels side by side to one level of the wavelet transform."""

from __future__ import annotations

from functools import partial

import numpy as np
import streamlit as st

from sera_core.contracts import Grey
from sera_core.figures import texture as figures
from sera_core.images.prepare import prepare
from sera_core.lessons import glcm, wavelet
from sera_core.lessons.bank import preparation
from sera_core.ui.cache import remembered
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen, choose_nodule
from sera_core.ui.learn.question import Question, Stage, stages
from sera_core.ui.learn.show import numbers, take_home

WINDOW = 8  # side of the little window whose levels are read out
FARTHEST = 20  # pixels
PROPERTIES = (
    "Contrast: how far neighbours differ, the mean of the squared difference of their levels over all pairs. "
    "Correlation: how well a pixel tells its neighbour. Energy: high where a few kinds of pairs make up most. "
    "Homogeneity: how often neighbours are nearly alike."
)


def draw() -> None:
    """Draw the chapter."""
    _steps(choose_nodule())


@st.fragment
def _steps(specimen: Specimen) -> None:
    stages(STEPS, "By hand", "texture", specimen)


def _crop(specimen: Specimen) -> Grey:
    return prepare(specimen.image.pixels, specimen.box, preparation()).pixels


# ---- by hand -----------------------------------------------------------------------------------------------------


def _by_hand(specimen: Specimen) -> None:
    counts = glcm.four_directions(glcm.HARALICK, 2)
    every = np.sum(list(counts.values()), axis=0)
    shown = {**counts, "sum of the four": every}
    place = st.container()
    with st.container(horizontal=True):
        way = st.segmented_control(
            "Neighbour", list(glcm.DIRECTIONS), default="horizontal", required=True, key="texture_way",
            bind="query-params",
        )  # fmt: skip
        i = int(st.number_input("Level", 0, 3, 0, key="texture_first", bind="query-params", width=110))
        j = int(st.number_input("beside level", 0, 3, 1, key="texture_second", bind="query-params", width=110))
    with place:
        figure = figures.matrices(shown, glcm.HARALICK, (list(shown).index(way), i, j))
        chart(figure, "texture-hand", "A picture of 4 × 4 pixels and its five matrices")
    st.markdown(_counted(way, i, j))
    found = glcm.properties(counts[way])
    numbers({name: f"{value:.3g}" for name, value in found.items()})
    st.caption(
        "Picture and matrices of Haralick 1973, laid out as on the talk's slide: discrete values, four directions, all "
        f"of them. The four numbers are those of the {way} matrix."
    )
    _properties_formula(found, f"the {way} matrix")
    show_code(glcm.pairs, glcm.cooccurrence, glcm.properties)
    take_home("Co-occurrence by hand", partial(glcm.four_directions, glcm.HARALICK, 2))


def _counted(way: str, i: int, j: int) -> str:
    """Where the pairs stand, and what they add."""
    down, right = glcm.DIRECTIONS[way]
    found = [f"line {row + 1}, place {column + 1}" for row, column in glcm.pairs(glcm.HARALICK, down, right, i, j)]
    back = len(glcm.pairs(glcm.HARALICK, down, right, j, i))
    where = f" (in the picture: {'; '.join(found)})" if found else ""
    return (
        f"A {i} with a {j} as its neighbour: **{len(found)}**{where}. A {j} with a {i}: **{back}**. Both orders are "
        f"counted, so the cell of the matrix at level {i} down and level {j} across, ringed, holds "
        f"**{len(found) + back}**."
    )


# ---- co-occurrence -----------------------------------------------------------------------------------------------


def _cooccurrence(specimen: Specimen) -> None:
    crop = _crop(specimen)
    with st.container(horizontal=True):
        bits = st.slider("Bits (b bits are 2ᵇ grey levels)", 2, 8, 4, key="texture_bits", bind="query-params")
        distance = st.slider(
            "Offset: how far off the neighbour lies (px)", 1, FARTHEST, 1, key="texture_offset", bind="query-params"
        )
    with st.container(horizontal=True):
        last = len(crop) - WINDOW
        top = st.slider("Window: row", 0, last, last // 2, key="texture_row", bind="query-params")
        left = st.slider("Window: column", 0, last, last // 2, key="texture_column", bind="query-params")
    quantised = glcm.quantise(crop, bits)
    window = quantised[top : top + WINDOW, left : left + WINDOW]
    pictures = st.columns(2)
    with pictures[0]:
        chart(figures.framed(crop, top, left, WINDOW), "texture-image", "The nodule with a small window")
    with pictures[1]:
        chart(figures.levels(window, bits), "texture-levels", f"Levels 0 to {2**bits - 1} of the window")
    only = st.toggle("Count in the window only", key="texture_only", bind="query-params", disabled=distance >= WINDOW)
    counted = window if only and distance < WINDOW else quantised
    matrices = glcm.four_directions(counted, bits, distance)
    every = np.sum(list(matrices.values()), axis=0)
    shown = {**matrices, "sum of the four": every}
    chart(
        figures.matrices(shown, counted), "texture-matrices", "Co-occurrence matrices of four directions and their sum"
    )
    _example(window, matrices["horizontal"] if counted is window else None, distance)
    found = glcm.properties(every)
    numbers({name: f"{value:.3g}" for name, value in found.items()})
    _properties_formula(found, "the sum of the four matrices")
    _along(specimen, bits, distance)
    show_code(glcm.quantise, glcm.neighbours, glcm.cooccurrence, glcm.properties)
    take_home("Co-occurrence", partial(glcm.four_directions, counted, bits, distance), partial(glcm.properties, every))


def _example(window: np.ndarray, matrix: np.ndarray | None, distance: int) -> None:
    """One pair of the window, in words: how it is counted."""
    if distance >= WINDOW:
        st.caption(
            f"At {distance} px no two pixels of the window are neighbours, so all pairs of the region are counted, and "
            f"none is read out. Up to {WINDOW - 1} px the window can be counted alone."
        )
        return
    first, second = int(window[0, 0]), int(window[0, distance])
    text = (
        f"The window's first pixel has level {first}, its neighbour {distance} px to the right level {second}: that "
        "adds "
    )
    if first == second:
        text += f"two to row {first}, column {first} of the horizontal matrix, one for each order."
    else:
        text += (
            f"one to row {first}, column {second} of the horizontal matrix, and one to row {second}, column {first}."
        )
    if matrix is not None:
        text += f" In this window the pair occurs {int(matrix[first, second])} times, counted in both orders."
    st.caption(text)


def _properties_formula(found: dict[str, float], matrix: str) -> None:
    formula(
        r"\begin{aligned}"
        rf"\text{{contrast}} &= \textstyle\sum p_{{ij}}\,(i-j)^2 = {found['contrast']:.3f} \\"
        rf"\text{{correlation}} &= \textstyle\sum p_{{ij}}\,\frac{{(i-\mu)(j-\mu)}}{{\sigma^2}} = "
        rf"{found['correlation']:.3f} \\"
        rf"\text{{energy}} &= \sqrt{{\textstyle\sum p_{{ij}}^2}} = {found['energy']:.3f} \\"
        rf"\text{{homogeneity}} &= \textstyle\sum \frac{{p_{{ij}}}}{{1+(i-j)^2}} = {found['homogeneity']:.3f}"
        r"\end{aligned}",
        f"p is {matrix} divided by its total. Energy and homogeneity as in scikit-image; MATLAB "
        "takes "
        "no root, and |i - j| in place of its square.",
    )
    st.caption(PROPERTIES)


@remembered()
def _by_offset(specimen: Specimen, bits: int) -> dict[str, list[float]]:
    """Each property at the offsets of 1 to 20 pixels."""
    quantised = glcm.quantise(_crop(specimen), bits)
    rows = [
        glcm.properties(np.sum(list(glcm.four_directions(quantised, bits, offset).values()), axis=0))
        for offset in range(1, FARTHEST + 1)
    ]
    return {name: [row[name] for row in rows] for name in glcm.PROPERTIES}


def _along(specimen: Specimen, bits: int, distance: int) -> None:
    reach, table = range(1, FARTHEST + 1), _by_offset(specimen, bits)
    chart(
        figures.along(list(reach), table, distance),
        "texture-along",
        "Contrast, correlation, energy and homogeneity over the offset",
        {"offset (px)": list(reach), **table},
    )
    st.caption(
        "Of the whole region. As the offset outgrows the speckle, neighbours become strangers: correlation falls."
    )


# ---- wavelets ----------------------------------------------------------------------------------------------------


def _wavelets(specimen: Specimen) -> None:
    with st.container(horizontal=True):
        name = st.segmented_control(
            "Filter", list(wavelet.LOW), default="Haar", key="texture_filter", bind="query-params", required=True
        )
        kept = st.pills(
            "Bands that are kept",
            wavelet.BANDS,
            default=list(wavelet.BANDS),
            selection_mode="multi",
            key="texture_bands",
            bind="query-params",
        )
    filter_ = name or "Haar"
    image = wavelet.even(_crop(specimen))
    bands = wavelet.transform(image, filter_)
    half = len(bands["LL"]) - 1
    with st.container(horizontal=True):
        row = st.slider("Cell: row i", 0, half, half // 2, key="texture_i", bind="query-params")
        column = st.slider("Cell: column j", 0, half, half // 2, key="texture_j", bind="query-params")
    st.caption(
        "The first letter is the filter down, the second along the picture: L (low) keeps the mean of neighbours, H "
        "(high) their difference. So LL is the picture at half its size, LH, HL and HH are upright, level and slanting "
        "edges. Haar takes two neighbours, Daubechies 2 (after its inventor) four, with weights that pass over slopes."
    )
    removed = [band for band in wavelet.BANDS if band not in kept]
    chart(figures.bands(bands, removed, (row, column)), "texture-bands", "The four bands of the wavelet transform")
    back = wavelet.restore({band: bands[band] for band in kept}, filter_) if kept else np.zeros_like(image)
    shares = wavelet.energies(bands)
    numbers({f"Energy in {band}": f"{share:.2%}" for band, share in shares.items()})
    _cell_formula(image, filter_, row, column, bands)
    chart(figures.restored(image, back), "texture-restored", "The image, what the kept bands restore, the difference")
    lost = 1 - float((back**2).sum() / max((image**2).sum(), 1e-12))
    words = f"Without {', '.join(removed)}" if removed else "From all four bands"
    st.caption(
        f"{words}: {lost:.2%} of the energy is lost, and the largest difference is {np.abs(image - back).max():.3f}. "
        "Blue is below zero, vermilion above."
    )
    show_code(wavelet.transform, wavelet.analyse, wavelet.restore)
    take_home("Wavelets", partial(wavelet.transform, image, filter_))


def _cell_formula(image: np.ndarray, name: str, i: int, j: int, bands: dict[str, np.ndarray]) -> None:
    """X_LH at one cell with the pixels it is made of: along each row first, then down."""
    low = wavelet.LOW[name]
    high, first, count = wavelet.high_of(low), wavelet.first_of(low), len(low)
    place = np.arange(count) + first
    under = image[np.ix_((2 * i + place) % image.shape[0], (2 * j + place) % image.shape[1])]
    rows = under @ high
    shift = f"{first:+d}" if first else ""
    sums = [rf"{tap:+.3f}\,({row:+.3f})" for tap, row in zip(low, rows, strict=True)]
    halves = r" \\ &\quad ".join(" ".join(sums[k : k + 2]) for k in range(0, count, 2))  # two fit on a phone
    formula(
        (
            rf"\begin{{aligned}} X_{{LH}}(i,j) &= \textstyle\sum_{{p=0}}^{{{count - 1}}}\sum_{{r=0}}^{{{count - 1}}} "
            rf"L(p)\,H(r) \\ &\quad X(2i+p{shift},\,2j+r{shift}) \end{{aligned}}",
            rf"\begin{{aligned}} L &= ({_taps(low)}) \\ H &= ({_taps(high)}) \end{{aligned}}",
            rf"\begin{{aligned}} &X_{{LH}}({i},{j}) \\ &= {halves} \\ &= {bands['LH'][i, j]:+.3f} \end{{aligned}}",
        ),
        f"The marked cell: each row under the window times H, then these {count} sums times L. First letter: the "
        "filter down the rows (p), second: along the columns (r); beyond the edge the image begins anew. The talk "
        "writes X(i + p, j + r) and keeps "
        f"every place: its X_LH({2 * i + first}, {2 * j + first}) is this cell.",
        "The marked cell holds "
        + ", ".join(f"{bands[name][i, j]:+.2f} in {name}" for name in wavelet.BANDS)
        + f": what the filters make of the {count} × {count} pixels under it. Every second place is kept, so four "
        "bands of half the size hold the whole image.",
    )


def _taps(filter_: np.ndarray) -> str:
    return ",\\ ".join(f"{tap:.3f}" for tap in filter_)


STEPS = {
    "By hand": Stage(
        "Sixteen pixels of four levels. Choose two levels and a direction, find the pairs, and look for their count.",
        _by_hand,
        Question(
            "Why is each matrix its own mirror image?",
            ("Because the picture is", "Because each pair is counted in both orders", "By chance"),
            1,
            "A 0 to the left of a 1 is a 1 to the right of a 0: one pair, two counts, at (0, 1) and at (1, 0).",
        ),
        ("way", "second"),
    ),
    "Co-occurrence": Stage(
        "Grey becomes a few discrete levels; then one counts how often each level stands beside each other one.",
        _cooccurrence,
        Question(
            "Where do the counts of a smooth, even nodule gather?",
            ("On the diagonal", "In the corners", "Evenly everywhere"),
            0,
            "Neighbours have nearly the same level there, and i = j is the diagonal: little contrast, much "
            "homogeneity. Speckle and bright foci spread the counts away from it.",
        ),
        ("bits", "offset", "row", "column", "only"),
    ),
    "Wavelets": Stage(
        "A smooth and a difference filter, down and across, split the image into four bands. Take one away and look at "
        "what is missing.",
        _wavelets,
        Question(
            "You remove LL and keep the other three. What is left?",
            ("A blurred nodule", "Edges and speckle on no ground", "Nothing"),
            1,
            "LL holds the local means, and nearly all of the energy. The other bands hold differences between "
            "neighbours: "
            "edges, speckle, bright foci.",
        ),
        ("filter", "bands", "i", "j"),
    ),
}

CHAPTER = Chapter(
    number=3,
    slug="texture",
    title="Texture by hand",
    talk=Place(Part.CLASSICAL, "Example of texture-based features: GLCM, wavelets"),
    sentences=(
        "Before networks learnt their features, people wrote them: numbers that say how coarse, even or edged a "
        "texture is.",
        "Two of them, counted on this nodule: pairs of grey levels, and wavelet bands.",
    ),
    draw=draw,
)
