"""Several readers against the answers that MRMCaov prints for the example of Van Dyke, and against plain loops."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from sera_core.evaluate.compare import readings
from sera_core.evaluate.placements import placements
from sera_core.evaluate.readers import difference, fixed_readers, jackknife, random_readers
from sera_core.evaluate.roc import auc
from tests.conftest import SHARED_DATA
from tests.predicted import made_up, read

VANDYKE = SHARED_DATA.parent / "facts" / "mrmc" / "vandyke.csv"


@pytest.fixture(scope="module")
def vandyke() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Truth [114], areas [2 treatments x 5 readers] and their jackknife covariance [10, 10]."""
    if not Path(VANDYKE).is_file():
        if os.environ.get("CI"):
            pytest.fail("the ratings of Van Dyke 1993 are missing from shared/facts/mrmc")
        pytest.skip("needs the ratings of Van Dyke 1993, which are not distributed")
    table = pd.read_csv(VANDYKE)
    wide = table.pivot_table(index=["case", "truth"], columns=["treatment", "reader"], values="rating")
    truth, scores = wide.index.get_level_values("truth").to_numpy(), wide.to_numpy(float).T
    parts = [placements(truth, score) for score in scores]
    return truth, np.array([part.value for part in parts]), jackknife(parts, truth, scores, np.arange(len(truth)))


# Van Dyke CW, et al. Cine MRI in the diagnosis of thoracic aortic dissection (RSNA 1993): empirical areas of five
# readers with spin-echo and with cine MRI, 45 cases with and 69 without dissection, to the four decimals that the field
# prints; the answers are those of Smith, Hillis and Pesce's MRMCaov 0.3.0.
AREAS = np.array([[0.9196, 0.8588, 0.9039, 0.9731, 0.8298], [0.9478, 0.9053, 0.9217, 0.9994, 0.9300]])
PRINTED = {  # Cov1, Cov2, Cov3; F, its denominator's degrees of freedom, p; interval of the difference
    "DeLong": (
        (0.0003420090, 0.0003395265, 0.0002358497),
        (4.484854, 15.06611, 0.05123303),
        (-0.0878671960, 0.0002665519),
    ),
    "jackknife": (
        (0.0003466137, 0.0003440748, 0.0002390284),
        (4.456319, 15.25967, 0.05166569),
        (-0.0879594986, 0.0003588544),
    ),
    "unbiased": (
        (0.0003416706, 0.0003390650, 0.0002356148),
        (4.489614, 15.03418, 0.0511618),
        (-0.0878519409, 0.0002512968),
    ),
}


@pytest.mark.parametrize("kind", PRINTED)
def test_random_readers_equal_what_is_printed_from_the_printed_areas(kind: str) -> None:
    pairs = 45 * 69
    areas = np.round(2 * pairs * AREAS) / (2 * pairs)  # an empirical area counts pairs, ties for half
    assert areas == pytest.approx(AREAS, abs=5.1e-5)
    (_, same, other), (f, freedom, p), ends = PRINTED[kind]
    change = np.full((5, 5), 2 * (same - other))  # the diagonal plays no part where readers are random
    found = random_readers(areas[0] - areas[1], change)
    assert found.value == pytest.approx(-0.04380032, abs=1e-8)
    assert (found.value / np.sqrt(found.variance)) ** 2 == pytest.approx(f, abs=1e-5)
    assert (found.freedom, found.p) == pytest.approx((freedom, p), rel=1e-5)
    assert (found.low, found.high) == pytest.approx(ends, abs=1e-7)


def test_random_readers_equal_the_printed_answer(vandyke: tuple[np.ndarray, np.ndarray, np.ndarray]) -> None:
    _, areas, over = vandyke
    change = difference(over, range(5), range(5, 10))
    found = random_readers(areas[:5] - areas[5:], change)
    assert found.value == pytest.approx(-0.04380032, abs=1e-8)
    assert (found.value / np.sqrt(found.variance)) ** 2 == pytest.approx(4.456319, abs=1e-6)
    assert found.freedom == pytest.approx(15.25967, abs=1e-5)
    assert found.p == pytest.approx(0.05166569, abs=1e-8)
    assert (found.low, found.high) == pytest.approx((-0.0879594986, 0.0003588544), abs=1e-9)
    same, cross = over[:5, :5], over[:5, 5:]
    apart = ~np.eye(5, dtype=bool)
    assert (same[apart].mean() + over[5:, 5:][apart].mean()) / 2 == pytest.approx(0.0003440748, abs=1e-10)
    assert np.diag(cross).mean() == pytest.approx(0.0003466137, abs=1e-10)
    assert cross[apart].mean() == pytest.approx(0.0002390284, abs=1e-10)


def test_fixed_readers_equal_the_printed_answer_with_delongs_covariance(
    vandyke: tuple[np.ndarray, np.ndarray, np.ndarray],
) -> None:
    truth, areas, _ = vandyke
    table = pd.read_csv(VANDYKE)
    wide = table.pivot_table(index=["case", "truth"], columns=["treatment", "reader"], values="rating")
    parts = [placements(truth, score) for score in wide.to_numpy(float).T]
    over = np.cov([p.positive for p in parts]) / 45 + np.cov([p.negative for p in parts]) / 69
    change = difference(over, range(5), range(5, 10))
    fixed = fixed_readers(areas[:5] - areas[5:], change)
    assert (fixed.value / np.sqrt(fixed.variance)) ** 2 == pytest.approx(5.545789, abs=1e-6)
    assert fixed.p == pytest.approx(0.0185252, abs=1e-7)
    random = random_readers(areas[:5] - areas[5:], change)
    assert (random.p, random.freedom) == pytest.approx((0.05123303, 15.06611), rel=1e-6)
    for who, expected in (
        (range(5), (0.8970370, 0.8253461, 0.9687280)),
        (range(5, 10), (0.9408374, 0.8942155, 0.9874592)),
    ):
        one = random_readers(areas[list(who)], over[np.ix_(list(who), list(who))])
        assert (one.value, one.low, one.high) == pytest.approx(expected, abs=1e-7)


def test_areas_without_a_patient_equal_a_loop() -> None:
    random = np.random.default_rng(0)
    patients = random.integers(0, 25, 70)
    labels = random.integers(0, 2, 70)
    scores = np.round(random.normal(labels, 1, (3, 70)), 1)
    over = jackknife([placements(labels, score) for score in scores], labels, scores, patients)
    kept = [patients != k for k in np.unique(patients)]
    loop = np.array([[auc(labels[rest], score[rest]).value for rest in kept] for score in scores])
    gap = loop - loop.mean(axis=1, keepdims=True)
    np.testing.assert_allclose(over, (len(kept) - 1) / len(kept) * gap @ gap.T, atol=1e-15)


def test_a_model_against_the_average_reader_covers_about_as_often_as_it_says() -> None:
    """Readers drawn anew each time, all of one true area, and a model of the same: the difference is 0."""
    hits, truth = 0, np.repeat([0, 1], 40)
    for seed in range(150):
        random = np.random.default_rng(seed)
        shared = random.normal(1.2 * truth, 0.7)
        scores = shared + random.normal(0, 0.7, (6, 80))
        parts = [placements(truth, score) for score in scores]
        over = jackknife(parts, truth, scores, np.arange(80))
        values = np.array([parts[0].value - part.value for part in parts[1:]])
        found = random_readers(values, difference(over, [0] * 5, range(1, 6)))
        hits += found.low <= 0 <= found.high
    assert 0.92 <= hits / 150 <= 0.985


def test_a_table_with_readers_compares_them_on_average_and_with_help() -> None:
    random = np.random.default_rng(4)
    rows = made_up(models=("alpha",), cases=80)
    for name in ("kim", "lee", "park"):
        own = np.round(4 * rows["label"] * 0.4 + random.normal(3, 1.5, len(rows)))
        rows[f"reader_{name}"] = own
        rows[f"reader_{name}_aided"] = own + 2 * rows["label"]
    table = read(rows)
    found = {(row.metric, row.centre, row.model, row.versus): row for row in readings(table)}
    assert len(found) == 2 * 2 * 2
    helped = found["auc_difference_readers", "away", "average reader, aided", "average reader, alone"]
    view = table.at("away")
    gains = [
        auc(view.label, view.score(f"reader_{n}_aided")).value - auc(view.label, view.score(f"reader_{n}")).value
        for n in ("kim", "lee", "park")
    ]
    assert helped.estimate == pytest.approx(np.mean(gains))
    assert helped.low > 0
    assert "3 readers, random" in helped.method
    these = found["auc_difference_these_readers", "away", "alpha", "average reader"]
    assert "fixed" in these.method
    assert readings(read(made_up(readers=True))) == ()
