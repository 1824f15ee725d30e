"""Fitting the proposals, on drawn measurements whose answer is known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from sklearn.linear_model import LogisticRegression
from sklearn.preprocessing import StandardScaler

from sera_core.contracts import BadInput, Box, GreyImage
from sera_core.outline.card import load
from sera_core.signs.echo import Echo
from sera_core.signs.geometry import Geometry
from sera_core.signs.measure import Signs
from sera_core.signs.quantities import SCALE_FREE
from sera_core.simulate import SAMPLES, render
from sera_core.train.even_odds import by_half, likeliest
from sera_core.train.proposals import PENALTY, fit, left_out, rules, sharpness, table
from sera_core.train.readings import Described, Shown, ddti, described


def drawn(number: int, seed: int = 0, told: float = 2.0) -> list[Described]:
    """Cases whose composition moves one quantity only; three folds."""
    generator = np.random.default_rng(seed)
    cases = []
    for k in range(number):
        word = ("solid", "mixed", "spongiform")[k % 3]
        echo = dict.fromkeys(Echo.__annotations__, 0.0) | {"heterogeneity": told * (k % 3) + generator.normal()}
        shape = dict.fromkeys(Geometry.__annotations__, 0.0) | {"solidity": generator.normal()}
        cases.append(
            Described(
                Signs(Geometry(**shape), Echo(**echo), True, False), "drawn", {"composition": word}, "X", f"p{k}", k % 5
            )
        )
    return cases


def test_a_rule_answers_as_scikit_learn_does() -> None:
    cases = drawn(120)
    rule = fit("composition", ("mixed", "solid", "spongiform"), cases)
    x = table(cases, SCALE_FREE)
    model = LogisticRegression(C=PENALTY, max_iter=5000).fit(
        StandardScaler().fit_transform(x), [case.words["composition"] for case in cases]
    )
    assert rule.probabilities(x) == pytest.approx(model.predict_proba(StandardScaler().fit_transform(x)), abs=1e-4)


def test_two_words_are_answered_as_well() -> None:
    cases = [case for case in drawn(150) if case.words["composition"] != "mixed"]
    rule = fit("composition", ("solid", "spongiform"), cases)
    chances = rule.probabilities(table(cases, SCALE_FREE))
    truth = np.asarray([case.words["composition"] == "spongiform" for case in cases])
    assert chances.sum(1) == pytest.approx(1)
    assert chances[truth, 1].mean() > 0.8 > 0.2 > chances[~truth, 1].mean()


def test_how_often_the_likeliest_word_is_right_on_both_sides_of_one_half() -> None:
    cases = drawn(150, told=1.0)
    rule = replace(fit("composition", ("mixed", "solid", "spongiform"), cases), proposed=("solid", "spongiform"))
    found = likeliest(rule, cases)
    chances = left_out(rule, cases)
    best = [rule.words[k] for k in chances.argmax(1)]  # made as sure as it is right, the likeliest stays the likeliest
    right = [word == case.words["composition"] for word, case in zip(best, cases, strict=True) if word != "mixed"]
    assert found["right"].tolist() == right
    sides = found.groupby(found["chance"] >= 0.5)["right"].agg(["sum", "size"])
    lines = [" ".join(line.split()) for line in by_half(found)]
    for side, name in ((False, "below 50%"), (True, "from 50%")):
        hits, size = sides.loc[side]
        assert size > 10
        assert sum(f"{name} {hits} of {size} right" in line for line in lines) == 2, "of the question, and of all"


def test_a_left_out_case_is_answered_by_a_rule_that_has_not_seen_it() -> None:
    """Measurements that say nothing: seen cases would be told apart, unseen ones are not."""
    (rule,) = rules(drawn(600, told=0.0))
    assert all(test.auc < 0.6 for test in rule.tests)
    assert rule.proposed == ()
    chances = left_out(rule, drawn(600, told=0.0))
    assert chances.shape == (600, 3)


def test_words_that_are_told_apart_are_proposed_and_tested_elsewhere() -> None:
    (rule,) = rules(drawn(150), [replace(case, centre="Y") for case in drawn(90, seed=5)])
    assert {"solid", "spongiform"} <= set(rule.proposed)
    assert {test.centre for test in rule.tests} == {"X", "Y"}
    solid = next(test for test in rule.tests if test.word == "solid" and test.centre == "Y")
    assert solid.positives == 30
    assert solid.low < solid.auc < solid.high


def test_each_kind_of_outline_is_tested_for_itself_and_the_worst_decides() -> None:
    """Outlines that say nothing: the words are told in drawn outlines, and not proposed where a user has others."""
    good = drawn(600)
    hollow = [replace(case, outline="box") for case in drawn(600, told=0.0)]
    (rule,) = rules([*good, *hollow])
    worst = {test.outline: test.auc for test in rule.tests if test.word == "solid"}
    assert worst["drawn"] > 0.8 > 0.6 > worst["box"]
    assert rule.proposed == ()
    assert {test.cases for test in rule.tests} == {600}


def test_nodules_are_measured_in_the_outlines_that_a_user_has() -> None:
    frame = render(SAMPLES["papillary"].case)
    words = {"composition": "solid"}
    screen = np.hstack([frame.image.pixels, render(SAMPLES["follicular"].case).image.pixels])
    mask = np.zeros(screen.shape, bool)
    mask[:, : frame.mask.shape[1]] = frame.mask
    shown = Shown(GreyImage(screen), mask, words, "X", "p", 0)
    found = {one.outline: one for one in described([shown], lambda _: load()[0])}
    assert set(found) == {"drawn", "box", "proposed"}
    for one in found.values():
        assert one.words == words
        assert one.signs["height_over_width"] == pytest.approx(found["drawn"].signs["height_over_width"], rel=0.25)
        assert one.signs["long"] == pytest.approx(found["drawn"].signs["long"], rel=0.25), "in the nodule's own pane"


@pytest.mark.parametrize("sure", [0.5, 2.0])
def test_sharpness_undoes_what_made_chances_too_sure(sure: float) -> None:
    generator = np.random.default_rng(2)
    true = generator.dirichlet((1, 1, 1), 4000)
    truth = [int(generator.choice(3, p=row)) for row in true]
    told = true**sure / (true**sure).sum(1, keepdims=True)
    assert sharpness(told, truth) == pytest.approx(1 / sure, rel=0.1)


def test_ddti_is_read_in_the_words_of_the_lexicons(tmp_path: Path) -> None:
    (tmp_path / "images").mkdir()
    (tmp_path / "masks").mkdir()
    y, x = np.mgrid[:120, :160]
    disc = np.hypot(x - 80, y - 60) < 30
    Image.fromarray(np.where(disc, 60, 140).astype(np.uint8)).save(tmp_path / "images" / "1.jpg")
    Image.fromarray((disc * 255).astype(np.uint8)).save(tmp_path / "masks" / "1.jpg")
    head = "image,mask,patient_group,fold,duplicate,composition,echogenicity,margins,calcifications"
    rows = [
        "images/1.jpg,masks/1.jpg,p1,2,0,predominantly-solid,marked-hypoechogenicity,spiculated,microcalcification",
        "images/1.jpg,masks/1.jpg,p2,1,1,solid,,,",
        "images/1.jpg,masks/1.jpg,p3,,0,solid,,,",
        "images/1.jpg,masks/1.jpg,p4,3,0,,,,non",
    ]
    (tmp_path / "labels.csv").write_text("\n".join([head, *rows]) + "\n", encoding="utf-8")
    first, last = ddti(tmp_path)
    assert first.words == {
        "composition": "mixed",
        "echogenicity": "very_hypoechoic",
        "margin": "irregular",
        "punctate": "punctate",
        "macrocalcification": "no",
    }
    assert (first.patient, first.fold) == ("p1", 2)
    assert last.words == {"punctate": "no", "macrocalcification": "no"}
    assert Box.around(first.mask).width == pytest.approx(59, abs=2)
    with pytest.raises(BadInput, match=r"no labels\.csv"):
        next(ddti(tmp_path / "images"))
