"""The sandbox's sliders: one a control of the simulator, their values in the link."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from sera_core.contracts import Margin
from sera_core.simulate.case import Case
from sera_core.simulate.centres import CENTRES, centre_named
from sera_core.simulate.samples import SAMPLES
from sera_core.simulate.sandbox import NODULE_CONTROLS, SCANNER_CONTROLS, TYPICAL_MARGIN, Control
from sera_core.simulate.settings import CENTRE, SEED, WHOLE, WORDS, case_from, settings_of

DEFAULTS = settings_of(case_from({}))
LABEL = {
    "composition": "Composition",
    "margin": "Margin",
    "view": "View",
    "texture": "Gland",
    CENTRE: "Scanner of centre",
    SEED: "Patient (seed)",
}
START = "sandbox_start"
FLOATS = tuple(c.field for c in (*NODULE_CONTROLS, *SCANNER_CONTROLS) if c.field not in WHOLE)


def _key(name: str) -> str:
    return f"sandbox_{name}"


def put(case: Case) -> None:
    """Set every slider to this case; called before they are drawn."""
    for name, value in settings_of(case, st.session_state.get(_key(CENTRE), "internal")).items():
        st.session_state[_key(name)] = float(value) if name in FLOATS else value


def settings() -> dict[str, str | float]:
    """What the sliders say."""
    return {name: st.session_state.get(_key(name), default) for name, default in DEFAULTS.items()}


def draw_controls() -> None:
    """Draw the sliders in three folds."""
    with st.container(horizontal=True):
        samples = {sample.title: name for name, sample in SAMPLES.items()}
        st.selectbox(
            "Start from", list(samples), index=None, key=START, on_change=_start, placeholder="a sample", width=260
        )
        st.number_input(LABEL[SEED], 0, 9999, int(DEFAULTS[SEED]), key=_key(SEED), bind="query-params", width=140)
    nodule, neck, scanner = st.tabs(["Nodule", "Neck", "Scanner"])
    with nodule:
        _word("composition")
        _word("margin", _margin)
        st.caption("A margin brings its usual depth and width along; change them below.")
        _sliders(NODULE_CONTROLS, DEFAULTS)
    with neck:
        _word("view")
        _word("texture")
    with scanner:
        st.segmented_control(
            LABEL[CENTRE],
            list(CENTRES),
            default="internal",
            required=True,
            key=_key(CENTRE),
            bind="query-params",
            on_change=_scanner,
        )
        st.caption(
            "Bandwidth: how short the pulse is. f-number: depth over the width of the listening part; small is sharp. "
            "Looks: pictures from several directions, averaged. Dynamic range and gamma: how echoes become grey."
        )
        own = settings_of(case_from({CENTRE: st.session_state[_key(CENTRE)]}))
        _sliders(SCANNER_CONTROLS, own)


def _word(name: str, on_change: Callable[[], None] | None = None) -> None:
    st.segmented_control(
        LABEL[name],
        [word.value for word in WORDS[name]],
        default=str(DEFAULTS[name]),
        format_func=lambda word: word.replace("_", " "),
        required=True,
        key=_key(name),
        bind="query-params",
        on_change=on_change,
    )


def _margin() -> None:
    """A margin comes with lobules, spikes or a fading border of its usual size; the sliders change it from there."""
    for name, value in TYPICAL_MARGIN[Margin(st.session_state[_key("margin")])].items():
        st.session_state[_key(name)] = value


def _sliders(controls: tuple[Control, ...], values: dict[str, str | float]) -> None:
    with st.grid(2, min_column_width=240):
        for control in controls:
            kind = int if control.field in WHOLE else float
            st.slider(
                control.label,
                kind(control.low),
                kind(control.high),
                kind(values[control.field]),
                kind(control.step),
                key=_key(control.field),
                bind="query-params",
            )


def _start() -> None:
    title = st.session_state[START]
    sample = next((sample for sample in SAMPLES.values() if sample.title == title), None)
    if sample is not None:
        put(sample.case)


def _scanner() -> None:
    scanner = centre_named(st.session_state[_key(CENTRE)]).scanner
    for control in SCANNER_CONTROLS:
        value = getattr(scanner, control.field)
        st.session_state[_key(control.field)] = value if control.field in WHOLE else float(value)
