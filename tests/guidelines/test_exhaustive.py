"""Every combination of descriptors at every size on and beside a printed limit."""

from __future__ import annotations

from dataclasses import replace

import pytest

from sera_core.contracts import Action, BadInput, Composition, Descriptors, Focus, Guideline, Margin, Shape
from sera_core.guidelines import assess, assess_all, validate
from sera_core.guidelines.acr import level
from tests.guidelines.nodules import ACTIONS, EVERY_COMBINATION, ORDER, POSSIBLE, SIZES, WITH_SIZES

CHART = """
composition  cystic 0  spongiform 0  mixed 1  solid 2
echogenicity anechoic 0  hyperechoic 1  isoechoic 1  hypoechoic 2  very_hypoechoic 3
shape        wider_than_tall 0  taller_than_wide 3
margin       smooth 0  ill_defined 0  lobulated 2  irregular 2  extrathyroidal 3
foci         comet_tail 0  macrocalcification 1  rim 2  punctate 3
"""


def chart_points(d: Descriptors) -> int:
    """The ACR chart once more, read from its text: the oracle."""
    rows = {line.split()[0]: line.split()[1:] for line in CHART.strip().splitlines()}
    points = {name: dict(zip(cells[::2], map(int, cells[1::2]), strict=True)) for name, cells in rows.items()}
    if d.composition.value in ("cystic", "spongiform"):
        return 0
    total = 0
    for name in ("composition", "echogenicity", "shape", "margin"):
        total += points[name][getattr(d, name).value]
    for focus in d.foci:
        total += points["foci"][focus.value]
    return total


def chart_level(points: int) -> str:
    if points == 0:
        return "TR1"
    return "TR" + str(2 + (points >= 3) + (points >= 4) + (points >= 7))


def test_there_are_as_many_combinations_as_the_words_allow() -> None:
    assert len(EVERY_COMBINATION) == 4 * 5 * 2 * 5 * 2**4
    assert len(POSSIBLE) == (5 + 3 * 4) * 2 * 5 * 2**4  # only cystic nodules may be anechoic


def test_every_combination_is_answered_or_refused_in_words() -> None:
    possible = set(POSSIBLE)
    for d in EVERY_COMBINATION:
        if d in possible:
            for guideline, advice in assess_all(d, 12).items():
                assert advice.guideline is guideline
                assert advice.category in [*ORDER[guideline], "unclassified"]
                assert advice.rule.endswith(".")
                assert "doi 10." in advice.source
        else:
            with pytest.raises(BadInput, match="cannot be anechoic"):
                assess_all(d, 12)


def test_acr_points_equal_the_chart_added_up_again() -> None:
    for d in POSSIBLE:
        advice = assess(Guideline.ACR2017, d, 12)
        assert advice.points == chart_points(d), d
        assert advice.category == chart_level(chart_points(d)), d


def test_a_total_of_one_cannot_occur_and_is_refused() -> None:
    assert 1 not in {assess(Guideline.ACR2017, d, 12).points for d in POSSIBLE}
    for points in (1, -1, 18):
        with pytest.raises(BadInput, match="does not exist on the chart") as refused:
            level(points)
        assert refused.value.code == "no_such_total"
    mixed = next(d for d in EVERY_COMBINATION if d.composition is Composition.MIXED and chart_points(d) == 1)
    with pytest.raises(BadInput):
        validate(mixed)


def test_acr_totals_reach_from_0_to_17() -> None:
    assert {assess(Guideline.ACR2017, d, 12).points for d in POSSIBLE} == {0, *range(2, 18)}


def rank(guideline: Guideline, category: str) -> int:
    return ORDER[guideline].index(category)


def worse(d: Descriptors) -> list[Descriptors]:
    """The same nodule with one suspicious feature more."""
    more = [replace(d, foci=d.foci | {Focus.PUNCTATE}), replace(d, shape=Shape.TALLER_THAN_WIDE)]
    if d.margin in (Margin.SMOOTH, Margin.ILL_DEFINED):
        more += [replace(d, margin=Margin.LOBULATED), replace(d, margin=Margin.IRREGULAR)]
    return [*more, replace(d, margin=Margin.EXTRATHYROIDAL)]


@pytest.mark.parametrize("guideline", list(Guideline))
def test_a_suspicious_feature_never_lowers_category_or_action(guideline: Guideline) -> None:
    answers = {d: assess(guideline, d, 12) for d in POSSIBLE}
    climbed = 0
    for d in POSSIBLE:
        before = answers[d]
        for changed in worse(d):
            after = answers[changed]
            if "unclassified" in (before.category, after.category):  # no place in ATA's order
                continue
            climbed += rank(guideline, after.category) > rank(guideline, before.category)
            assert rank(guideline, after.category) >= rank(guideline, before.category), (d, changed)
            if before.action is not Action.UNKNOWN:
                assert ACTIONS.index(after.action) >= ACTIONS.index(before.action), (d, changed)
    assert climbed > 0


def test_ata_leaves_only_the_described_gap_unclassified() -> None:
    """Iso- or hyperechoic (or anechoic tissue, which cannot be) with a suspicious feature, and nothing else."""
    for d in POSSIBLE:
        suspicious = (
            Focus.PUNCTATE in d.foci
            or d.shape is Shape.TALLER_THAN_WIDE
            or d.margin in (Margin.LOBULATED, Margin.IRREGULAR, Margin.EXTRATHYROIDAL)
        )
        bright = d.echogenicity.value in ("isoechoic", "hyperechoic")
        assert (assess(Guideline.ATA2015, d, 12).category == "unclassified") == (suspicious and bright), d


def test_eu_knows_no_category_1_and_puts_every_cyst_and_sponge_into_2() -> None:
    for d in POSSIBLE:
        category = assess(Guideline.EU2017, d, 12).category
        fluid = d.echogenicity.value == "anechoic" or d.composition is Composition.SPONGIFORM
        assert (category == "EU-TIRADS 2") == fluid, d
        if not fluid and d.echogenicity.value in ("hypoechoic", "very_hypoechoic"):
            assert category in ("EU-TIRADS 4", "EU-TIRADS 5"), d


def test_the_korean_editions_differ_only_where_a_benign_pattern_is_suspicious() -> None:
    for d in POSSIBLE:
        new, old = assess(Guideline.KTIRADS2021, d, 12), assess(Guideline.KTIRADS2016, d, 12)
        if new.category != old.category:
            assert (new.category, old.category) == ("K-TIRADS 2", "K-TIRADS 4"), d
            assert new.features


@pytest.mark.parametrize("guideline", WITH_SIZES)
def test_a_larger_size_never_lowers_the_action(guideline: Guideline) -> None:
    for d in POSSIBLE:
        actions = [assess(guideline, d, size).action for size in SIZES]
        if Action.UNKNOWN in actions:
            assert set(actions) == {Action.UNKNOWN}
            continue
        ranks = [ACTIONS.index(action) for action in actions]
        assert ranks == sorted(ranks), d


def test_category_and_risk_do_not_depend_on_size() -> None:
    for d in POSSIBLE[::7]:
        for guideline in Guideline:
            seen = {(a.category, a.risk, a.points) for a in (assess(guideline, d, s) for s in (None, 3, 12, 60))}
            assert len(seen) == 1, (guideline, d)


def test_without_a_size_no_action_is_claimed() -> None:
    for d in POSSIBLE[::7]:
        for advice in assess_all(d, None).values():
            assert advice.action is Action.UNKNOWN
            assert "size" in advice.rule


def test_unconfirmed_figures_stay_out() -> None:
    """The risks of Kwak 3 and 5 are not confirmed, and Kim's accuracy is not a risk."""
    for d in POSSIBLE[::5]:
        for guideline in (Guideline.KWAK2011, Guideline.KIM2002):
            advice = assess(guideline, d, 12)
            text = advice.rule + advice.risk
            assert not any(figure in text for figure in ("1.7%", "87.5", "56.1", "95.9", "93.8"))
            if advice.category in ("TI-RADS 3", "TI-RADS 5"):
                assert advice.risk == ""
                assert "not confirmed" in advice.rule
