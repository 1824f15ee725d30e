"""Whole rows of differences, margins and readers: every word and number of a small table, with one and two images."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy.stats import norm
from scipy.stats import t as student
from statsmodels.stats.multitest import multipletests

from sera_core.evaluate.cells.differences import auc_differences, between_centres, interactions, mcnemar_tests
from sera_core.evaluate.cells.margins import noninferiority
from sera_core.evaluate.cells.reading import readings
from sera_core.evaluate.delong import AucDifference, paired
from sera_core.evaluate.noninferior import share_p
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.placements import Placements, placements
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.readers import difference, fixed_readers, jackknife, random_readers
from sera_core.evaluate.results import Row
from tests.evaluate.rows import CASES, CUTOFFS, READERS, answers, same, table
from tests.predicted import made_up, read

NAN = float("nan")
NAMES = ("alpha", "beta", *READERS)
IMAGES = pytest.mark.parametrize("images", [1, 2])


def corrected(family: list[Row]) -> list[Row]:
    """Holm's p by statsmodels, and the size of the family in the words."""
    p = multipletests([row.p for row in family], method="holm")[1]
    size = len(family)
    return [replace(r, p_holm=q, method=f"{r.method}; Holm over {size}") for r, q in zip(family, p, strict=True)]


def both(found: Predictions, centre: str, a: str, b: str) -> tuple[Placements, Placements]:
    label, scores, patient = answers(found, centre, a, b)
    one, other = (placements(label, score, patient) for score in scores)
    return one, other


def numbers(one: AucDifference) -> tuple[float, float, float]:
    return one.difference, one.low, one.high


@IMAGES
def test_areas_of_every_two(images: int) -> None:
    found, wanted = table(images), []
    method = f"{'DeLong' if images == 1 else 'Obuchowski'}, paired"
    for centre in ("home", "away"):
        family = []
        for a, b in combinations(NAMES, 2):
            one = paired(*both(found, centre, a, b))
            n = len(answers(found, centre, a, b)[0])
            family.append(Row("auc_difference", *numbers(one), n, method, centre, a, versus=b, p=one.p))
        wanted += corrected(family)
    same(auc_differences(found), wanted)
    part = auc_differences(found.select(["beta"], ["away"]))
    same(part, [row for row in wanted if row.centre == "away" and "alpha" not in (row.model, row.versus)])


@IMAGES
def test_calls_of_every_two(images: int) -> None:
    found, wanted = table(images), []
    words = "McNemar, exact{} ({} against {}); interval: {}"
    ends = ("", "Newcombe") if images == 1 else (", whole patients", "by patient")
    for centre in ("home", "away"):
        for metric, truth in (("sensitivity_difference", 1), ("specificity_difference", 0)):
            family = []
            for a, b in combinations(NAMES, 2):
                label, scores, patient = answers(found, centre, a, b)
                used = label == truth
                one, other = ((s[used] >= CUTOFFS[n].value) == truth for s, n in zip(scores, (a, b), strict=True))
                told = mcnemar(one, other, None if patient is None else patient[used])
                method = words.format(ends[0], (one & ~other).sum(), (other & ~one).sum(), ends[1])
                place = (int(used.sum()), method, centre, a)
                family.append(Row(metric, told.difference, told.low, told.high, *place, versus=b, p=told.p))
            wanted += corrected(family)
    same(mcnemar_tests(found, CUTOFFS), wanted)


def welch(one: float, one_freedom: float, other: float, other_freedom: float) -> float:
    return (one + other) ** 2 / (one**2 / one_freedom + other**2 / other_freedom)


@IMAGES
def test_areas_and_leads_of_two_centres(images: int) -> None:
    """Of other patients: Welch's test of two areas, and of two leads over a reader."""
    found, wanted, name = table(images), [], "DeLong" if images == 1 else "Obuchowski"
    for rater in NAMES:
        parts = []
        for centre in ("home", "away"):
            label, (score,), patient = answers(found, centre, rater)
            parts.append(placements(label, score, patient))
        a, b = parts
        freedom = welch(a.variance, sum(a.independent) - 1, b.variance, sum(b.independent) - 1)
        gap, spread = a.value - b.value, np.sqrt(a.variance + b.variance)
        half = student.ppf(0.975, freedom) * spread
        n = sum(len(part.positive) + len(part.negative) for part in parts)
        method = f"{name}, unpaired, Welch ({freedom:.0f} degrees of freedom)"
        p = 2 * student.sf(abs(gap) / spread, freedom)
        row = Row("auc_difference", gap, gap - half, gap + half, n, method, "home - away", rater, p=p)
        wanted += corrected([row])
    same(between_centres(found), wanted)
    wanted = []
    for model in ("alpha", "beta"):
        sides = [both(found, centre, model, READERS[0]) for centre in ("home", "away")]
        here, there = (paired(*side) for side in sides)
        cases = [len(side[0].positive) + len(side[0].negative) for side in sides]
        independent = [sum(side[0].independent) for side in sides]
        freedom = welch(here.variance, independent[0] - 1, there.variance, independent[1] - 1)
        gap, spread = here.difference - there.difference, np.sqrt(here.variance + there.variance)
        half, p = student.ppf(0.975, freedom) * spread, 2 * student.sf(abs(gap) / spread, freedom)
        method = f"difference of paired differences, {name}, Welch"
        place = (sum(cases), method, "home - away", model)
        wanted += corrected([Row("interaction", gap, gap - half, gap + half, *place, versus=READERS[0], p=p)])
    same(interactions(found, READERS[0]), wanted)


@pytest.mark.parametrize("several", ["home", "away"])
def test_where_one_of_two_centres_has_several_images_the_variance_is_obuchowskis(several: str) -> None:
    rows = made_up(("alpha",), 40, readers=True)
    number = rows["case_id"].str.split("/").str[1].astype(int)
    rows["patient_id"] = rows["centre"] + (number // np.where(rows["centre"] == several, 2, 1)).astype(str)
    found = read(rows)
    assert all(row.method.startswith("Obuchowski, unpaired, Welch (") for row in between_centres(found))
    (row,) = interactions(found, READERS[0])
    assert row.method == "difference of paired differences, Obuchowski, Welch; Holm over 1"


def upper(z: float, freedom: float) -> float:
    return float(norm.sf(z) if np.isinf(freedom) else student.sf(z, freedom))


@IMAGES
@pytest.mark.parametrize("metric", ["auc", "sensitivity", "specificity"])
def test_no_worse_by_a_margin(images: int, metric: str) -> None:
    found, wanted, margin = table(images), [], 0.15
    words = {1: "Tango; interval: Newcombe", 2: "by patient"}[images]
    if metric == "auc":
        words = {1: "DeLong, paired", 2: "Obuchowski, paired"}[images]
    for centre in ("home", "away"):
        family = []
        for a, b in (pair for pair in permutations(NAMES, 2) if pair[0] in ("alpha", "beta")):
            label, scores, patient = answers(found, centre, a, b)
            n = len(label)
            if metric == "auc":
                one = paired(*both(found, centre, a, b))
                p, ends = upper((one.difference + margin) / np.sqrt(one.variance), one.freedom), numbers(one)
            else:
                used = label == int(metric == "sensitivity")
                right = [(s[used] >= CUTOFFS[k].value) == label[used] for s, k in zip(scores, (a, b), strict=True)]
                whose, n = None if patient is None else patient[used], int(used.sum())
                two = mcnemar(*right, whose)
                p, ends = share_p(*right, margin, whose), (two.difference, two.low, two.high)
            method = f"{words}, margin 0.15, one-sided"
            family.append(Row(f"{metric}_noninferiority", *ends, n, method, centre, a, versus=b, p=p))
        told = [(row, "shown" if row.p_holm < 0.025 else "not shown") for row in corrected(family)]
        wanted += [replace(row, method=f"{row.method}; {said}") for row, said in told]
    assert {row.method.rsplit("; ")[-1] for row in wanted} >= {"not shown"}
    same(noninferiority(found, CUTOFFS, {metric: margin}), wanted)


@IMAGES
def test_readers_of_a_guideline_are_averaged(images: int) -> None:
    found, wanted = table(images), []
    for centre in ("home", "away"):
        for model in ("alpha", "beta"):
            label, scores, patient = answers(found, centre, model, *READERS)
            parts = [placements(label, score) for score in scores]
            whose = np.arange(len(label)) if patient is None else patient
            change = difference(jackknife(parts, label, scores, whose), [0, 0], [1, 2])
            gains = [parts[0].value - part.value for part in parts[1:]]
            for metric, one in (
                ("auc_difference_readers", random_readers(gains, change)),
                ("auc_difference_these_readers", fixed_readers(gains, change)),
            ):
                kind = "fixed" if metric.endswith("these_readers") else f"random ({one.freedom:.1f} degrees of freedom)"
                method = f"Obuchowski-Rockette, jackknife, 2 readers, {kind}"
                ends = (one.value, one.low, one.high, len(label), method, centre, model)
                wanted.append(Row(metric, *ends, versus="average reader, acr2017", p=one.p))
    assert len(answers(found, "away", "beta", *READERS)[0]) == CASES - 12
    same(readings(found), wanted)


def test_two_models_without_a_common_case_are_told_as_not_tested() -> None:
    rows = made_up(("alpha", "beta"), 40)
    first = rows["case_id"].str.split("/").str[1].astype(int) < 20
    found = read(rows[(rows["centre"] == "home") & (first == (rows["model"] == "alpha"))])
    none, place = (NAN, NAN, NAN, 0), ("home", "alpha")
    said = "not tested: too few cases of a class, or nothing varies"
    same(auc_differences(found), [Row("auc_difference", *none, said, *place, versus="beta")])
    method = "McNemar, exact (0 against 0); interval: Newcombe"
    shares = [
        Row(f"{what}_difference", *none, method, *place, versus="beta") for what in ("sensitivity", "specificity")
    ]
    same(mcnemar_tests(found, CUTOFFS), shares)
    same(
        noninferiority(found, CUTOFFS, {"auc": 0.1}),
        [
            Row("auc_noninferiority", *none, f"{said}, margin 0.1, one-sided; not shown", "home", a, versus=b)
            for a, b in (("alpha", "beta"), ("beta", "alpha"))
        ],
    )
    assert interactions(table().select(centres=["home"]), READERS[0]) == ()
    assert between_centres(found) == ()
