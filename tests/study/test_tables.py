"""Tables of subsets: machines against scikit-learn's on the features themselves, engines against each other."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.svm import SVC

from sera_core.contracts import BadInput
from sera_core.study.subsets import machine, member, subsets
from sera_core.study.tables import Bench, Cases, Engine, tables

TRAIN, TEST = 60, 30


@pytest.fixture(scope="module")
def cases() -> Cases:
    return Cases(np.arange(TRAIN) % 2, np.arange(TRAIN) // 2 * 2, (np.arange(TEST) % 3 == 0).astype(int))


def drawn(cases: Cases, width: int, signal: float, seed: int) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    parts = []
    for labels in (cases.train, cases.test):
        noise = random.normal(size=(len(labels), width)) * random.uniform(5, 20, width)
        noise[:, :3] += signal * noise[:, :3].std() * labels[:, None]
        parts.append(noise.astype(np.float32))
    return parts[0], parts[1]


@pytest.fixture(scope="module")
def benches(cases: Cases) -> list[Bench]:
    found = []
    for seed, letter in enumerate("XYZ"):
        fixed = drawn(cases, 20 + 5 * seed, 0.8, seed) if letter != "Z" else None
        found.append(
            Bench(letter, f"Net {letter}", "avg", fixed, drawn(cases, 12, 1.5, 10 + seed), 2.0 * cases.test - 1)
        )
    return found


def test_added_kernels_are_the_kernels_of_the_features_side_by_side(cases: Cases) -> None:
    two = [member(letter, *drawn(cases, width, 1.0, width)) for letter, width in (("X", 9), ("Y", 14))]
    joined = member("XY", np.hstack([m.train for m in two]), np.hstack([m.test for m in two]))
    apart, together = machine(two, cases.train, cases.patients), machine([joined], cases.train, cases.patients)
    np.testing.assert_allclose(apart.probability, together.probability, atol=1e-4)  # the solver stops at 1e-3
    near = np.exp(-1.0 / joined.width * sum(m.near for m in two))
    ours = SVC(C=1.0, kernel="precomputed").fit(near, cases.train)
    theirs = SVC(C=1.0, kernel="rbf", gamma=1.0 / joined.width).fit(joined.train, cases.train)
    far = np.exp(-1.0 / joined.width * sum(m.far for m in two))
    np.testing.assert_allclose(ours.decision_function(far), theirs.decision_function(joined.test), atol=1e-4)


def test_lees_six_networks_make_57_concatenations_and_63_ensembles() -> None:
    assert len(list(subsets(list("AOVvRI"), 2))) == 57
    assert len(list(subsets(list("AOVvRI"), 1))) == 63


def test_rates_are_those_of_the_counts(benches: list[Bench], cases: Cases) -> None:
    found = tables(benches, cases, Engine(), lambda line: None)
    assert list(found.concatenation["networks"]) == ["XY", "XY", "XZ", "XZ", "YZ", "YZ", "XYZ", "XYZ"]
    assert list(found.ensemble["networks"]) == ["X", "Y", "Z", "X+Y", "X+Z", "Y+Z", "X+Y+Z"]
    malignant = int(cases.test.sum())
    for table in (found.concatenation, found.ensemble):
        right = table["sensitivity_pct"] * malignant + table["specificity_pct"] * (TEST - malignant)
        np.testing.assert_allclose(table["accuracy_pct"], right / TEST, atol=0.11)
        assert (table["accuracy_pct"] > 60).all(), "the classes were drawn apart"
    own = found.features.query("classifier == 'CNN'")
    assert (own["finetuned_accuracy_pct"] == 100).all(), "the networks' own scores were drawn perfect"
    alone = found.features.query("letter == 'Z' and classifier != 'CNN'")
    assert alone["frozen_accuracy_pct"].isna().all(), "no pretrained weights, no frozen features"
    assert (alone["chosen"] == "finetuned").all()


def test_each_layer_of_a_network_has_its_rows_and_the_best_one_stands_for_it(
    benches: list[Bench], cases: Cases
) -> None:
    scores = 2.0 * cases.test - 1
    deep = Bench("W", "Net W", "fc1", None, drawn(cases, 16, 3.0, 20), scores)
    deeper = Bench("W", "Net W", "fc2", None, drawn(cases, 16, 0.0, 21), scores)
    found = tables([deep, deeper, *benches[:1]], cases, Engine(), lambda line: None)
    own = found.features.query("letter == 'W'")
    assert list(zip(own["layer"], own["classifier"], strict=True)) == [
        *(("fc1", "SVM"), ("fc1", "RF"), ("fc2", "SVM"), ("fc2", "RF"), ("softmax", "CNN"))
    ]
    assert list(own["chosen"].fillna("")) == ["finetuned", "finetuned", "", "", ""], "the other layer is noise"
    assert list(found.concatenation["networks"]) == ["WX", "WX"]
    alone = tables([deep, *benches[:1]], cases, Engine(), lambda line: None)
    pd.testing.assert_frame_equal(found.concatenation, alone.concatenation)
    pd.testing.assert_frame_equal(found.ensemble, alone.ensemble)


def test_every_engine_gives_the_serial_result(benches: list[Bench], cases: Cases) -> None:
    from distributed import LocalCluster

    few = benches[1:]  # one with fixed features and one without: every kind of job
    serial = tables(few, cases, Engine(), lambda line: None)
    with LocalCluster(
        n_workers=1, threads_per_worker=1, processes=False, protocol="tcp://", dashboard_address=None
    ) as cluster:
        engines = [Engine("loky"), Engine("dask", cluster.scheduler_address)]
        others = [tables(few, cases, engine, lambda line: None) for engine in engines]
    for other in others:
        for name in ("features", "concatenation", "ensemble"):
            pd.testing.assert_frame_equal(getattr(other, name), getattr(serial, name), check_exact=True)


def test_a_cluster_that_is_not_there_is_told_in_words(benches: list[Bench], cases: Cases) -> None:
    with pytest.raises(BadInput, match="add --scheduler"):
        tables(benches, cases, Engine("dask"), lambda line: None)
    with pytest.raises(BadInput, match="No Dask scheduler answers"):
        tables(benches, cases, Engine("dask", "tcp://127.0.0.1:9"), lambda line: None)
