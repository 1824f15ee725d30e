"""How much a chosen cut-off flatters: against a plain loop, and against a population whose truth is known."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import norm

from sera_core.contracts import BadInput
from sera_core.evaluate.compare import cutoffs
from sera_core.evaluate.cutoff import youden
from sera_core.evaluate.named import named_cutoffs, named_number
from sera_core.evaluate.optimism import AGAIN, PARTS, expected
from tests.predicted import made_up, read


def test_it_equals_a_loop_over_the_patients() -> None:
    random = np.random.default_rng(3)
    patients = random.integers(0, 20, 50)
    labels = random.integers(0, 2, 50)
    scores = np.round(random.normal(labels, 1), 1)
    here = random.random(50) < 0.6
    shares, draw = [], np.random.default_rng(0)
    for _ in range(AGAIN):
        part = (draw.permutation(len(np.unique(patients))) % PARTS)[np.unique(patients, return_inverse=True)[1]]
        called = np.zeros(50, bool)
        for out in (part == k for k in range(PARTS)):
            called[out] = scores[out] >= youden(labels[~out], scores[~out])
        shares.append([called[here & (labels == 1)].mean(), 1 - called[here & (labels == 0)].mean()])
    found = expected(labels, scores, patients, here)
    assert [found.sensitivity, found.specificity] == pytest.approx(np.mean(shares, axis=0), abs=1e-12)


def test_on_average_it_is_what_the_cut_off_does_to_new_patients() -> None:
    """Normal scores one standard deviation apart: the true shares at any cut-off are known."""
    labels, shown, true, told = np.repeat([0, 1], 25), [], [], []
    for seed in range(200):
        scores = np.random.default_rng(seed).normal(labels, 1)
        cut = youden(labels, scores)
        shown.append((scores >= cut)[labels == 1].mean() + (scores < cut)[labels == 0].mean())
        true.append(norm.sf(cut, 1) + norm.cdf(cut))
        found = expected(labels, scores, np.arange(50), np.ones(50, bool))
        told.append(found.sensitivity + found.specificity)
    assert np.mean(shown) - np.mean(true) > 0.1
    assert np.mean(told) == pytest.approx(np.mean(true), abs=0.02)


def test_a_cut_off_is_chosen_where_it_is_youdens_own_whoever_says_so() -> None:
    table = made_up(("alpha",))
    own = cutoffs(read(table))["alpha"].value
    assert cutoffs(read(table.assign(cutoff=own)))["alpha"].chosen_at == ("home",)
    assert cutoffs(read(table.assign(cutoff=own + 0.01)))["alpha"].chosen_at == ()
    assert cutoffs(read(table), named_cutoffs([("alpha", own)], read(table)))["alpha"].chosen_at == ("home",)


def test_a_name_may_hold_an_equals_sign_and_nonsense_is_refused() -> None:
    assert named_number("a=b=0.5") == ("a=b", 0.5)
    for said in ("a", "=0.5", "a=x", "a=nan", "a="):
        with pytest.raises(BadInput, match="MODEL=VALUE"):
            named_number(said)
