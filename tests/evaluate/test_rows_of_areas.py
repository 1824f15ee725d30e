"""Whole rows of areas, shares and counts: every word and number of a small table, with one and with two images."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.evaluate.agreement import cohen, fleiss
from sera_core.evaluate.cells.agreements import kappas
from sera_core.evaluate.cells.fixed import at_fixed, cutoff_changes
from sera_core.evaluate.cells.glance import glance, partial_areas
from sera_core.evaluate.cells.operating import confusions
from sera_core.evaluate.fixed import sensitivities_at, specificities_at
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.proportion import intervals, measures
from sera_core.evaluate.results import Row
from sera_core.evaluate.roc import auc
from sera_core.evaluate.tally import Tally
from tests.evaluate.rows import CASES, CUTOFFS, READERS, alone, answers, same, table
from tests.predicted import made_up, read

NAN = float("nan")
PLACES = [(centre, name) for centre in ("home", "away") for name in ("alpha", "beta", *READERS)]
IMAGES = pytest.mark.parametrize("images", [1, 2])


@IMAGES
def test_areas_and_what_is_known_of_the_centres(images: int) -> None:
    found = table(images)
    wanted = []
    for centre, name in PLACES:
        label, score, patient = alone(found, centre, name)
        one = auc(label, score, patient)
        assert one.method.startswith("DeLong" if images == 1 else "Obuchowski")
        wanted.append(Row("auc", one.value, one.low, one.high, len(label), one.method, centre, name))
    told = glance(found)
    same(told.rows, wanted)
    assert told.counts == {"home": (CASES // 2, CASES // 2), "away": (CASES // 2, CASES // 2)}
    assert told.domains == {"home": "simulated", "away": "simulated"}
    kinds = {"home": "internal", "away": "external"}
    assert told.roles == {(model, centre): kinds[centre] for model in ("alpha", "beta") for centre in kinds}


@IMAGES
def test_the_ceiling_is_that_of_the_cases_with_a_ratio(images: int) -> None:
    found, wanted = table(images), []
    for centre in ("home", "away"):
        label, (ratio,), patient = answers(found, centre, "log_likelihood_ratio")
        assert len(label) == CASES - 9
        one = auc(label, ratio, patient)
        wanted.append(Row("auc", one.value, one.low, one.high, len(label), one.method, centre, "ceiling"))
    same(glance(found).ceilings, wanted)
    assert glance(table(images, "real")).ceilings == ()


@IMAGES
def test_parts_of_areas(images: int) -> None:
    found, wanted = table(images), []
    for centre, name in PLACES:
        label, score, patient = alone(found, centre, name)
        one = partial_auc(label, score, 0.7, 0.9, patient)
        words = "He and Escobar, logit" if images == 1 else "He and Escobar, by patient, logit"
        assert one.method == words
        method = f"sensitivity 0.7 to 0.9, McClish; {words}"
        wanted.append(Row("partial_auc", one.value, one.low, one.high, len(label), method, centre, name))
    same(partial_areas(found, 0.7, 0.9), wanted)


@IMAGES
def test_shares_at_a_fixed_other_share(images: int) -> None:
    found, wanted, shares = table(images), [], (0.8, 0.95)
    for centre, name in PLACES:
        label, score, patient = alone(found, centre, name)
        for what, given, ask, n in (
            ("sensitivity", "specificity", sensitivities_at, int(label.sum())),
            ("specificity", "sensitivity", specificities_at, int((label == 0).sum())),
        ):
            for share, one in zip(shares, ask(label, score, shares, patient), strict=True):
                method = f"on the curve, bootstrap of the {given} and the {what}"
                if share == 0.95:  # of 24 to 30 cases less than two lie beyond
                    method = f"on the curve; no interval: fewer than two cases beyond a {given} of 0.95"
                assert np.isnan(one.low) == (share == 0.95)
                metric = f"{what}_at_{given}_{share:.2f}"
                wanted.append(Row(metric, one.value, one.low, one.high, n, method, centre, name))
    same(at_fixed(found, shares), wanted)


@IMAGES
def test_what_another_cut_off_changes(images: int) -> None:
    found, wanted = table(images), []
    for centre in ("home", "away"):
        label, score, patient = alone(found, centre, "beta")
        for what, truth in (("sensitivity", 1), ("specificity", 0)):
            used = label == truth
            after, before = ((score[used] >= cut) == truth for cut in (0.3, 0.55))
            one = mcnemar(after, before, None if patient is None else patient[used])
            against = f"{(after & ~before).sum()} against {(before & ~after).sum()}"
            method = f"cut-off 0.300 minus 0.550, McNemar, exact ({against})"
            assert one.only_first + one.only_second > 2
            numbers = (one.difference, one.low, one.high, used.sum(), method, centre, "beta")
            wanted.append(Row(f"{what}_change", *numbers, p=one.p))
    same(cutoff_changes(found, "beta", CUTOFFS, 0.3), wanted)


@IMAGES
def test_counts_and_what_follows_from_them(images: int) -> None:
    found, wanted, ending = table(images), [], "" if images == 1 else ", effective number of patients"
    matrices = confusions(found, CUTOFFS)
    for (centre, name), matrix in zip(PLACES, matrices, strict=True):
        label, score, patient = alone(found, centre, name)
        cut = CUTOFFS[name].value
        called = score >= cut
        tp, fn = int((called & (label == 1)).sum()), int((~called & (label == 1)).sum())
        fp, tn = int((called & (label == 0)).sum()), int((~called & (label == 0)).sum())
        assert (matrix.true_positive, matrix.false_negative) == (tp, fn)
        assert (matrix.false_positive, matrix.true_negative) == (fp, tn)
        assert (matrix.centre, matrix.model, matrix.cutoff) == (centre, name, cut)
        assert matrix.role == (None if name in READERS else "internal" if centre == "home" else "external")
        value, bounds = measures(tp, fn, fp, tn), intervals(tp, fn, fp, tn)
        if patient is not None:
            bounds = Tally.of(label, called, patient).intervals()  # type: ignore[assignment]
        for metric, n, method in (
            ("sensitivity", tp + fn, "Wilson"),
            ("specificity", fp + tn, "Wilson"),
            ("accuracy", len(label), "Wilson"),
            ("ppv", tp + fp, "Wilson"),
            ("npv", fn + tn, "Wilson"),
            ("f1", tp + fn + fp, "Wilson, of F/(1+F)"),
            ("lr_positive", len(label), "log ratio"),
            ("lr_negative", len(label), "log ratio"),
        ):
            low, high = (float(end) for end in bounds[metric])
            wanted.append(Row(metric, float(value[metric]), low, high, n, method + ending, centre, name))
    same((row for matrix in matrices for row in matrix.rows), wanted)


@IMAGES
def test_agreement_of_two_and_of_all(images: int) -> None:
    found, wanted, ending = table(images), [], "" if images == 1 else ", by patient"
    names = ("alpha", "beta", *READERS)
    for centre in ("home", "away"):
        for k, a in enumerate(names):
            for b in names[k + 1 :]:
                _, scores, patient = answers(found, centre, a, b)
                one = cohen(*(s >= CUTOFFS[n].value for s, n in zip(scores, (a, b), strict=True)), patient)
                method = f"Fleiss, Cohen and Everitt{ending}"
                n = len(scores[0])
                wanted.append(Row("cohen_kappa", one.value, one.low, one.high, n, method, centre, a, versus=b))
        _, scores, patient = answers(found, centre, *names)
        calls = np.stack([s >= CUTOFFS[n].value for s, n in zip(scores, names, strict=True)], axis=1)
        one = fleiss(calls, patient)
        method = f"Gwet, 4 raters{ending}"
        wanted.append(Row("fleiss_kappa", one.value, one.low, one.high, CASES - 12, method, centre, "all"))
    same(kappas(found, CUTOFFS), wanted)


def test_one_class_or_equal_calls_say_why_there_is_no_number() -> None:
    rows = made_up(("alpha", "beta"), 8)
    rows["label"] = (rows["centre"] == "home").astype(int) * rows["label"]
    rows["probability"] = 0.9
    found = read(rows)
    (row,) = (r for r in glance(found).rows if (r.centre, r.model) == ("away", "beta"))
    same([row], [Row("auc", NAN, NAN, NAN, 8, "not known: one class is missing", "away", "beta")])
    cut = {"alpha": CUTOFFS["alpha"], "beta": CUTOFFS["beta"]}
    same(
        kappas(found, cut),
        [
            Row("cohen_kappa", NAN, NAN, NAN, 8, "not defined: all calls are the same", c, "alpha", versus="beta")
            for c in ("home", "away")
        ],
    )
    told = {
        row.metric: row for m in confusions(found, cut) if (m.centre, m.model) == ("away", "alpha") for row in m.rows
    }
    for metric, n in (("sensitivity", 0), ("npv", 0), ("lr_positive", 8), ("lr_negative", 8)):
        nothing = Row(metric, NAN, NAN, NAN, n, "not known: no case to divide by", "away", "alpha")
        same([told[metric]], [nothing])
