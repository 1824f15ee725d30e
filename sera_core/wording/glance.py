"""A diagnosis in a few words, for where a sentence is too long."""

from __future__ import annotations

from sera_core.contracts import Advice, Heatmap, Reading
from sera_core.wording.diagnosis import doubt, headline
from sera_core.wording.probability import percent
from sera_core.wording.verdict import withheld


def with_number(reading: Reading) -> str:
    """The verdict and its number; where there is none, why, and the number apart from that."""
    if not reading.answered:
        return headline(reading)
    number = percent(reading.probability)
    return withheld(number) if reading.familiarity.fringe else f"{headline(reading)}, {number}"


def reason(heatmap: Heatmap, inside: tuple[float, float]) -> str:
    """Where the model found its evidence, and whether that can be believed.

    Parameters
    ----------
    heatmap : Heatmap
    inside : (heat, area)
        Shares of the heat and of the picture that lie in the outline, 0 ... 1.
    """
    heat, area = (percent(share) for share in inside)
    said = f"{heat} of the heat on the nodule, {area} of what the model saw"
    if heatmap.fidelity is None:
        return f"{said}; map not tested yet"
    return f"{said}; map {doubt(heatmap.fidelity) or 'trusted'}"


def because(advice: Advice, size_mm: float | None) -> str:
    """The category and the size that lead to an action."""
    return f"{advice.category}, {'size not given' if size_mm is None else f'{size_mm:g} mm'}"
