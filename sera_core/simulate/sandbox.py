"""For the sandbox: which controls there are, and a benign nodule made malignant one step at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import NamedTuple

from sera_core.contracts import Composition, Echogenicity, Margin
from sera_core.simulate.case import LARGEST_MM, MOST_PUNCTATE, SMALLEST_MM, Case, Nodule
from sera_core.simulate.centres import centre_named
from sera_core.simulate.cohort import ECHO_RANGE_DB, findings_of
from sera_core.simulate.frequencies import SIZE_RANGE_MM
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


TYPICAL_MARGIN: Mapping[Margin, Mapping[str, float]] = {  # the middle of what cohorts draw
    Margin.SMOOTH: {"margin_depth": 0.0, "edge_mm": 0.2},
    Margin.ILL_DEFINED: {"margin_depth": 0.0, "edge_mm": 1.7},
    Margin.LOBULATED: {"margin_depth": 0.18, "edge_mm": 0.2},
    Margin.IRREGULAR: {"margin_depth": 0.28, "edge_mm": 0.2},
    Margin.EXTRATHYROIDAL: {"margin_depth": 0.24, "edge_mm": 0.2},
}
# what the patients of the cohorts have; a network that learnt from them knows nothing beyond
LEARNT_FROM: Mapping[str, tuple[float, float]] = {
    "size_mm": SIZE_RANGE_MM,
    "ratio": (0.45, 1.6),
    "solid_share": (0.3, 0.85),
    "echo_db": (ECHO_RANGE_DB[Echogenicity.VERY_HYPOECHOIC][0], ECHO_RANGE_DB[Echogenicity.HYPERECHOIC][1]),
    "margin_depth": (0.0, 0.34),
    "edge_mm": (0.12, 2.2),
    "punctate": (0, 14),
    "comet_tails": (0, 4),
    "macro_mm": (0.0, 6.0),
    "halo_mm": (0.0, 1.1),
}


def beyond(case: Case) -> tuple[Control, ...]:
    """The controls that stand where no patient of the cohorts does.

    What the nodule does not use (the solid share of a solid one, the echo of a cyst) counts for nothing.
    """
    nodule = case.nodule
    idle = {"solid_share"} if nodule.composition is not Composition.MIXED else set()
    if nodule.composition is Composition.CYSTIC:
        idle.add("echo_db")
    found = []
    for control in NODULE_CONTROLS:
        low, high = LEARNT_FROM.get(control.field, (control.low, control.high))
        if control.field not in idle and not low <= getattr(nodule, control.field) <= high:
            found.append(control)
    return tuple(found)


@dataclass(frozen=True)
class Step:
    """One change on the way from benign to malignant.

    Attributes
    ----------
    title : str
        What was changed.
    case : Case
        After it.
    adds : float
        What it added to the ln likelihood ratio; 0 for the first.
    """

    title: str
    case: Case
    adds: float


PLAIN = "Solid, isoechoic, smooth"
DARKER = ("Hypoechoic", {"echo_db": -8.0})  # first, because at the gland's own level no border can be seen
SIGNS: tuple[tuple[str, dict[str, object]], ...] = (
    ("Markedly hypoechoic", {"echo_db": -14.0}),
    ("Irregular margin", {"margin": Margin.IRREGULAR, **TYPICAL_MARGIN[Margin.IRREGULAR]}),
    ("Taller than wide", {"ratio": 1.25}),
    ("Punctate foci", {"punctate": 9}),
)


def steps_to_malignant(case: Case) -> tuple[Step, ...]:
    """The case made plain (solid, isoechoic, smooth, wider than tall), then one suspicious sign after another.

    After the darkening, without which the others could not be seen, comes always the sign that adds least to what is
    there, so that the probability keeps room to rise. Seed, neck and scanner stay: only the named sign changes.

    Raises
    ------
    BadInput
        When a step does not fit the field, for example a large nodule made taller than wide.
    """
    old = case.nodule
    nodule = Nodule(size_mm=old.size_mm, ratio=0.7, echo_db=-1.0, along=old.along, down=old.down)
    bare = replace(case, nodule=nodule, pathology=None, second=None)
    steps = [Step(PLAIN, bare, 0.0)]
    left = list(SIGNS)
    steps.append(_after(steps[-1], *DARKER))
    while left:
        steps.append(min((_after(steps[-1], *sign) for sign in left), key=lambda step: step.adds))
        left = [sign for sign in left if sign[0] != steps[-1].title]
    return tuple(steps)


def _after(step: Step, title: str, change: Mapping[str, object]) -> Step:
    case = replace(step.case, nodule=replace(step.case.nodule, **change))  # type: ignore[arg-type]
    return Step(title, case, truth_of(case) - truth_of(step.case))


def truth_of(case: Case) -> float:
    """ln likelihood ratio of the case as built (0: undecided), at its centre; the sandbox takes the internal one."""
    name = "internal" if case.centre == "sandbox" else case.centre
    return log_likelihood_ratio(findings_of(case), centre_named(name))
