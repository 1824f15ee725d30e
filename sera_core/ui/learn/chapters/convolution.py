"""Chapter 5: a window slides, multiplies, sums."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

import numpy as np
import streamlit as st
from PIL import Image

from sera_core.contracts import BadInput, Grey
from sera_core.figures.image import still
from sera_core.figures.maps import activation, strip
from sera_core.images.prepare import normalise
from sera_core.lessons.convolution import KERNELS, Array, channels_of, convolve, first_kernels, pad, patch_at
from sera_core.lessons.window import Window
from sera_core.ui.cell import fold, show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.canvas.pick import pick_map
from sera_core.ui.learn.canvas.slide import slide
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.first_layer import found_by
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Seen, Specimen, choose_nodule, seen
from sera_core.ui.learn.question import Question, ask
from sera_core.ui.learn.show import matrix, numbers, step, take_home
from sera_core.ui.learn.teacher import when_asked
from sera_core.ui.picture import show_picture
from sera_core.ui.states import refused

LEARNED = "learned"
LARGEST = 1e6  # of one's own numbers; beyond, single precision has no products to show
CHANNELS = ("grey", "edges", "blur")
QUESTION = Question(
    "A layer has 3 input channels and 32 filters of 3 × 3 with a bias each. How many numbers does it learn?",
    ("32 × 9 + 32 = 320", "3 × 32 × 9 + 32 = 896", "3 × 9 + 1 = 28"),
    1,
    "Every filter has a 3 × 3 kernel for each of the 3 channels and one bias; the size of the picture plays no part, "
    "because the same numbers are used at every place.",
)


@dataclass(frozen=True, eq=False)
class Setup:
    """What the controls say: input ``[C, H, W]``, kernels ``[F, C, k, k]``, bias ``[F]`` and the window."""

    maps: Array
    kernels: Array
    bias: Array
    window: Window
    names: tuple[str, ...]
    grey: bool


def draw() -> None:
    """The whole chapter."""
    specimen = choose_nodule()
    network = seen(specimen)
    when_asked("Slide it", _play, specimen, network)
    when_asked("On the whole picture", _whole, network)
    ask(QUESTION, "convolution_question")


@st.fragment
def _play(specimen: Specimen, network: Seen) -> None:
    step("Slide it", "Play or step, or point at either grid; a click holds the place. Change any number of the kernel.")
    stage = st.container()
    with st.container(border=True):
        setup = _controls(network)
    length = setup.maps.shape[-1]
    with stage:
        try:
            setup.window.places(length)
        except BadInput as error:
            refused(error, "This window does not fit")
            return
        slide(
            setup.maps,
            setup.window,
            "conv",
            f"slide-{specimen.key}",
            "convolution_step",
            setup.names,
            setup.kernels,
            setup.bias.tolist(),
            [f"output {k + 1}" if len(setup.kernels) > 1 else "output" for k in range(len(setup.kernels))],
            setup.grey,
            partial(_keep, setup.kernels),
        )
    answer = convolve(setup.maps, setup.kernels, setup.bias, setup.window)
    st.caption(
        "Numbers are shown rounded, and computed with all their digits. Input channels: pictures that go in "
        "together, here the grey nodule, its edges and a blurred copy. Filters: so many kernels, one map each. "
        "Stride: cells from one place to the next. Padding: empty cells around. Dilation: how far apart the cells "
        "lie that the kernel looks at. Bias: a number added at the end."
    )
    _sizes(setup, length)
    _first_cell(setup, answer)
    fold("The same as tables", "convolution_tables", partial(_tables, setup, answer))
    show_code(convolve, patch_at, Window.places, Window.seen)
    take_home("Convolution", partial(convolve, setup.maps, setup.kernels, setup.bias, setup.window))


def _tables(setup: Setup, answer: Array) -> None:
    matrix(setup.maps[0], f"Input, channel 1 ({setup.names[0]})")
    matrix(setup.kernels[0][0], "Kernel of filter 1 for channel 1")
    matrix(answer[0], "Output 1")


def _controls(network: Seen) -> Setup:
    with st.container(horizontal=True):
        source = st.selectbox(
            "Kernel", [*KERNELS, LEARNED], key="convolution_kernel", bind="query-params", width=170, on_change=_forget,
            help="learned: those of the first layer of the network that diagnoses",
        )  # fmt: skip
        cells = st.select_slider(
            "Patch (cells)", (7, 8, 9, 10, 12, 16, 24), 9, key="convolution_cells", bind="query-params", width=170
        )
        channels = st.segmented_control(
            "Input channels", (1, 2, 3), default=1, required=True, key="convolution_channels", bind="query-params",
            disabled=source == LEARNED,
        )  # fmt: skip
        filters = st.segmented_control(
            "Filters", (1, 2, 3, 4), default=1, required=True, key="convolution_filters", bind="query-params"
        )
    with st.container(horizontal=True):
        stride = _number("Stride", 1, 4, 1, "convolution_stride")
        padding = _number("Zero padding", 0, 3, 0, "convolution_padding")
        dilation = _number("Dilation", 1, 3, 1, "convolution_dilation")
        bias = st.number_input("Bias", -5.0, 5.0, 0.0, 0.1, key="convolution_bias", bind="query-params", width=130)
        first = _number("Learned from no.", 1, 32, 1, "convolution_first", _forget) if source == LEARNED else 1
        own = st.text_input(
            "Own numbers, row by row",
            key="convolution_own",
            bind="query-params",
            placeholder="as chosen above",
            width=260,
        )
    if source == LEARNED:
        maps = normalise(_patch(network.crop.pixels, cells), network.classifier.card.preparation)
        kernels = _edited(own, first_kernels(network.classifier.parts["body"])[first - 1 :][:filters])
        names: tuple[str, ...] = ("red", "green", "blue")
        grey = False
    else:
        maps = channels_of(_patch(network.crop.pixels, cells))[:channels]
        kernels, names, grey = _edited(own, _presets(source, filters, channels)), CHANNELS[:channels], channels == 1
    window = Window(kernels.shape[-1], stride, padding, dilation)
    return Setup(maps, kernels, np.full(len(kernels), bias, np.float32), window, names, grey)


def _number(label: str, low: int, high: int, value: int, key: str, on_change: Callable[[], None] | None = None) -> int:
    field = st.number_input(label, low, high, value, key=key, bind="query-params", width=130, on_change=on_change)
    return int(field)


def _patch(crop: Grey, cells: int) -> Grey:
    """The crop with ``cells`` cells a side, each the mean of what it covers."""
    return np.asarray(Image.fromarray(crop).resize((cells, cells), Image.Resampling.BOX), np.float32)


def _presets(source: str, filters: int, channels: int) -> Array:
    """Filter 1 is the chosen preset, the others follow it in the list; every channel gets the same kernel."""
    names = list(KERNELS)
    chosen = [KERNELS[names[(names.index(source) + k) % len(names)]] for k in range(filters)]
    return np.stack([np.stack([kernel] * channels) for kernel in chosen])


def _edited(own: str, kernels: Array) -> Array:
    """One's own numbers in the kernels' places, if there are as many; an edit of the canvas is written there too."""
    typed = _typed(own)
    if len(typed) == kernels.size:
        return np.asarray(typed, np.float32).reshape(kernels.shape)
    if own:
        st.caption(
            f"These kernels take {kernels.size} numbers and the field holds {len(typed)}: they stay as chosen. "
            "Empty it, or write them with a space between."
        )
    return kernels


def _typed(text: str) -> list[float]:
    try:
        return [value for word in text.split() if abs(value := float(word)) < LARGEST]
    except ValueError:
        return []


def _keep(kernels: Array, number: int, kernel: Array) -> None:
    """Write the kernels, one of them edited, where the link carries them."""
    kernels = kernels.copy()
    kernels[number] = kernel
    st.session_state["convolution_own"] = " ".join(f"{value:.4g}" for value in kernels.ravel())


def _forget() -> None:
    """Another kernel was chosen: one's own numbers belong to the last one."""
    st.session_state["convolution_own"] = ""


def _sizes(setup: Setup, length: int) -> None:
    window, kernels = setup.window, setup.kernels
    places = window.places(length)
    formula(window.latex(length), "(side of the input − reach of the kernel + 2 × padding) / stride, rounded down, + 1")
    chart(strip(length, window), "convolution-strip", f"A side of {length} cells and the {places} places of the window")
    st.caption(
        "One side from above: light cells are padding, orange ones are never seen, each line is one place. A cell is "
        "never seen where the last step would lead over the edge, where the stride is longer than the window, or "
        "between the cells of a dilated kernel."
    )
    filters, channels, size, _ = kernels.shape
    numbers(
        {
            "Input": f"{length} × {length} × {channels}",
            "Output": f"{places} × {places} × {filters}",
            "Cells never seen": window.never_seen(length),
            "Learnt numbers": filters * (channels * size * size + 1),
            "Multiplications": places * places * filters * channels * size * size,
        }
    )


def _first_cell(setup: Setup, answer: Array) -> None:
    patch = patch_at(pad(setup.maps, setup.window.padding), 0, 0, setup.window)
    sums = (patch * setup.kernels[0]).sum(axis=(1, 2))
    lines = [rf"y_{{1,1}} &= \sum_{{c=1}}^{{{len(sums)}}}\sum_{{i,j}} k_{{c,i,j}}\,x_{{c,i,j}} + b"]
    if setup.window.size <= 3:
        lines += [_products(*row) for row in zip(setup.kernels[0, 0], patch[0], strict=True)]
        sums = sums[1:]
    terms = " ".join(f"{value:+.2f}" for value in (*sums, setup.bias[0]))
    lines.append(rf"&\quad {terms} = {answer[0, 0, 0]:.2f}")
    lines[1] = lines[1].replace(r"&\quad", "&=", 1)
    others = "the sums of the other channels, " if setup.window.size <= 3 and len(sums) else ""
    formula(
        r"\begin{aligned}" + r" \\ ".join(lines) + r"\end{aligned}",
        f"The first cell of the output: kernel times window row by row, {others}and the bias."
        if setup.window.size <= 3
        else "The first cell of the output: one sum of products a channel, and the bias.",
    )


def _products(kernel: Array, seen: Array) -> str:
    """One row of kernel times window, in LaTeX."""
    pairs = zip(kernel.tolist(), seen.tolist(), strict=True)
    return r"&\quad " + " ".join(rf"{weight:+.2g}\,({value:.2f})" for weight, value in pairs)


def _whole(network: Seen) -> None:
    step("On the whole picture", "The learned kernels of the network's first layer. Click one to see what it finds.")
    kernels = first_kernels(network.classifier.parts["body"])
    summed = kernels.sum(axis=1)  # grey: the three channels are the same picture
    number = st.slider("Which kernel", 1, len(kernels), 1, key="convolution_which", bind="query-params")
    left, right = st.columns(2)
    with left:
        alt = "Learned kernels, summed over the three channels; a click chooses one"
        pick_map(summed[:32], number - 1, "convolution-kernels", alt, _choose, "kernel", 200)
        show_picture(still(network.crop.pixels), "What the network was shown", width=260)
    with right:
        found = found_by(network, number)
        chart(activation(found, 460), "convolution-found", f"What kernel {number} finds")
    st.caption(
        "White is zero: the kernel is indifferent. Blue and vermilion are opposite signs. A bar along an edge of the "
        "map is no finding: there the kernel meets the padding beyond the picture."
    )


def _choose(index: int) -> None:
    st.session_state["convolution_which"] = index + 1


CHAPTER = Chapter(
    number=5,
    slug="convolution",
    title="Convolution",
    talk=Place(Part.DEEP, "Convolutional layer"),
    sentences=(
        "A small kernel is laid on every place of the picture; what lies under it is multiplied with it and summed.",
        "The network learns the numbers of the kernels, and nothing but these numbers says what it looks for.",
    ),
    draw=draw,
)
