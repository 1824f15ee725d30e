"""Edges of a range, of an alphabet, of an empty table, each against brute force or a second library."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest
from scipy.stats import binomtest

from sera_core.evaluate.identities import _clean
from sera_core.evaluate.paired import mcnemar
from sera_core.evaluate.proportion import intervals
from sera_core.names import unify


def test_names_are_taken_as_they_are_just_where_none_would_change_or_merge() -> None:
    """Words of the letters at the ends of every range, against the way that looks at each word."""
    generator, seen = np.random.default_rng(3), []
    for _ in range(4000):
        letters = generator.choice(list(" ~'@AZ[`az{09"), (generator.integers(1, 4), 2), p=[0.02, *[0.98 / 12] * 12])
        words = list(dict.fromkeys(map("".join, letters)))
        one = unify(words)
        same = list(one.shown) == words
        if any(word.startswith("'") for word in words):  # looked at one by one, whether it hides a formula or not
            same = False
        assert _clean(pa.array(words)) is same, words
        seen.append(same)
    assert 0.2 < np.mean(seen) < 0.9
    assert not _clean(pa.array(["a\x1f"]))
    assert not _clean(pa.array(["a\x7f"]))
    assert not _clean(pa.array(["a", "b  c"]))
    assert not _clean(pa.array(["a", None]))
    assert _clean(pa.array(["a b", "c"]))
    assert _clean(pa.array(["x  y", "a", "b"]).slice(1))  # a part of a longer column


@pytest.mark.parametrize(("tp", "fn", "fp"), [(12, 5, 9), (1, 0, 3), (0, 4, 2), (7, 0, 0)])
def test_the_interval_of_f1_is_that_of_its_share_carried_over(tp: int, fn: int, fp: int) -> None:
    low, high = (float(end) for end in intervals(tp, fn, fp, 50)["f1"])
    share = binomtest(tp, tp + fn + fp).proportion_ci(method="wilson")
    assert low == pytest.approx(2 * share.low / (1 + share.low), abs=1e-12)
    assert high == pytest.approx(2 * share.high / (1 + share.high), abs=1e-12)


def test_nobody_compared_is_no_number_and_no_count() -> None:
    found = mcnemar([], [])
    assert np.isnan([found.difference, found.low, found.high, found.p]).all()
    assert (found.only_first, found.only_second, found.n) == (0, 0, 0)
