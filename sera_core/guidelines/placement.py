"""Which stratum a probability falls into, and what happens where published risks leave gaps or overlap."""

from __future__ import annotations

from collections.abc import Sequence

from sera_core.guidelines.strata import Stratum
from sera_core.wording import certain


def cut_between(lower: Stratum, upper: Stratum) -> tuple[float, bool]:
    """Where ``upper`` begins, and whether the cut itself still belongs to ``lower``.

    The one rule for gaps and overlaps: the middle between the upper published bound of the lower stratum and the
    lower published bound of the upper one. Touching ranges are thereby cut where they touch. Where one of the
    two bounds is not confirmed, the confirmed one cuts.
    """
    if upper.low is None:
        assert lower.high is not None, "one of two neighbours has a confirmed risk"
        return lower.high, True
    if lower.high is None:
        return upper.low, False
    return round((lower.high + upper.low) / 2, 9), upper.low_open and lower.high >= upper.low


def place(strata: Sequence[Stratum], probability: float) -> tuple[Stratum, str]:
    """The stratum a probability falls into, and the sentence that says so.

    Parameters
    ----------
    strata : sequence of Stratum
        From low to high risk.
    probability : float
        0 ... 1, at the prevalence of the patient's setting.
    """
    index = 0
    for i in range(1, len(strata)):
        cut, cut_is_lower = cut_between(strata[i - 1], strata[i])
        if probability > cut or (probability == cut and not cut_is_lower):
            index = i
    return strata[index], _placing_words(strata, index, probability)


def _placing_words(strata: Sequence[Stratum], index: int, probability: float) -> str:
    chosen = strata[index]
    start = f"A probability of {percent(probability)}"
    if chosen.low is None:
        return f"{start} counts as {chosen.category}, whose published risk is not confirmed here."
    if _below(chosen, probability) and index > 0:
        return _gap_words(start, strata[index - 1], chosen, chosen)
    if _beyond(chosen, probability):
        if index + 1 < len(strata):
            return _gap_words(start, chosen, strata[index + 1], chosen)
        return f"{start} lies above the highest published range and counts as {chosen.named}."
    return f"{start} falls into {chosen.named}."


def _below(stratum: Stratum, probability: float) -> bool:
    assert stratum.low is not None
    return probability < stratum.low or (stratum.low_open and probability == stratum.low)


def _beyond(stratum: Stratum, probability: float) -> bool:
    return stratum.high is not None and probability > stratum.high


def _gap_words(start: str, lower: Stratum, upper: Stratum, chosen: Stratum) -> str:
    cut, _ = cut_between(lower, upper)
    return (
        f"{start} falls into the gap that the publication leaves between {lower.named} and {upper.named}; "
        f"the middle of the gap, {percent(cut)}, decides for {chosen.category}."
    )


def percent(probability: float) -> str:
    """A probability as a percentage with at most three figures, that never claims certainty."""
    return certain(probability, "%") or f"{100 * probability:.3g}%"
