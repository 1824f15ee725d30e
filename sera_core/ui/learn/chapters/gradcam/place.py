"""Why the place is lost: the same network read at cells of 32 px and of 16 px, and a sign put in and out."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st
from scipy.special import expit

from sera_core.contracts import CamMethod, Grey
from sera_core.explain.cam import Trace, heatmap
from sera_core.explain.depth import END, traced_at
from sera_core.explain.inside import Mask, heat_inside, hottest_inside, mask_on_crop
from sera_core.explain.judged import Row, kept
from sera_core.explain.overlay import overlay
from sera_core.figures.image import still
from sera_core.images.prepare import Crop, prepare
from sera_core.nets.registry import network as entry
from sera_core.simulate.case import Case
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES
from sera_core.ui.cache import sample_of
from sera_core.ui.cell import show_code
from sera_core.ui.learn.depth import deep
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Seen
from sera_core.ui.learn.show import numbers, take_home
from sera_core.ui.picture import show_picture
from sera_core.wording import percent

SIGN = "papillary"  # the sample whose foci are put in and out


def draw_place(network: Seen, target: int) -> None:
    """Two depths of one network on the nodule under study."""
    depths = {"The last maps, cells of 32 px": END, "One step earlier, cells of 16 px": _evidence(network)}
    mask = _mask(network)
    for column, (name, depth) in zip(st.columns(2), depths.items(), strict=True):
        traced = traced_at(network.classifier, network.classifier.parts, depth, network.crop.pixels)
        method = CamMethod.GRADCAM if depth == END else CamMethod.HIRESCAM
        heat = heatmap(method, traced, target, network.crop.pixels.shape)
        cells = traced.activations.shape[-1]
        with column:
            show_picture(overlay(network.crop.pixels, heat), alt=f"The heat at {name}")
            said = f"{name}: {cells} × {cells}"
            if mask is not None:
                where = "inside" if hottest_inside(heat, mask) else "**outside**"
                said += f"; {percent(heat_inside(heat, mask))} of the heat in the nodule, the hottest point {where}"
            st.caption(f"{said}.")
    st.markdown(
        "A cell of the last maps has seen almost the whole crop, and may keep what it knows of the nodule anywhere. "
        "One step earlier a cell still answers for its own place, so Diagnose reads the map there."
    )
    if deep():
        st.caption(
            "Left Grad-CAM at the end of the body, right HiRes-CAM at the evidence layer (step Six methods); Diagnose "
            "reads three views of the region there, and keeps what most of them agree on."
        )
    show_code(traced_at)


def draw_sign(network: Seen) -> None:
    """Punctate foci in and out of one nodule: what changes in the picture, the score and the map."""
    there = st.toggle("Punctate foci", True, key="gradcam_foci", bind="query-params")
    with_foci, without = _drawn()
    crops = {key: _crop(network, frame) for key, frame in ((True, with_foci), (False, without))}
    scores = {key: _log_odds(_traced(network, crop.pixels)) for key, crop in crops.items()}
    shown = crops[there].pixels
    heat = heatmap(CamMethod.HIRESCAM, _traced(network, shown), 1, shown.shape)
    changed = np.abs(crops[True].pixels - crops[False].pixels)
    pictures = {
        "the nodule": still(shown),
        "where the two pictures differ: the evidence": still(np.minimum(3 * changed, 1).astype(np.float32)),
        "the map for malignant": overlay(shown, heat),
    }
    for column, (caption, picture) in zip(st.columns(3), pictures.items(), strict=True):
        with column:
            show_picture(picture, caption)
    part = changed > 0.1
    numbers(
        {
            "Malignant, with foci": percent(float(expit(scores[True]))),
            "Without": percent(float(expit(scores[False]))),
            "Heat on the evidence": f"{heat_inside(heat, part) / part.mean():.1f} × its area",
        }
    )
    formula(
        (
            rf"z = {scores[True]:+.2f}\ \text{{with foci}}, \quad {scores[False]:+.2f}\ \text{{without}}",
            rf"\frac{{\text{{heat on the evidence}}}}{{\text{{its area}}}} = "
            rf"\frac{{{heat_inside(heat, part):.3f}}}{{{part.mean():.3f}}}",
        ),
        "z is the log odds of malignant.",
        "1 × its area is chance. A map that means something has more where the pictures differ, and less when the sign "
        "is gone.",
    )
    show_code(render)


def take_sign_home() -> None:
    """A notebook that draws the nodule with its foci and without."""
    case = SAMPLES[SIGN].case
    take_home("Sign in and out", partial(render, case), partial(render, _without_foci(case)))


def draw_benchmark(network: Seen) -> None:
    """What the benchmark found, for every map that was tried."""
    found = kept()
    if not found["location"]:
        return
    _table(
        found["location"], ("frames", "model", "map", "n"), {"hottest": "hottest point inside", "heat": "heat inside"}
    )
    st.caption(
        "Hottest point inside: in how many nodules the map's hottest point lies in the nodule. That of no map does so "
        "more often than that of a plain blob in the middle of the crop (its rows are called so): "
        "location alone is weak evidence. "
        "So the sign itself is put in and out, and a map should be hot where the pictures differ:"
    )
    names = {
        "ratio": "on foci / area",
        "near": "within 0.5 mm",
        "placebo": "true > redrawn",
    }
    _table(found["evidence"], ("model", "map", "n"), names)
    st.caption(
        "On foci / area: how much more heat lies on the foci than chance puts there (chance is 1). Within 0.5 mm: "
        "how often the hottest point is so near to a focus. True > redrawn: how often more heat lies where the foci "
        "are than where they might have been drawn (chance is 0.5). An untrained network must stay at chance."
    )
    if deep():
        st.caption("`python -m sera_core benchmark explain` prints both tables.")


def _table(rows: list[Row], plain: tuple[str, ...], figures: dict[str, str]) -> None:
    """Figures with their 95 % intervals, one row a map."""
    st.dataframe(
        [
            {name: row[name] for name in plain}
            | {
                title: f"{row[name]:.2f} ({row[f'{name}_low']:.2f}\u2013{row[f'{name}_high']:.2f})"
                for name, title in figures.items()
            }
            for row in rows
        ],
        hide_index=True,
        height=min(36 * (len(rows) + 1), 900),
    )


def _evidence(network: Seen) -> int:
    return entry(network.classifier.card.network).evidence


def _log_odds(traced: Trace) -> float:
    return float(traced.logits[0, 1].detach())


def _traced(network: Seen, crop: Grey) -> Trace:
    return traced_at(network.classifier, network.classifier.parts, _evidence(network), crop)


def _mask(network: Seen) -> Mask | None:
    if network.specimen.sample is None:
        return None
    return mask_on_crop(sample_of(network.specimen.sample).mask, network.crop.box, network.crop.pixels.shape)


@st.cache_data(max_entries=1, show_spinner="Drawing the nodule without its foci")
def _drawn() -> tuple[Frame, Frame]:
    case = SAMPLES[SIGN].case
    return sample_of(SIGN), render(_without_foci(case))


def _without_foci(case: Case) -> Case:
    return replace(case, nodule=replace(case.nodule, punctate=0))


def _crop(network: Seen, frame: Frame) -> Crop:
    return prepare(frame.image.pixels, frame.box, network.classifier.card.preparation)
