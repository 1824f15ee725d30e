"""Proposals: the shipped rules, and the arithmetic of one against scikit-learn."""

from __future__ import annotations

from pathlib import Path
from typing import get_args

import numpy as np
import pytest

from sera_core.contracts import BadInput, Composition, Domain, Echogenicity, Focus, Margin, Shape
from sera_core.signs import measure
from sera_core.signs.propose import WORTH, Proposal, Rules, propose, rules_for, write_rules
from sera_core.simulate import SAMPLES, render
from sera_core.train.proposals import GATES

WORDS = {
    "composition": set(Composition),
    "echogenicity": set(Echogenicity),
    "shape": set(Shape),
    "margin": set(Margin),
    "punctate": {Focus.PUNCTATE.value, "no"},
    "macrocalcification": {Focus.MACROCALCIFICATION.value, "no"},
}


def of(sample: str, domain: Domain = "simulated") -> dict[str, Proposal]:
    frame = render(SAMPLES[sample].case)
    signs = measure(frame.image.pixels, frame.mask, frame.image.mm_per_px)
    return {proposal.question: proposal for proposal in propose(signs, domain)}


@pytest.mark.parametrize("domain", get_args(Domain))
def test_shipped_rules_speak_the_words_of_the_lexicons(domain: Domain) -> None:
    rules = rules_for(domain).rules
    assert {rule.question for rule in rules} == set(WORDS)
    for rule in rules:
        assert set(rule.words) <= WORDS[rule.question]
        assert set(rule.proposed) <= set(rule.words)
        assert np.isfinite([*rule.mean, *rule.spread, *rule.intercept, *sum(rule.weights, ())]).all()
        assert min(rule.spread) > 0


@pytest.mark.parametrize("domain", get_args(Domain))
def test_only_words_that_were_told_apart_are_proposed(domain: Domain) -> None:
    for rule in rules_for(domain).rules:
        home = rule.tests[0].centre
        bad = {test.word for test in rule.tests if test.centre == home and test.outline in GATES and test.auc < WORTH}
        good = {test.word for test in rule.tests if test.centre == home} - bad
        assert set(rule.proposed) == good, rule.question


def test_a_word_told_well_is_proposed_from_even_odds_on() -> None:
    every = [one for sample in SAMPLES for domain in get_args(Domain) for one in of(sample, domain).values()]
    assert all(one.proposed == (one.told and one.probability >= 0.5) for one in every)
    kinds = {(one.told, one.probability >= 0.5) for one in every}
    assert kinds == {(True, True), (True, False), (False, True), (False, False)}, "each of them is met"


def test_readers_of_real_frames_are_not_followed_on_punctate_foci() -> None:
    """0.53 of DDTI's readings: no better than chance."""
    assert not of("papillary", "real")["punctate"].proposed


def test_a_textbook_carcinoma_is_described() -> None:
    found = of("papillary")
    assert found["composition"].word == "solid"
    assert found["echogenicity"].word == "very_hypoechoic"
    assert found["shape"].word == "taller_than_wide"
    assert found["punctate"].word == "punctate"
    assert found["margin"].word == "irregular"
    assert all(0 < proposal.probability <= 1 for proposal in found.values())


def test_a_mixed_benign_nodule_is_described() -> None:
    found = of("colloid")
    assert found["composition"].word == "mixed"
    assert found["shape"].word == "wider_than_tall"
    assert found["margin"].word == "smooth"


def test_rules_are_written_and_read_back_whole(tmp_path: Path) -> None:
    file = tmp_path / "signs" / "proposals.json"
    both: tuple[Rules, ...] = (rules_for("real"), rules_for("simulated"))
    write_rules(both, file)
    assert rules_for("real", file) == both[0]
    file.write_text("[]", encoding="utf-8")
    rules_for.cache_clear()
    with pytest.raises(BadInput, match="install SERA again"):
        rules_for("real", tmp_path / "nowhere.json")
