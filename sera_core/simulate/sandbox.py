"""For the sandbox: which controls there are, and a benign nodule made malignant one step at a time."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from sera_core.contracts import Composition, Margin
from sera_core.simulate.case import LARGEST_MM, MOST_PUNCTATE, SMALLEST_MM, Case, Nodule
from sera_core.simulate.centres import centre_named
from sera_core.simulate.cohort import findings_of
from sera_core.simulate.likelihood import log_likelihood_ratio


class Control(NamedTuple):
    """One slider: the field it sets, its range, its step and its label with the unit."""

    field: str
    low: float
    high: float
    step: float
    label: str


NODULE_CONTROLS = (
    Control("size_mm", SMALLEST_MM, LARGEST_MM, 0.5, "Largest diameter (mm)"),
    Control("ratio", 0.4, 2.0, 0.05, "Height over width"),
    Control("solid_share", 0.05, 0.95, 0.05, "Solid share of a mixed nodule"),
    Control("echo_db", -20.0, 7.0, 0.5, "Echo level against the gland (dB)"),
    Control("margin_depth", 0.0, 0.35, 0.01, "Depth of lobules or spikes (share of the radius)"),
    Control("edge_mm", 0.1, 3.0, 0.1, "Width of the border (mm)"),
    Control("punctate", 0, MOST_PUNCTATE, 1, "Punctate foci"),
    Control("comet_tails", 0, 6, 1, "Comet tails"),
    Control("macro_mm", 0.0, 8.0, 0.5, "Coarse calcification (mm)"),
    Control("rim_share", 0.0, 1.0, 0.05, "Calcified share of the border"),
    Control("halo_mm", 0.0, 1.5, 0.1, "Halo (mm)"),
    Control("along", -1.0, 1.0, 0.1, "Place across the lobe (-1: towards the trachea)"),
    Control("down", -1.0, 1.0, 0.1, "Place in depth (-1: towards the skin)"),
)
SCANNER_CONTROLS = (
    Control("frequency_mhz", 7.0, 15.0, 0.5, "Frequency (MHz)"),
    Control("bandwidth", 0.35, 0.8, 0.05, "Bandwidth"),
    Control("f_number", 1.5, 4.0, 0.1, "f-number"),
    Control("focus_mm", 5.0, 40.0, 1.0, "Focus (mm)"),
    Control("depth_mm", 30.0, 50.0, 5.0, "Depth (mm)"),
    Control("looks", 1, 5, 1, "Compounded looks"),
    Control("dynamic_range_db", 50.0, 80.0, 1.0, "Dynamic range (dB)"),
    Control("gain_db", 10.0, 40.0, 0.5, "Gain (dB)"),
    Control("gamma", 0.6, 1.6, 0.05, "Grey map (gamma)"),
    Control("noise_db", -40.0, -10.0, 0.5, "Noise (dB against the gland)"),
)


@dataclass(frozen=True)
class Step:
    """One change on the way from benign to malignant: what was changed, and the case after it."""

    title: str
    case: Case


def steps_to_malignant(case: Case) -> tuple[Step, ...]:
    """The case made plain (solid, isoechoic, smooth, wider than tall), then one suspicious sign after another.

    Seed, neck and scanner stay, so that only the named sign changes.

    Raises
    ------
    BadInput
        When a step does not fit the field, for example a large nodule made taller than wide.
    """
    plain = Nodule(size_mm=case.nodule.size_mm, ratio=0.7, echo_db=-1.0, along=case.nodule.along, down=case.nodule.down)
    changes: tuple[tuple[str, dict[str, object]], ...] = (
        ("Solid, isoechoic, smooth", {"composition": Composition.SOLID}),
        ("Hypoechoic", {"echo_db": -8.0}),
        ("Markedly hypoechoic", {"echo_db": -14.0}),
        ("Irregular margin", {"margin": Margin.IRREGULAR, "margin_depth": 0.26}),
        ("Taller than wide", {"ratio": 1.25}),
        ("Punctate foci", {"punctate": 9}),
    )
    steps, nodule = [], plain
    for title, change in changes:
        nodule = replace(nodule, **change)  # type: ignore[arg-type]
        steps.append(Step(title, replace(case, nodule=nodule, pathology=None, second=None)))
    return tuple(steps)


def truth_of(case: Case) -> float:
    """ln likelihood ratio of what the case shows (0: undecided), at its centre; the sandbox takes the internal one."""
    name = "internal" if case.centre == "sandbox" else case.centre
    return log_likelihood_ratio(findings_of(case), centre_named(name))
