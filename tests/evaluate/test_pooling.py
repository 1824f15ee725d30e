"""Random effects: the answers that R's metafor prints, known truth, and what is refused."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit, logit
from scipy.stats import t

from sera_core.contracts import BadInput
from sera_core.evaluate.compare import cutoffs, pooled
from sera_core.evaluate.pooling import pool, pool_pairs
from tests.predicted import read

Y, V = [1.2, 0.8, 1.9, 1.4, 0.5], [0.04, 0.06, 0.09, 0.03, 0.05]
SENSITIVITY, SPECIFICITY = [1.5, 1.1, 2.0, 0.9, 1.7, 1.3, 2.4, 0.6], [0.8, 1.9, 0.9, 0.4, 0.6, 1.6, 1.0, 1.8]
VARIANCES = np.array(
    [[0.05, 0.08, 0.06, 0.04, 0.09, 0.05, 0.07, 0.06], [0.04, 0.03, 0.06, 0.05, 0.07, 0.04, 0.05, 0.03]]
).T


def test_of_equal_variances_what_is_between_centres_is_the_rest_of_the_spread() -> None:
    """Of three centres far apart, which is beyond where the search begins."""
    found = pool([0.0, 1.0, 5.0], [0.01] * 3)
    assert found.tau2 == pytest.approx(np.var([0, 1, 5], ddof=1) - 0.01)
    assert found.value == pytest.approx(2)


def test_one_number_equals_metafor() -> None:
    """``rma(y, v, method="REML", test="knha")`` and ``predict`` of metafor 3.8, which has a t with centres - 1."""
    found = pool(Y, V)
    expected = (1.147191894965, 0.493394169665, 1.800989620265)
    assert (found.value, found.low, found.high) == pytest.approx(expected, abs=1e-10)
    wider = t.ppf(0.975, 3) / t.ppf(0.975, 4)
    reach = [wider * (end - 1.147191894965) for end in (-0.287469637094, 2.581853427024)]
    assert [found.next_low - found.value, found.next_high - found.value] == pytest.approx(reach, abs=1e-9)
    assert (found.tau2, 100 * found.i2) == pytest.approx((0.211554914455, 81.299316430015), abs=1e-8)


def test_two_numbers_equal_metafor() -> None:
    """``rma.mv(y, v, mods=~o-1, random=~o|g, struct="UN")`` of metafor 3.8."""
    found = pool_pairs(SENSITIVITY, SPECIFICITY, VARIANCES)
    assert (found.sensitivity.value, found.specificity.value) == pytest.approx((1.425871261649, 1.138624165), abs=1e-6)
    spread = [(part.high - part.low) / 2 / t.ppf(0.975, 7) for part in (found.sensitivity, found.specificity)]
    assert spread == pytest.approx([0.209848263202, 0.202632978757], abs=1e-6)
    assert (found.sensitivity.tau2, found.specificity.tau2, found.correlation) == pytest.approx(
        (0.29057688807, 0.282830352559, -0.442974970823), abs=1e-5
    )


def test_centres_that_do_not_differ_have_no_variance_between_them() -> None:
    found = pool([1.0, 1.01, 0.99], [0.5, 0.5, 0.5])
    assert (found.tau2, found.i2) == (0, 0)
    assert found.next_low < found.low < found.high < found.next_high


def test_too_few_centres_are_not_pooled() -> None:
    with pytest.raises(BadInput, match="at least 3"):
        pool([1, 2], [0.1, 0.1])
    with pytest.raises(BadInput, match="at least 4"):
        pool_pairs([1, 2, 3], [1, 2, 3], np.full((3, 2), 0.1))


@pytest.mark.parametrize(("centres", "held"), [(8, 0.90), (20, 0.93)])
def test_the_prediction_interval_holds_the_next_centre_as_often_as_its_description_says(
    centres: int, held: float
) -> None:
    hits, mean, random = 0, 0, np.random.default_rng(0)
    for _ in range(800):
        own = random.normal(1.0, 0.5, centres + 1)
        variance = random.uniform(0.02, 0.2, centres)
        found = pool(random.normal(own[:-1], np.sqrt(variance)), variance)
        hits += found.next_low <= own[-1] <= found.next_high
        mean += found.low <= 1.0 <= found.high
    assert hits / 800 == pytest.approx(held, abs=0.02)
    assert 0.93 <= mean / 800 <= 0.975


def centres(names: str, domain: str = "real") -> pd.DataFrame:
    random = np.random.default_rng(3)
    parts = []
    for place, name in enumerate(names):
        label = np.arange(80) % 2
        shift = random.normal(0, 0.4)
        score = (1.2 + shift) * label + random.normal(0, 1, 80)
        parts.append(
            pd.DataFrame(
                {
                    "case_id": [f"{name}{k}" for k in range(80)],
                    "patient_id": [f"{name}{k // 2}" for k in range(80)],
                    "centre": name,
                    "role": "external" if place else "internal",
                    "label": label,
                    "model": "one",
                    "probability": expit(score - 0.6),
                    "domain": domain,
                }
            )
        )
    return pd.concat(parts)


def test_only_external_centres_of_one_kind_are_pooled() -> None:
    table = read(pd.concat([centres("habcd"), centres("xy", "simulated").assign(role="external")]))
    rows = pooled(table, cutoffs(table))
    assert {(row.metric, row.centre) for row in rows} == {
        (f"{metric}_{kind}", "external, real")
        for metric in ("auc", "sensitivity", "specificity")
        for kind in ("pooled", "next_centre", "tau2", "i2")
    }
    views = [table.at(c).placements["one"] for c in "abcd"]
    value = np.array([v.value for v in views])
    expected = pool(logit(value), np.array([v.variance for v in views]) / (value * (1 - value)) ** 2)
    row = next(row for row in rows if row.metric == "auc_pooled")
    assert (row.estimate, row.low, row.n) == pytest.approx((expit(expected.value), expit(expected.low), 320))
    assert pooled(read(centres("hab")), cutoffs(read(centres("hab")))) == ()
