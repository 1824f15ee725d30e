"""Chapter 5: a window slides, multiplies, sums."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import streamlit as st
from PIL import Image

from sera_core.contracts import BadInput, Grey
from sera_core.figures.image import picture
from sera_core.figures.maps import activation, mosaic, strip
from sera_core.images.prepare import normalise
from sera_core.lessons.convolution import KERNELS, Array, convolve, first_kernels, pad, patch_at, separate
from sera_core.lessons.window import Window
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.chapter import Chapter, Part, Place
from sera_core.ui.learn.nodule import Seen, Specimen, choose_nodule, seen
from sera_core.ui.learn.parts import Question, ask, formula, matrix, numbers, step
from sera_core.ui.learn.slide import slide
from sera_core.ui.states import refused

LEARNED, OWN = "learned", "own"
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
    _play(specimen, network)
    _whole(network)
    ask(QUESTION, "conv_question")


@st.fragment
def _play(specimen: Specimen, network: Seen) -> None:
    step("Slide it", "Play or step, or point at either grid; a click holds the place. Change any number of the kernel.")
    stage = st.container()
    with st.container(border=True):
        setup = _controls(network)
    length = setup.maps.shape[-1]
    with stage:
        try:
            setup.window.check(length)
        except BadInput as error:
            refused(error, "This stride does not fit")
            if error.code == "stride_misfit":
                _sizes(setup, length)
            return
        slide(
            setup.maps,
            setup.window,
            "conv",
            f"slide-{specimen.key}",
            "conv_step",
            setup.names,
            setup.kernels,
            setup.bias.tolist(),
            [f"output {k + 1}" if len(setup.kernels) > 1 else "output" for k in range(len(setup.kernels))],
            setup.grey,
            _keep,
        )
    answer = convolve(setup.maps, setup.kernels, setup.bias, setup.window)
    _sizes(setup, length)
    _first_cell(setup, answer)
    with st.expander("The same as tables", icon=":material/table:"):
        matrix(setup.maps[0], f"Input, channel 1 ({setup.names[0]})")
        matrix(setup.kernels[0][0], "Kernel of filter 1 for channel 1")
        matrix(answer[0], "Output 1")
    show_code(convolve, patch_at, Window.places, Window.check)


def _controls(network: Seen) -> Setup:
    with st.container(horizontal=True):
        source = st.selectbox(
            "Kernel", [*KERNELS, LEARNED, OWN], key="conv_kernel", bind="query-params", width=170,
            help="learned: those of the first layer of the network that diagnoses",
        )  # fmt: skip
        cells = st.select_slider(
            "Patch (cells)", (7, 8, 9, 10, 12, 16, 24), 9, key="conv_cells", bind="query-params", width=170
        )
        channels = st.segmented_control(
            "Input channels", (1, 2, 3), default=1, required=True, key="conv_channels", bind="query-params",
            disabled=source == LEARNED,
        )  # fmt: skip
        filters = st.segmented_control(
            "Filters", (1, 2, 3, 4), default=1, required=True, key="conv_filters", bind="query-params"
        )
    with st.container(horizontal=True):
        stride = _number("Stride", 1, 4, 1, "conv_stride")
        padding = _number("Zero padding", 0, 3, 0, "conv_padding")
        dilation = _number("Dilation", 1, 3, 1, "conv_dilation")
        bias = st.number_input("Bias", -5.0, 5.0, 0.0, 0.1, key="conv_bias", bind="query-params", width=130)
        first = _number("Learned from no.", 1, 32, 1, "conv_first") if source == LEARNED else 1
    if source == OWN:
        st.text_input("Your kernel, row by row", key="conv_own", bind="query-params")
    if source == LEARNED:
        maps = normalise(_patch(network.crop.pixels, cells), network.classifier.card.preparation)
        kernels = first_kernels(network.classifier.parts["body"])[first - 1 :][:filters]
        names: tuple[str, ...] = ("red", "green", "blue")
        grey = False
    else:
        maps = separate(_patch(network.crop.pixels, cells))[:channels]
        kernels, names, grey = _kernels(source, filters, channels), CHANNELS[:channels], channels == 1
    window = Window(kernels.shape[-1], stride, padding, dilation)
    return Setup(maps, kernels, np.full(len(kernels), bias, np.float32), window, names, grey)


def _number(label: str, low: int, high: int, value: int, key: str) -> int:
    return int(st.number_input(label, low, high, value, key=key, bind="query-params", width=130))


def _patch(crop: Grey, cells: int) -> Grey:
    """The crop with ``cells`` cells a side, each the mean of what it covers."""
    return np.asarray(Image.fromarray(crop).resize((cells, cells), Image.Resampling.BOX), np.float32)


def _kernels(source: str, filters: int, channels: int) -> Array:
    """Filter 1 is the chosen preset, the others follow it in the list; every channel gets the same kernel."""
    shape = (filters, channels, 3, 3)
    if source == OWN:
        own = _typed(st.session_state.get("conv_own", ""))
        if len(own) == np.prod(shape):
            return np.asarray(own, np.float32).reshape(shape)
        st.caption(f"This needs {np.prod(shape)} numbers and there are {len(own)}: the first preset stands in.")
        source = next(iter(KERNELS))
    names = list(KERNELS)
    chosen = [KERNELS[names[(names.index(source) + k) % len(names)]] for k in range(filters)]
    return np.stack([np.stack([kernel] * channels) for kernel in chosen])


def _typed(text: str) -> list[float]:
    try:
        return [float(word) for word in text.split()]
    except ValueError:
        return []


def _keep(number: int, kernel: Array) -> None:
    """An edited kernel makes the whole set one's own."""
    state = st.session_state
    if state["conv_kernel"] == LEARNED:
        return  # the canvas shows the change; the learned ones stay what they are
    kernels = _kernels(state["conv_kernel"], state["conv_filters"], state["conv_channels"])
    kernels[number] = kernel
    state["conv_own"] = " ".join(f"{value:.4g}" for value in kernels.ravel())
    state["conv_kernel"] = OWN


def _sizes(setup: Setup, length: int) -> None:
    window, kernels = setup.window, setup.kernels
    places = window.places(length)
    formula(window.latex(length), "(side of the input − reach of the kernel + 2 × padding) / stride + 1")
    chart(strip(length, window), "conv-strip", f"A side of {length} cells and the {places} places of the window")
    st.caption("One side from above: light cells are padding, orange ones are never seen, each line is one place.")
    filters, channels, size, _ = kernels.shape
    numbers(
        {
            "Input": f"{length} × {length} × {channels}",
            "Output": f"{places} × {places} × {filters}",
            "Learned numbers": filters * (channels * size * size + 1),
            "Multiplications": places * places * filters * channels * size * size,
        }
    )


def _first_cell(setup: Setup, answer: Array) -> None:
    patch = patch_at(pad(setup.maps, setup.window.padding), 0, 0, setup.window)
    sums = (patch * setup.kernels[0]).sum(axis=(1, 2))
    terms = " ".join(f"{value:+.2f}" for value in sums)
    formula(
        (
            rf"y_{{1,1}} = \sum_{{c=1}}^{{{len(sums)}}}\sum_{{i,j}} k_{{c,i,j}}\,x_{{c,i,j}} + b",
            rf"= {terms} {setup.bias[0]:+.2f} = {answer[0, 0, 0]:.2f}",
        ),
        "The first cell of the output: one sum of products a channel, and the bias.",
    )


def _whole(network: Seen) -> None:
    step("On the whole picture", "The learned kernels of the network's first layer, and what one of them finds.")
    kernels = first_kernels(network.classifier.parts["body"])
    summed = kernels.sum(axis=1)  # grey: the three channels are the same picture
    number = st.slider("Which kernel", 1, len(kernels), 1, key="conv_which", bind="query-params")
    left, right = st.columns(2)
    with left:
        chart(mosaic(summed[:32], 8, height=200), "conv-kernels", "Learned kernels, summed over the three channels")
        chart(picture(network.crop.pixels).update_layout(height=260), "conv-crop", "What the network was shown")
    with right:
        found = found_by(network, number)
        chart(activation(found, height=460), "conv-found", f"What kernel {number} finds")
    st.caption("White is zero: the kernel is indifferent. Blue and vermilion are opposite signs.")


def found_by(network: Seen, number: int) -> Array:
    """Map ``[h, w]`` of kernel ``number`` (from 1) of the network's first layer, before norm and nonlinearity."""
    return _found(f"{network.key} {number}", network, number)


@st.cache_data(scope="session", max_entries=32, show_spinner=False)
def _found(key: str, _network: Seen, number: int) -> Array:
    crop = normalise(_network.crop.pixels, _network.classifier.card.preparation)
    kernel = first_kernels(_network.classifier.parts["body"])[number - 1 : number]
    window = Window(kernel.shape[-1], 2, kernel.shape[-1] // 2)
    return convolve(crop, kernel, np.zeros(1, np.float32), window)[0]


CHAPTER = Chapter(
    number=5,
    slug="conv",
    title="Convolution",
    talk=Place(Part.DEEP, "Convolutional layer"),
    sentences=(
        "A small kernel is laid on every place of the picture; what lies under it is multiplied with it and summed.",
        "The network learns the numbers of the kernels, and nothing but these numbers says what it looks for.",
    ),
    draw=draw,
)
