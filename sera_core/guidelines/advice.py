"""From descriptors, or from a probability, to what a guideline advises at this size.

A guideline is a module with a ``RULEBOOK``: its table as data, and one function that reads descriptors.
"""

from __future__ import annotations

import math
from typing import NamedTuple

from sera_core.contracts import Action, Advice, BadInput, Descriptors, Guideline
from sera_core.guidelines import acr, ata, eutirads, kim, ktirads, kwak
from sera_core.guidelines.descriptors import validate
from sera_core.guidelines.placement import percent, place
from sera_core.guidelines.strata import Reading, Rulebook, Stratum, at_least, to_advice
from sera_core.wording.labels import LABELS

RULEBOOKS: dict[Guideline, Rulebook] = {
    book.guideline: book
    for book in (
        acr.RULEBOOK,
        ktirads.RULEBOOK_2021,
        ktirads.RULEBOOK_2016,
        eutirads.RULEBOOK,
        ata.RULEBOOK,
        kwak.RULEBOOK,
        kim.RULEBOOK,
    )
}
USUAL_THRESHOLDS = {g: book.usual_threshold for g, book in RULEBOOKS.items() if book.usual_threshold is not None}


def _silent(because: str) -> Stratum:
    """No category and no advice at any size."""
    return Stratum("unclassified", "", None, None, (at_least(0, Action.UNKNOWN, because),))


NO_STRATA = _silent(
    "the publication answers yes or no and gives no risk per category, so a probability has no place in it"
)
UNDESCRIBED = _silent(
    "a category comes from composition, echogenicity, shape, margin and foci: describe the nodule. "
    "The model's probability is none of cancer, so no category is drawn from it"
)


def undescribed(guideline: Guideline, size_mm: float | None) -> Advice:
    """What a guideline says of a nodule that nobody has described: nothing yet, and what it needs.

    Parameters and errors as in :func:`assess`.

    Examples
    --------
    >>> undescribed(Guideline.ACR2017, 16).action.value
    'unknown'
    """
    return to_advice(RULEBOOKS[guideline], Reading(UNDESCRIBED), size_mm)


def assess(guideline: Guideline, descriptors: Descriptors, size_mm: float | None) -> Advice:
    """What one guideline says about a nodule as a reader sees it.

    Parameters
    ----------
    guideline : Guideline
    descriptors : Descriptors
    size_mm : float or None
        Largest dimension, 1 to 150, which decides as :func:`~sera_core.sizes.check_size` rounds it. None: the action
        is unknown, and the rule says which size would lead to what.

    Raises
    ------
    BadInput
        Impossible size, or descriptors that exclude each other.

    Examples
    --------
    >>> from sera_core.guidelines import parse_descriptors
    >>> seen = parse_descriptors(composition="solid", echogenicity="hypoechoic", shape="wider_than_tall",
    ...                          margin="smooth", foci=["none"])
    >>> advice = assess(Guideline.ACR2017, seen, 16)
    >>> advice.category, advice.points, advice.action.value
    ('TR4', 4, 'fna')
    """
    validate(descriptors)
    book = RULEBOOKS[guideline]
    return to_advice(book, book.classify(descriptors), size_mm)


def assess_all(descriptors: Descriptors, size_mm: float | None) -> dict[Guideline, Advice]:
    """What every guideline says; parameters and errors as in :func:`assess`.

    Examples
    --------
    >>> from sera_core.guidelines import parse_descriptors
    >>> seen = parse_descriptors(composition="solid", echogenicity="hypoechoic", shape="taller_than_wide",
    ...                          margin="irregular", foci=["punctate"])
    >>> advice = assess_all(seen, 14)
    >>> advice[Guideline.ACR2017].category, advice[Guideline.EU2017].category, advice[Guideline.KIM2002].category
    ('TR5', 'EU-TIRADS 5', 'positive')
    """
    return {guideline: assess(guideline, descriptors, size_mm) for guideline in RULEBOOKS}


def advise_from_probability(guideline: Guideline, probability: float, size_mm: float | None) -> Advice:
    """What one guideline says about a nodule of this malignancy probability.

    The probability stands in for the category's published risk. Where published ranges leave a gap or overlap,
    the middle between the lower stratum's upper bound and the upper stratum's lower bound decides (see
    :func:`~sera_core.guidelines.placement.cut_between`), and the rule says when the probability lies in a gap:
    K-TIRADS 2021 prints 10-40% and >60%, so 50% divides 4 from 5.

    Parameters
    ----------
    guideline : Guideline
    probability : float
        0 ... 1, already carried to the pre-test risk of the patient's setting (:func:`prevalence_adjusted`).
    size_mm : float or None
        As in :func:`assess`.

    Raises
    ------
    BadInput
        Impossible probability or size.

    Examples
    --------
    >>> advice = advise_from_probability(Guideline.KTIRADS2021, 0.7, 12)
    >>> advice.category, advice.action.value
    ('K-TIRADS 5', 'fna')
    """
    _check_probability(probability)
    book = RULEBOOKS[guideline]
    if not book.strata:
        return to_advice(book, Reading(NO_STRATA), size_mm)
    stratum, placing = place(book.strata, probability)
    return to_advice(book, Reading(stratum), size_mm, lead=placing)


class Agreement(NamedTuple):
    """Whether model and description lead to the same advice, and the sentence that says so."""

    agree: bool
    sentence: str


def agreement(model: Advice, described: Advice) -> Agreement:
    """Compare the advice from a model's probability with the advice from descriptors.

    They agree when the action is the same; where either action is unknown, the categories must be the same.

    Parameters
    ----------
    model, described : Advice
        Of the same guideline and size.
    """
    both = f"model {model.category}, description {described.category}"
    if Action.UNKNOWN in (model.action, described.action):
        same = model.category == described.category
        return Agreement(same, f"The categories {'agree' if same else 'differ'}: {both}.")
    first, second = LABELS[model.action].word.lower(), LABELS[described.action].word.lower()
    if model.action is described.action:
        return Agreement(True, f"Model and description lead to the same advice, {first} ({both}).")
    return Agreement(
        False, f"Model and description differ: {first} against {second} ({both}). Look again before deciding."
    )


def prevalence_adjusted(probability: float, pretest: float, prior: float = 0.5) -> float:
    """Carry a probability from the prevalence it was calibrated at to another one (Bayes' rule on the odds).

    Parameters
    ----------
    probability : float
        0 ... 1, calibrated where a share ``prior`` of nodules is malignant.
    pretest : float
        Share of malignant nodules in the patient's setting, strictly between 0 and 1.
    prior : float
        Share of malignant nodules that ``probability`` assumes, strictly between 0 and 1.

    Returns
    -------
    float
        Probability with odds ``odds(probability) * odds(pretest) / odds(prior)``.

    Raises
    ------
    BadInput
        Outside these ranges.

    Examples
    --------
    >>> round(prevalence_adjusted(0.8, 0.2), 3)
    0.5
    """
    _check_probability(probability)
    check_pretest(pretest)
    _check_prevalence("prior", prior)
    # Products instead of odds, so that 0 and 1 stay what they are.
    malignant = probability * pretest * (1 - prior)
    benign = (1 - probability) * (1 - pretest) * prior
    return malignant / (malignant + benign)


def check_pretest(share: float) -> None:
    """Refuse an impossible pre-test risk.

    Raises
    ------
    BadInput
        Not strictly between 0 and 1.
    """
    _check_prevalence("pre-test risk", share)


def _check_probability(probability: float) -> None:
    if not (math.isfinite(probability) and 0 <= probability <= 1):
        raise BadInput(
            "bad_probability", f"A probability of {probability:g} cannot be used: give a number from 0 to 1."
        )


def _check_prevalence(name: str, share: float) -> None:
    if not (math.isfinite(share) and 0 < share < 1):
        raise BadInput(
            "bad_prevalence",
            f"A {name} of {share:g} cannot be used: give a share between 0 and 1, such as 0.2 for {percent(0.2)}.",
        )
