"""Several nodules of one patient: which are scored, and for which aspiration is advised.

ACR TI-RADS scores and follows at most four nodules, those with the most points, and advises FNA of at most two; the
larger one goes first where points are equal (Tessler FN, J Am Coll Radiol 2017;14:587, by a digest). The other
guidelines here name no such number, so each nodule keeps its own advice.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sera_core.contracts import Action, Advice, Diagnosis, Guideline
from sera_core.exam.combined import combined
from sera_core.exam.record import Exam

MOST_SCORED, MOST_FNA = 4, 2
NOT_SCORED = "Four nodules with more points or a larger size are scored: ACR TI-RADS 2017 scores no fifth."
NO_THIRD_FNA = (
    "It reaches the size for FNA, but ACR TI-RADS 2017 advises FNA of two nodules at most, and two with more points or "
    "a larger size go first: follow-up."
)


@dataclass(frozen=True, eq=False)
class Planned:
    """One nodule among the others.

    Attributes
    ----------
    number : int
        In the exam, from 1.
    diagnosis : Diagnosis
        Of all its views.
    advice : Advice
        The diagnosis' own, or what is left of it beside the other nodules.
    """

    number: int
    diagnosis: Diagnosis
    advice: Advice


def plan(exam: Exam) -> tuple[Planned, ...]:
    """Every nodule with its advice, in the order of the exam."""
    every = [Planned(k, found, found.advice) for k, found in enumerate(map(combined, exam.nodules), 1)]
    by_acr = sorted((one for one in every if one.advice.guideline is Guideline.ACR2017), key=_urgency, reverse=True)
    left = {one.number: _left(one.advice, NOT_SCORED, Action.NONE) for one in by_acr[MOST_SCORED:]}
    wanted = [one for one in by_acr[:MOST_SCORED] if one.advice.action is Action.FNA]
    left |= {one.number: _left(one.advice, NO_THIRD_FNA, Action.FOLLOW_UP) for one in wanted[MOST_FNA:]}
    return tuple(replace(one, advice=left.get(one.number, one.advice)) for one in every)


def _urgency(one: Planned) -> tuple[int, float]:
    return one.advice.points or 0, one.diagnosis.size_mm or 0.0


def _left(advice: Advice, why: str, action: Action) -> Advice:
    return replace(advice, action=action, rule=f"{advice.rule} {why}")
