"""Whole rows of usefulness, missing answers, subgroups and pooled centres: every word and number of a small table."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import chi2

from sera_core.contracts import is_positive
from sera_core.evaluate.cells.pooled import pooled
from sera_core.evaluate.cells.subgroups import groups_of, subgroups
from sera_core.evaluate.cells.unanswered import flow_table, flows, unanswered
from sera_core.evaluate.cells.usefulness import avoided_fnas, curve_points, decision_curves, prevalence_curves
from sera_core.evaluate.netbenefit import net_benefit, patient_weights, predictive_values, spared
from sera_core.evaluate.pooling import pool, pool_pairs
from sera_core.evaluate.proportion import counts, intervals
from sera_core.evaluate.results import Row
from sera_core.evaluate.roc import auc
from sera_core.evaluate.tally import SHARES, Tally
from tests.evaluate.rows import CASES, CUTOFFS, READERS, alone, answers, same, table
from tests.predicted import made_up, read

NAN = float("nan")
IMAGES = pytest.mark.parametrize("images", [1, 2])
COMMON = CASES - 12


def shares(label: np.ndarray, called: np.ndarray, patient: np.ndarray | None) -> dict[str, tuple[float, float]]:
    """Intervals of sensitivity and specificity."""
    if patient is not None:
        return Tally.of(label, called, patient).intervals()
    found = intervals(*counts(label, called, 0.5))
    return {metric: (float(low), float(high)) for metric, (low, high) in found.items()}


@IMAGES
def test_net_benefit_and_predictive_values(images: int) -> None:
    found, wanted = table(images), []
    thresholds, prevalences = [0.05, 0.1, 0.2, 0.3, 0.5], [0.05, 0.1, 0.2, 0.4]
    mean = "Student's t" if images == 1 else "by patient, t"
    bayes = "Mercaldo, logit" + ("" if images == 1 else ", by patient")
    for centre in ("home", "away"):
        label, scores, patient = answers(found, centre, "alpha", "beta")
        ill, said = label.mean(), "everybody is treated, of the cases that all models answered"
        for t in thresholds:
            worth = ill - (1 - ill) * t / (1 - t)
            wanted.append(Row(f"net_benefit_at_{t:.2f}", worth, NAN, NAN, COMMON, said, centre, "treat_all"))
        for model, score in zip(("alpha", "beta"), scores, strict=True):
            ends = zip(*net_benefit(label, score, thresholds, patient), strict=True)
            for t, numbers in zip(thresholds, ends, strict=True):
                wanted.append(Row(f"net_benefit_at_{t:.2f}", *map(float, numbers), COMMON, mean, centre, model))
        for name in ("alpha", "beta", *READERS):
            label, score, patient = alone(found, centre, name)
            called = score >= CUTOFFS[name].value
            tally = None if patient is None else Tally.of(label, called, patient)
            told = predictive_values(counts(label, called, 0.5), prevalences, tally)
            for kind, curve in zip(("ppv", "npv"), told, strict=True):
                for p, *numbers in zip(prevalences, *curve, strict=True):
                    metric = f"{kind}_at_prevalence_{p:.2f}"
                    wanted.append(Row(metric, *map(float, numbers), len(label), bayes, centre, name))
    same(curve_points(found, CUTOFFS), wanted)


@IMAGES
def test_curves_of_decisions_and_of_prevalence(images: int) -> None:
    found = table(images)
    label, scores, patient = answers(found, "away", "alpha", "beta")
    for curve, model, score in zip(decision_curves(found, "away"), ("alpha", "beta"), scores, strict=True):
        assert (curve.centre, curve.model, curve.n) == ("away", model, COMMON)
        assert curve.threshold.tolist() == [round(k / 100, 2) for k in range(1, 90)]
        wanted = net_benefit(label, score, curve.threshold, patient)
        np.testing.assert_allclose((curve.model_benefit, curve.low, curve.high), wanted)
    drawn = prevalence_curves(found, "away", CUTOFFS)
    for one, name in zip(drawn, ("alpha", "beta", *READERS), strict=True):
        assert (one.centre, one.model) == ("away", name)
        assert one.prevalence.tolist() == [round(k / 100, 2) for k in range(1, 96)]
        label, score, patient = alone(found, "away", name)
        called = score >= CUTOFFS[name].value
        tally = None if patient is None else Tally.of(label, called, patient)
        ppv, npv = predictive_values(counts(label, called, 0.5), one.prevalence, tally)
        np.testing.assert_allclose((one.ppv, one.ppv_low, one.ppv_high), ppv)
        np.testing.assert_allclose((one.npv, one.npv_low, one.npv_high), npv)


@IMAGES
def test_needles_spared(images: int) -> None:
    found, wanted = table(images), []
    for centre in ("home", "away"):
        for reader in READERS:
            for model in ("alpha", "beta"):
                label, (score, seen), _ = answers(found, centre, model, reader)
                patient = found.cases.loc[found.cases["centre"] == centre, "patient_id"]
                weights = patient_weights(pd.factorize(patient)[0])[:, : len(label)]  # beta answered the first ones
                one = spared(label, score, seen >= 4, weights)
                assert one is not None
                share = (seen >= 4)[label == 1].mean()
                method = f"at the reader's sensitivity of {share:.3f}; bootstrap of patients"
                numbers = (one.value, one.low, one.high, len(label), method, centre, model)
                wanted.append(Row("fna_avoided_per_100", *numbers, versus=reader))
    same(avoided_fnas(found, CUTOFFS), wanted)


@IMAGES
def test_missing_answers(images: int) -> None:
    found, wanted = table(images), []
    wilson = "Wilson" if images == 1 else "Wilson, effective number of patients"
    number = np.arange(CASES)
    for centre in ("home", "away"):
        rows = found.cases[found.cases["centre"] == centre]
        label, patient = rows["label"].to_numpy(), np.unique(rows["patient_id"], return_inverse=True)[1]
        for model, missing, refused in (("alpha", number < 0, number < 0), ("beta", number >= 48, number < 52)):
            score = found.probability[rows.index, found.models.index(model)]
            gone = {"refused_wrong": missing & refused, "worst_case": missing}
            parts = [("common_cases", number < 48, "48 common cases")]
            parts += [(k, ~missing | v, f"{v.sum()} without an answer counted as wrong") for k, v in gone.items()]
            for ending, used, said in parts:
                y, whose = label[used], patient[used] if images > 1 else None
                told = np.where(missing, np.where(label == 1, -9.0, 9.0), score)[used]
                one, called = auc(y, told, whose), told >= CUTOFFS[model].value
                numbers = (one.value, one.low, one.high, len(y), f"{one.method}; {said}", centre, model)
                wanted.append(Row(f"auc_{ending}", *numbers))
                bounds = shares(y, called, whose)
                for metric, truth in (("sensitivity", 1), ("specificity", 0)):
                    right = (called == truth)[y == truth]
                    ends = (right.mean(), *bounds[metric], len(right), f"{wilson}; {said}", centre, model)
                    wanted.append(Row(f"{metric}_{ending}", *ends))
    same(unanswered(found, CUTOFFS), wanted)


@IMAGES
def test_what_became_of_the_cases(images: int) -> None:
    rows = [
        (centre, model, role, CASES // images, "30 / 30", answered, refused, not_asked)
        for centre, role in (("home", "internal"), ("away", "external"))
        for model, answered, refused, not_asked in (
            ("alpha", "30 / 30", "0 / 0", "0 / 0"),
            ("beta", "24 / 24", "2 / 2", "4 / 4"),
        )
    ]
    columns = ["centre", "model", "role", "patients", "cases", "answered", "refused", "not_asked"]
    pd.testing.assert_frame_equal(flow_table(flows(table(images))), pd.DataFrame(rows, columns=columns))


@pytest.mark.parametrize("cases", [60, 160])
@IMAGES
def test_subgroups_by_size_and_whether_they_differ(images: int, cases: int) -> None:
    """Of sixty cases some groups are too small to be told, of 160 none is."""
    found, wanted, fewest = table(images, cases=cases), [], 10
    wilson = "Wilson" if images == 1 else "Wilson, effective number of patients"
    none = "suppressed: fewer than 10 cases of a class it needs"
    for name in ("alpha", "beta", *READERS):
        label, (score, size), patient = answers(found, "away", name, "size_mm")
        parts: dict[str, list[tuple[float, float, float, int]]] = {"auc": [], "sensitivity": [], "specificity": []}
        for group, inside in (("< 10", size < 10), ("10-20", (size >= 10) & (size <= 20)), ("> 20", size > 20)):
            y, s = label[inside], score[inside]
            called, whose = s >= CUTOFFS[name].value, None if patient is None else patient[inside]
            place, place_of = f"size: {group} mm", ("away", name, f"size: {group} mm")
            if min(y.sum(), len(y) - y.sum()) < fewest:
                wanted.append(Row("auc", NAN, NAN, NAN, len(y), none, *place_of))
            else:
                one = auc(y, s, whose)
                wanted.append(Row("auc", one.value, one.low, one.high, len(y), one.method, *place_of))
                scale = (one.value * (1 - one.value)) ** 2
                parts["auc"].append((one.value, float(logit(one.value)), one.variance / scale, len(y)))
            bounds = shares(y, called, whose)
            for metric, truth in (("sensitivity", 1), ("specificity", 0)):
                right = (called == truth)[y == truth]
                if len(right) < fewest:
                    wanted.append(Row(metric, NAN, NAN, NAN, len(right), none, "away", name, place))
                    continue
                wanted.append(Row(metric, right.mean(), *bounds[metric], len(right), wilson, "away", name, place))
                tally = Tally.of(y, called, np.arange(len(y)) if whose is None else whose)
                middle, variance = tally.logit(*SHARES[metric])
                parts[metric].append((float(expit(middle)), middle, variance, len(right)))
        same(
            [r for r in subgroups(found, CUTOFFS) if (r.centre, r.model) == ("away", name) and ":" in r.subgroup],
            wanted,
        )
        wanted = []
        told = {
            r.metric: r for r in subgroups(found, CUTOFFS) if (r.centre, r.model, r.subgroup) == ("away", name, "size")
        }
        several = [metric for metric, groups in parts.items() if len(groups) > 1]
        assert set(told) == {f"{metric}_between_subgroups" for metric in several}
        assert cases == 60 or several == list(parts)
        for metric in several:
            shown, value, variance, sizes = (np.array(part) for part in zip(*parts[metric], strict=True))
            mean = (value / variance).sum() / (1 / variance).sum()
            q = ((value - mean) ** 2 / variance).sum()
            p, row = chi2.sf(q, len(value) - 1), told[f"{metric}_between_subgroups"]
            words = f"Cochran's Q {q:.2f} of {len(value)} groups, logit scale; largest minus smallest"
            words += f"; Holm over {len(told)}"
            numbers = (shown.max() - shown.min(), NAN, NAN, sizes.sum(), words, "away", name, "size")
            same([row], [Row(row.metric, *numbers, p=p, p_holm=row.p_holm)])


def test_the_ends_of_a_group_by_size_belong_to_the_middle() -> None:
    groups = groups_of(pd.DataFrame({"size_mm": [9.9, 10.0, 20.0, 20.1, np.nan]}))
    assert {name: members.nonzero()[0].tolist() for name, members in groups.items()} == {
        "size: < 10 mm": [0],
        "size: 10-20 mm": [1, 2],
        "size: > 20 mm": [3],
    }
    assert all(members.dtype == bool for members in groups.values())


@IMAGES
def test_pooled_over_external_centres(images: int) -> None:
    rows = made_up(("alpha",), 160)
    number = rows["case_id"].str.split("/").str[1].astype(int)
    rows["patient_id"] = rows["centre"] + (number // images).astype(str)
    rows["centre"] = np.where(rows["centre"] == "away", "clinic-" + (number // 40).astype(str), "home")
    found, wanted, areas, pairs, centres = read(rows), [], [], [], [f"clinic-{k}" for k in range(4)]
    for centre in centres:
        label, score, patient = alone(found, centre, "alpha")
        one = auc(label, score, patient)
        areas.append((logit(one.value), one.variance / (one.value * (1 - one.value)) ** 2))
        tally = Tally.of(label, is_positive(score, 0.45), np.arange(40) if patient is None else patient)
        pairs.append([tally.logit(*SHARES[metric]) for metric in ("sensitivity", "specificity")])
    both, y = np.array(pairs), np.array(areas)
    pair = pool_pairs(both[:, 0, 0], both[:, 1, 0], both[:, :, 1])
    words = f"bivariate, REML on the logit scale, correlation {pair.correlation:.2f}, 4 centres"
    reml = "REML on the logit scale, Hartung and Knapp, 4 centres"
    for metric, one, n, method in (
        ("auc", pool(y[:, 0], y[:, 1]), 160, reml),
        ("sensitivity", pair.sensitivity, 80, words),
        ("specificity", pair.specificity, 80, words),
    ):
        mean, low, high, below, above = expit([one.value, one.low, one.high, one.next_low, one.next_high])
        place = ("external, real", "alpha")
        wanted += [
            Row(f"{metric}_pooled", mean, low, high, n, method, *place),
            Row(f"{metric}_next_centre", mean, below, above, n, f"prediction interval; {method}", *place),
            Row(f"{metric}_tau2", one.tau2, NAN, NAN, n, method, *place),
            Row(f"{metric}_i2", one.i2, NAN, NAN, n, method, *place),
        ]
    same(pooled(found, {"alpha": CUTOFFS["alpha"]}), wanted)
    assert pooled(found.select(centres=["home", *centres[:2]]), {"alpha": CUTOFFS["alpha"]}) == ()
    three = pooled(found.select(centres=["home", *centres[:3]]), {"alpha": CUTOFFS["alpha"]})
    assert [row.metric for row in three] == ["auc_pooled", "auc_next_centre", "auc_tau2", "auc_i2"]
