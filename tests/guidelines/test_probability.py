"""From a probability to a stratum and an action, and Bayes' rule before it."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sera_core.contracts import Action, BadInput, Guideline
from sera_core.guidelines import advise_from_probability, agreement, assess, prevalence_adjusted
from tests.guidelines.nodules import ACTIONS, ORDER, SIZES, WITH_SIZES, nodule

GRID = [i / 500 for i in range(501)]
SHARES = st.floats(0.01, 0.99)


@pytest.mark.parametrize("guideline", [*WITH_SIZES, Guideline.KWAK2011])
def test_category_climbs_with_probability(guideline: Guideline) -> None:
    order = ORDER[guideline]
    ranks = [order.index(advise_from_probability(guideline, p, 12).category) for p in GRID]
    assert ranks == sorted(ranks)
    lowest = 1 if guideline is Guideline.ACR2017 else 0  # TR1 shares TR2's bracket
    assert set(ranks) == set(range(lowest, len(order)))


@pytest.mark.parametrize("guideline", WITH_SIZES)
def test_action_climbs_with_probability_and_with_size(guideline: Guideline) -> None:
    table = [[ACTIONS.index(advise_from_probability(guideline, p, s).action) for s in SIZES] for p in GRID]
    for row in table:
        assert row == sorted(row)
    for column in zip(*table, strict=True):
        assert list(column) == sorted(column)


@pytest.mark.parametrize(
    ("guideline", "percent", "category"),
    [
        # inside the printed ranges, and on their ends
        (Guideline.ACR2017, 2, "TR2"),  # <=2%
        (Guideline.ACR2017, 2.1, "TR3"),
        (Guideline.ACR2017, 4.9, "TR3"),
        (Guideline.ACR2017, 5, "TR4"),  # 5-20%: of two ranges that hold it, the higher
        (Guideline.ACR2017, 20, "TR5"),  # >=20%
        (Guideline.KTIRADS2021, 2.9, "K-TIRADS 2"),
        (Guideline.KTIRADS2021, 3, "K-TIRADS 3"),  # <3% ends below 3
        (Guideline.KTIRADS2021, 10, "K-TIRADS 4"),
        (Guideline.KTIRADS2021, 40, "K-TIRADS 4"),
        (Guideline.KTIRADS2021, 49.9, "K-TIRADS 4"),  # gap 40-60: its middle is 50
        (Guideline.KTIRADS2021, 50, "K-TIRADS 5"),
        (Guideline.KTIRADS2021, 61, "K-TIRADS 5"),
        (Guideline.KTIRADS2016, 2.9, "K-TIRADS 2"),
        (Guideline.KTIRADS2016, 3, "K-TIRADS 3"),
        (Guideline.KTIRADS2016, 14.9, "K-TIRADS 3"),
        (Guideline.KTIRADS2016, 15, "K-TIRADS 4"),
        (Guideline.KTIRADS2016, 54.9, "K-TIRADS 4"),  # gap 50-60
        (Guideline.KTIRADS2016, 55, "K-TIRADS 5"),
        (Guideline.EU2017, 0, "EU-TIRADS 2"),
        (Guideline.EU2017, 0.9, "EU-TIRADS 2"),
        (Guideline.EU2017, 1, "EU-TIRADS 3"),  # gap 0-2
        (Guideline.EU2017, 2, "EU-TIRADS 3"),
        (Guideline.EU2017, 4.9, "EU-TIRADS 3"),  # gap 4-6
        (Guideline.EU2017, 5, "EU-TIRADS 4"),
        (Guideline.EU2017, 21.4, "EU-TIRADS 4"),  # gap 17-26
        (Guideline.EU2017, 21.5, "EU-TIRADS 5"),
        (Guideline.EU2017, 95, "EU-TIRADS 5"),
        (Guideline.ATA2015, 0.9, "benign"),
        (Guideline.ATA2015, 1, "very low suspicion"),
        (Guideline.ATA2015, 3.9, "very low suspicion"),  # gap 3-5
        (Guideline.ATA2015, 4, "low suspicion"),
        (Guideline.ATA2015, 10, "intermediate suspicion"),
        (Guideline.ATA2015, 44.9, "intermediate suspicion"),  # gap 20-70
        (Guideline.ATA2015, 45, "high suspicion"),
        (Guideline.KWAK2011, 3.2, "TI-RADS 3"),
        (Guideline.KWAK2011, 3.3, "TI-RADS 4a"),
        (Guideline.KWAK2011, 9.2, "TI-RADS 4b"),
        (Guideline.KWAK2011, 72.4, "TI-RADS 4c"),
        (Guideline.KWAK2011, 73, "TI-RADS 5"),
    ],
)
def test_stratum_of_a_probability(guideline: Guideline, percent: float, category: str) -> None:
    assert advise_from_probability(guideline, round(percent / 100, 6), 12).category == category


@pytest.mark.parametrize(
    ("guideline", "probability", "words"),
    [
        (Guideline.KTIRADS2021, 0.45, "gap that the publication leaves between K-TIRADS 4 (10-40%) and K-TIRADS 5"),
        (Guideline.KTIRADS2021, 0.45, "50%, decides for K-TIRADS 4"),
        (Guideline.KTIRADS2021, 0.55, "50%, decides for K-TIRADS 5"),
        (Guideline.KTIRADS2021, 0.55, "A probability of 55% falls into the gap"),
        (Guideline.EU2017, 0.0001, "A probability of under 1% falls into"),
        (Guideline.KTIRADS2021, 0.60, "gap"),  # printed >60%
        (Guideline.EU2017, 0.015, "gap that the publication leaves between EU-TIRADS 2 (~0%) and EU-TIRADS 3 (2-4%)"),
        (Guideline.EU2017, 0.22, "21.5%, decides for EU-TIRADS 5"),
        (Guideline.EU2017, 0.875, "above the highest published range"),
        (Guideline.EU2017, 0.87, "falls into EU-TIRADS 5"),
        (Guideline.ATA2015, 0.905, "above the highest published range"),
        (Guideline.ATA2015, 0.90, "falls into high suspicion"),
        (Guideline.ATA2015, 0.30, "45%, decides for intermediate suspicion"),
        (Guideline.KWAK2011, 0.90, "not confirmed"),
        (Guideline.KTIRADS2021, 0.19, "A probability of 19% falls into K-TIRADS 4 (10-40%). At 12 mm"),
    ],
)
def test_rule_says_where_the_probability_fell(guideline: Guideline, probability: float, words: str) -> None:
    assert words in advise_from_probability(guideline, probability, 12).rule


def test_the_largest_band_has_nothing_to_add() -> None:
    assert advise_from_probability(Guideline.KTIRADS2021, 0.19, 20).rule == (
        "A probability of 19% falls into K-TIRADS 4 (10-40%). At 20 mm (above 15 mm): FNA."
    )


def test_without_a_size_the_rule_asks_for_it_in_a_sentence_of_its_own() -> None:
    rule = advise_from_probability(Guideline.KTIRADS2021, 0.19, None).rule
    assert ". The advice depends on the size: give the largest dimension in mm. Above 15 mm: FNA;" in rule


@pytest.mark.parametrize(("percent", "in_gap"), [(1, False), (5, False), (25, False), (40, False), (41, True)])
def test_only_gaps_are_called_gaps(percent: float, in_gap: bool) -> None:
    assert ("gap" in advise_from_probability(Guideline.KTIRADS2021, percent / 100, 12).rule) == in_gap


def test_hand_checked_advice_from_probability() -> None:
    def action(guideline: Guideline, probability: float, size_mm: float | None) -> str:
        return advise_from_probability(guideline, probability, size_mm).action.value

    assert action(Guideline.KTIRADS2021, 0.2, 14) == "follow_up"  # K4: above 15
    assert action(Guideline.KTIRADS2016, 0.2, 14) == "fna"  # K4: from 10
    assert action(Guideline.ACR2017, 0.2, 10) == "fna"  # TR5
    assert action(Guideline.ACR2017, 0.04, 14) == "none"  # TR3: from 15
    assert action(Guideline.EU2017, 0.3, 10) == "follow_up"  # EU5: above 10
    assert action(Guideline.ATA2015, 0.15, 10) == "fna"
    assert action(Guideline.ATA2015, 0.15, None) == "unknown"


def test_kim_has_no_strata_for_a_probability() -> None:
    advice = advise_from_probability(Guideline.KIM2002, 0.7, 12)
    assert (advice.category, advice.action) == ("unclassified", Action.UNKNOWN)
    assert "no risk per category" in advice.rule


@pytest.mark.parametrize("probability", [-0.01, 1.01, math.nan, math.inf])
def test_impossible_probability_is_refused(probability: float) -> None:
    for guideline in Guideline:
        with pytest.raises(BadInput, match="from 0 to 1") as refused:
            advise_from_probability(guideline, probability, 12)
        assert refused.value.code == "bad_probability"


@given(st.floats(0.001, 0.999), SHARES, SHARES)
def test_bayes_equals_the_odds_form(probability: float, pretest: float, prior: float) -> None:
    odds = probability / (1 - probability) * (pretest / (1 - pretest)) / (prior / (1 - prior))
    assert prevalence_adjusted(probability, pretest, prior) == pytest.approx(odds / (1 + odds))


@given(st.floats(0, 1), SHARES, SHARES)
def test_bayes_identity_way_back_and_mirror(probability: float, pretest: float, prior: float) -> None:
    there = prevalence_adjusted(probability, pretest, prior)
    assert prevalence_adjusted(probability, prior, prior) == pytest.approx(probability)
    assert prevalence_adjusted(there, prior, pretest) == pytest.approx(probability, abs=1e-9)
    assert prevalence_adjusted(1 - probability, 1 - pretest, 1 - prior) == pytest.approx(1 - there)


@given(SHARES, SHARES)
def test_bayes_keeps_certainty_and_an_uninformative_test_gives_the_pretest_risk(pretest: float, prior: float) -> None:
    assert prevalence_adjusted(0, pretest, prior) == 0
    assert prevalence_adjusted(1, pretest, prior) == 1
    assert prevalence_adjusted(prior, pretest, prior) == pytest.approx(pretest)


def test_bayes_by_counting() -> None:
    """80 of 100 malignant and 20 of 100 benign nodules flagged: among 1000 with 200 malignant, 160 of 320."""
    assert prevalence_adjusted(80 / (80 + 20), 0.2) == pytest.approx(160 / (160 + 160))


@pytest.mark.parametrize(("pretest", "prior"), [(0, 0.5), (1, 0.5), (math.nan, 0.5), (0.2, 0), (0.2, 1), (-0.1, 0.5)])
def test_impossible_prevalence_is_refused(pretest: float, prior: float) -> None:
    with pytest.raises(BadInput, match="between 0 and 1"):
        prevalence_adjusted(0.5, pretest, prior)


@pytest.mark.parametrize(
    ("probability", "text", "size_mm", "agree", "words"),
    [
        (0.2, "solid hypoechoic", 14, True, "same advice, follow-up (model K-TIRADS 4, description K-TIRADS 4)"),
        (0.2, "solid isoechoic", 14, True, "same advice, follow-up (model K-TIRADS 4, description K-TIRADS 3)"),
        (0.8, "solid hypoechoic", 14, False, "differ: needle aspiration against follow-up"),
        (0.2, "solid hypoechoic", None, True, "categories agree"),
        (0.8, "solid hypoechoic", None, False, "categories differ"),
    ],
)
def test_agreement_of_model_and_description(
    probability: float, text: str, size_mm: float | None, agree: bool, words: str
) -> None:
    guideline = Guideline.KTIRADS2021
    model = advise_from_probability(guideline, probability, size_mm)
    result = agreement(model, assess(guideline, nodule(text), size_mm))
    assert result.agree == agree
    assert words in result.sentence
