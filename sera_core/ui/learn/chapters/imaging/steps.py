"""The four steps of chapter 1: X-ray CT, MRI, ultrasound, and the region that a network is shown."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import numpy as np
import streamlit as st

from sera_core.figures import imaging as figures
from sera_core.images.prepare import Preparation, normalise, prepare
from sera_core.lessons import echoes, kspace, tomography
from sera_core.simulate.case import Case
from sera_core.simulate.samples import SAMPLES
from sera_core.simulate.scanner import SOUND_MM_PER_US
from sera_core.ui.cell import show_code
from sera_core.ui.chart import chart
from sera_core.ui.learn.formula import formula
from sera_core.ui.learn.nodule import Specimen
from sera_core.ui.learn.show import numbers, pictures, take_home

ENOUGH = int(np.ceil(np.pi / 2 * tomography.SIZE))  # directions: as many samples across as along the outer ring
DIRECTIONS = (4, 8, 16, 32, 64, 120, 180, ENOUGH)
MR_PX = 160


# ---- X-ray computed tomography -----------------------------------------------------------------------------------


@st.cache_data(max_entries=32, show_spinner=False)
def _scan(count: int, metal: bool, fill: bool) -> dict[str, np.ndarray]:
    """Slice, sinogram, what is smeared back, what is filtered and smeared back."""
    truth = tomography.neck(metal=metal)
    sinogram = tomography.project(truth, count)
    if metal:
        sinogram = tomography.starved(sinogram)
    if metal and fill:
        sinogram = tomography.inpainted(sinogram, tomography.metal_shadow(count))
    smeared = tomography.back_project(sinogram, filtered=False)
    return {"slice": truth, "sinogram": sinogram, "smeared": smeared, "filtered": tomography.back_project(sinogram)}


def ct(specimen: Specimen) -> None:
    """Directions, metal, and what is left of the slice."""
    count = st.select_slider("Directions", DIRECTIONS, 64, key="imaging_directions", bind="query-params")
    with st.container(horizontal=True):
        metal = st.toggle("A metal clip", key="imaging_metal", bind="query-params")
        fill = st.toggle("Fill its shadow in the sinogram", key="imaging_fill", bind="query-params", disabled=not metal)
    found = _scan(count, metal, fill)
    drawn = {
        "the slice": figures.shown(found["slice"], 0.1, 0.3),
        "sinogram": _widened(figures.shown(found["sinogram"])),
        "smeared back": figures.shown(found["smeared"]),
        "filtered first": figures.shown(found["filtered"], 0.1, 0.3),
    }
    pictures(drawn)
    wrong = tomography.error(found["filtered"], tomography.neck())
    numbers({"Root mean square error": f"{wrong:.3f} /cm", "Directions that are enough": ENOUGH})
    middle = float(found["sinogram"][tomography.SIZE // 2, 0])
    formula(
        rf"\begin{{aligned}} p(s,\theta) &= \textstyle\int \mu\,d\ell, \quad p(0, 0°) = {middle:.2f} \\ "
        rf"I / I_0 &= e^{{-{middle:.2f}}} = {np.exp(-middle):.3f} \end{{aligned}}",
        "The middle ray from the front: so large a share of its photons arrives. Enough directions: π/2 for each of "
        f"the {tomography.SIZE} pixels across. The error is taken over the pixels of the round field, without the "
        "clip.",
        _metal_words(metal, fill, count),
    )
    st.caption(
        "Across the sinogram (all shadows) lies the direction, down it the detector. Smeared back: each shadow is "
        "spread over the slice along the way it came. Filtered first: each shadow's edges are sharpened before. The "
        "error is that of the X-ray absorption, in parts a centimetre. A drawn slice, not a patient: muscle, vertebra, "
        "trachea, both lobes, and a dark nodule in one of them."
    )
    show_code(tomography.project, tomography.back_project, tomography.inpainted)
    take_home(
        "Computed tomography",
        partial(tomography.project, found["slice"], count),
        partial(tomography.back_project, found["sinogram"]),
    )


def _widened(sinogram: np.ndarray) -> np.ndarray:
    """A sinogram as a square picture."""
    columns = (np.arange(tomography.SIZE) * sinogram.shape[1]) // tomography.SIZE
    return sinogram[:, columns]


def _metal_words(metal: bool, fill: bool, count: int) -> str:
    if not metal:
        return ""
    if fill:
        words = (
            "The metal's shadow is replaced by a straight line from edge to edge: the clip is gone, and its streaks."
        )
        return f"{words} Those that are left come from too few directions." if count < ENOUGH / 2 else words
    return f"Behind metal hardly a photon arrives, no ray tells more than {tomography.MOST:g}, and the slice streaks."


# ---- magnetic resonance ------------------------------------------------------------------------------------------


def mri(specimen: Specimen) -> None:
    """Keep the centre or the rim of k-space."""
    with st.container(horizontal=True):
        part = st.segmented_control(
            "Keep", ["Centre", "Rim"], default="Centre", key="imaging_keep", bind="query-params", required=True
        )
        radius = (
            st.slider("Radius (% of the way to the edge)", 1, 100, 15, key="imaging_radius", bind="query-params") / 100
        )
    grey = prepare(specimen.image.pixels, specimen.box, Preparation(MR_PX, "square", 1.8, 0.0, 1.0)).pixels
    space = kspace.signal(grey)
    left, kept = kspace.keep(space, radius, "Rim" if part == "Rim" else "Centre")
    back = kspace.image_of(left)
    strength = figures.shown(np.log10(np.abs(space) + 1e-3), -2, 1)
    drawn = {
        "the slice": grey,
        "k-space (log)": strength,
        "what is kept": np.where(kept, strength, np.float32(0)),
        "its image": figures.shown(back, 0, 1 if part != "Rim" else None),
    }
    pictures(drawn)
    samples, energy = kspace.shares(space, kept)
    numbers({"Samples kept": f"{samples:.1%}", "Energy kept": f"{energy:.2%}"})
    formula(
        rf"\begin{{aligned}} S &= \tfrac{{1}}{{{MR_PX}}}\textstyle\sum_{{x,y}} \rho(x,y)\,e^{{2\pi i (k_x x + k_y y)}} "
        rf"\\ S(0,0) &= {abs(space[MR_PX // 2, MR_PX // 2]):.1f} \end{{aligned}}",
        f"At its centre k-space holds the sum of all grey, here over {MR_PX}, the root of the number of pixels: "
        f"{MR_PX} × the mean {grey.mean():.3f}. The sign in the exponent is the talk's; numpy's forward transform "
        "has the other.",
        "Any picture is a sum of waves, stripes of one width and direction; k-space says how strong each is. Its "
        "centre is the broad stripes, which make the slow change of grey, its rim the fine ones, which make edges. "
        "Energy: the strengths squared and added.",
    )
    st.caption("Our nodule stands in for the slice: what is shown is how MRI measures, not how MRI sees a thyroid.")
    show_code(kspace.signal, kspace.keep, kspace.image_of)
    take_home("Magnetic resonance", partial(kspace.signal, grey), partial(kspace.image_of, left))


# ---- ultrasound --------------------------------------------------------------------------------------------------


@st.cache_data(max_entries=24, show_spinner=False)
def _echoes(case: Case) -> echoes.Echoes:
    return echoes.echoes(case)


def ultrasound(specimen: Specimen) -> None:
    """Frequency, focus and gain of the simulated scanner."""
    sample = SAMPLES[specimen.sample] if specimen.sample else next(iter(SAMPLES.values()))
    with st.container(horizontal=True):
        frequency = st.slider("Frequency (MHz)", 7.0, 15.0, 10.0, 0.5, key="imaging_mhz", bind="query-params")
        focus = st.slider("Focus (mm)", 5, 40, 18, key="imaging_focus", bind="query-params")
    with st.container(horizontal=True):
        gain = st.slider("Gain (dB)", 10.0, 40.0, 22.5, 0.5, key="imaging_gain", bind="query-params")
        dynamic = st.slider("Dynamic range (dB)", 50, 80, 60, key="imaging_range", bind="query-params")
    scanner = replace(
        sample.case.scanner,
        frequency_mhz=frequency,
        focus_mm=float(focus),
        gain_db=gain,
        dynamic_range_db=float(dynamic),
    )
    case = replace(sample.case, scanner=scanner)
    found = _echoes(case)
    drawn = {
        "tissue (dB)": figures.shown(found.level, -25, 15),
        "scatterers": figures.shown(found.field, 0, 3),
        "envelope": figures.shown(found.envelope, 0, 3),
        "after log compression": found.grey,
    }
    pictures({title: _square(pixels, found) for title, pixels in drawn.items()})
    lateral = scanner.lateral_mm(np.array([focus, 35.0], np.float32))
    numbers(
        {
            "Axial resolution": f"{scanner.axial_mm:.2f} mm",
            "Lateral, at the focus": f"{lateral[0]:.2f} mm",
            "Lateral, at 35 mm": f"{lateral[1]:.2f} mm",
        }
    )
    st.caption(
        "Tissue: how strongly each place sends sound back. Scatterers: the specks in it that do. Envelope: how "
        "strong their echoes come back, blurred together. Log compression: strong echoes are pressed together, so "
        "that weak ones show beside them; the dynamic range is how much lies between black and white. Resolution: "
        "how near to each other two points may lie, one behind the other (axial) or side by side (lateral), and "
        "still be told apart. A higher frequency is paid for in depth: see the lower part of the last picture darken."
    )
    row, line = len(found.depth) // 2, len(found.place) // 2
    value = float(found.envelope[row, line])
    shown = 20 * np.log10(max(value, 1e-6))
    formula(
        rf"\begin{{aligned}} \lambda &= c/f = {SOUND_MM_PER_US:.2f} / {scanner.working_mhz:.1f} = "
        rf"{SOUND_MM_PER_US / scanner.working_mhz:.2f}\ \text{{mm}} \\ \text{{grey}} &= (20\log_{{10}} E + G) / D \\"
        rf" &= ({shown:.1f} + {gain:.1f}) / {dynamic} = {(shown + gain) / dynamic:.2f}"
        r"\end{aligned}",
        f"E is the envelope in the middle of the frame, {value:.3f}.",
        f"A pulse of {frequency:g} MHz is a mixture of frequencies around it. The higher ones are absorbed more, so "
        f"what arrives at the gland has about {scanner.working_mhz:.1f} MHz.",
    )
    if specimen.sample is None:
        st.caption(f"The simulator cannot take your own image apart, so this is its sample: {sample.title}.")
    show_code(echoes.echoes)
    take_home("Ultrasound", partial(echoes.echoes, case))


def _square(pixels: np.ndarray, found: echoes.Echoes) -> np.ndarray:
    """From lines to columns as wide as the rows are deep; the nearest line serves."""
    step = float(found.depth[1] - found.depth[0])
    across = np.arange(found.place[0], found.place[-1], step)
    return pixels[:, np.searchsorted(found.place, across).clip(0, len(found.place) - 1)]


# ---- region and normalisation ------------------------------------------------------------------------------------


def region(specimen: Specimen) -> None:
    """What a network is shown of the frame, before and after normalisation."""
    with st.container(horizontal=True):
        padding = st.slider("Room around the nodule", 1.0, 3.0, 1.3, 0.1, key="imaging_padding", bind="query-params")
        fixed = st.segmented_control(
            "Normalise by", ["Card", "Itself"], default="Card", key="imaging_norm", bind="query-params", required=True,
            format_func={"Card": "The model's card", "Itself": "This picture itself"}.__getitem__,
        )  # fmt: skip
    seen = partial(prepare, specimen.image.pixels, specimen.box, Preparation(224, "square", padding, 0.0, 1.0))
    plain = seen()
    grey = plain.pixels
    mean, std = (float(grey.mean()), max(float(grey.std()), 1e-3)) if fixed == "Itself" else (0.5, 0.5)
    normalised = partial(normalise, grey, Preparation(224, "square", padding, mean, std))
    after = normalised()[0]
    drawn = {"the frame": specimen.image.pixels, "region, before": grey, "region, after": figures.shown(after, -2, 2)}
    pictures(drawn, columns=3)
    chart(figures.levels(grey.ravel(), after.ravel()), "imaging-levels", "Grey levels before and after normalisation")
    numbers({"Mean": f"{grey.mean():.2f} → {_signed(after.mean())}", "Spread": f"{grey.std():.2f} → {after.std():.2f}",
             "Pixels": f"{plain.box.width} × {plain.box.height} → 224 × 224"})  # fmt: skip
    x = float(grey[112, 112])
    formula(
        rf"z = \frac{{x - \mu}}{{\sigma}} = \frac{{{x:.3f} - {mean:.3f}}}{{{std:.3f}}} = {(x - mean) / std:+.3f}",
        "The pixel in the middle.",
        "A model's card is the sheet that comes with it: what it learnt from, and which mean and spread its pictures "
        "were given. It learnt from numbers of this range, and knows no other.",
    )
    show_code(prepare, normalise)
    take_home("Region", seen, normalised)


def _signed(value: float) -> str:
    """To two digits, with a minus that is as wide as a digit, and no minus before zero."""
    return f"{round(value, 2) + 0.0:.2f}".replace("-", "−")
