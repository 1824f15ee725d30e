"""The sliding window one plays, steps, hovers and edits (``slide.js``, drawn by ``slide_draw.js``)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from sera_core.figures import palette
from sera_core.lessons.window import Window

HERE = Path(__file__).parent
_SLIDE = st.components.v2.component(
    "sera_slide",
    html=(
        '<div class="bar">'
        '<button data-do="play" aria-pressed="false">▶ Play</button>'
        '<button data-do="back" aria-label="One step back">‹</button>'
        '<button data-do="step">Step ›</button>'
        '<input class="place" type="range" min="0" value="0" aria-label="Place of the window">'
        '<label>speed <input class="speed" type="range" min="1" max="30" value="6" aria-label="Steps a second"></label>'
        "</div>"
        '<canvas tabindex="0" role="img" aria-label="A window over grids of numbers; arrow keys move it, space plays.">'
        "</canvas>"
        '<p class="says" aria-live="polite"></p><div class="editor"></div>'
    ),
    css=(HERE / "slide.css").read_text(encoding="utf-8"),
    js="".join((HERE / name).read_text(encoding="utf-8") for name in ("slide.js", "slide_draw.js", "colours.js")),
)
Kernel = NDArray[np.float32]


def slide(
    maps: Kernel,
    window: Window,
    mode: Literal["conv", "max", "average"],
    key: str,
    link: str,
    names: Sequence[str],
    kernels: Kernel | None = None,
    bias: Sequence[float] = (),
    outs: Sequence[str] = ("output",),
    grey: bool = True,
    on_kernel: Callable[[int, Kernel], None] | None = None,
) -> None:
    """Show the grids; nothing is asked of the page while the window moves.

    Parameters
    ----------
    maps : [C, H, W]
        The input.
    window : Window
    mode : {"conv", "max", "average"}
    key : str
    link : str
        Name under which the page's link carries the step that the window has reached.
    names, outs : sequence of str
        Headings of the input and output grids.
    kernels : [F, C, k, k], optional
    bias : sequence of F floats
    grey : bool
        Whether the input is a grey picture (black to white) or activations (diverging around zero).
    on_kernel : callable, optional
        Takes the filter's index and its new kernel ``[C, k, k]``.
    """

    def edited() -> None:
        sent = st.session_state[key].kernel
        if sent and on_kernel is not None:
            on_kernel(int(sent["filter"]), np.asarray(sent["kernel"], np.float32))

    low, high = (min(0.0, float(maps.min())), float(maps.max())) if grey else (0.0, float(np.abs(maps).max()))
    data: dict[str, Any] = {
        "input": np.asarray(maps, float).round(4).tolist(),
        "kernels": np.asarray(kernels if kernels is not None else [], float).round(4).tolist(),
        "bias": list(bias),
        "size": window.size,
        "stride": window.stride,
        "padding": window.padding,
        "dilation": window.dilation,
        "seen": [window.seen(length).tolist() for length in maps.shape[1:]],
        "mode": mode,
        "link": link,
        "names": list(names),
        "outs": list(outs),
        "grey": grey,
        "low": low,
        "high": max(high, low + 1e-6),
        "numbers": maps.shape[-1] <= 12,
        "colours": {"accent": palette.ACCENT, "lost": palette.MALIGNANT, "diverging": list(palette.DIVERGING)},
    }
    _SLIDE(key=key, data=data, on_kernel_change=edited)
