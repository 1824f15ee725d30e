"""Every shared number against R's pROC, and pooling against metafor; runs where R is installed, and always in CI."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scipy.special import expit

from sera_core.evaluate.calibration import logits
from sera_core.evaluate.delong import paired, unpaired
from sera_core.evaluate.fixed import sensitivities_at, specificities_at
from sera_core.evaluate.partial import partial_auc
from sera_core.evaluate.placements import placements
from sera_core.evaluate.pooling import pool, pool_pairs
from sera_core.evaluate.roc import curve
from sera_core.evaluate.smooth import KNOTS, _basis, _fit, smooth
from tests.evaluate.test_calibration import forecasts
from tests.evaluate.test_pooling import SENSITIVITY, SPECIFICITY, VARIANCES, V, Y

SCRIPT = Path(__file__).with_name("oracle.R")
KINDS = ("ties", "fine", "few")


def drawn(kind: str, seed: int) -> pd.DataFrame:
    """Labels and two scores: with many ties, without, and few cases of very few levels."""
    random = np.random.default_rng(seed)
    n = 24 if kind == "few" else 90
    label = random.permutation(np.arange(n) % 2)
    shared = random.normal(label, 1)
    table = pd.DataFrame({"y": label, "a": shared + random.normal(0, 0.5, n), "b": shared + random.normal(0, 1, n)})
    steps = {"ties": 2.0, "few": 1.0}.get(kind)
    return table if steps is None else table.assign(a=np.round(table["a"] * steps), b=np.round(table["b"] * steps))


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, pd.DataFrame], dict]:
    """The tables, aSAH among them, and what R says about each, in one run of R."""
    rscript = shutil.which("Rscript")
    if rscript is None:
        if os.environ.get("CI"):
            pytest.fail("R is missing: apt-get install -y r-cran-proc r-cran-metafor")
        pytest.skip("needs R with pROC and metafor: apt-get install -y r-cran-proc r-cran-metafor")
    folder = tmp_path_factory.mktemp("r")
    tables = {f"{kind}{seed}": drawn(kind, seed) for kind in KINDS for seed in range(4)}
    for name, table in tables.items():
        table.to_csv(folder / f"{name}.csv", index=False, float_format="%.17g")
    pair = np.stack([SENSITIVITY, SPECIFICITY], axis=1).ravel()
    pd.DataFrame({"y": pair, "v": VARIANCES.ravel()}).to_csv(folder / "pairs.txt", index=False)
    labels, p = forecasts(6, slope=0.7)
    pd.DataFrame({"y": labels, "p": p}).to_csv(folder / "smooth.txt", index=False, float_format="%.17g")
    pd.DataFrame({"y": Y, "v": V}).to_csv(folder / "pool.txt", index=False)
    done = subprocess.run([rscript, SCRIPT, folder], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    asah = pd.read_csv(folder / "asah.csv")
    return {**tables, "asah": asah}, json.loads((folder / "answers.json").read_text())


def test_areas_variances_and_tests_equal_proc(answers: tuple[dict[str, pd.DataFrame], dict]) -> None:
    tables, said = answers
    for name, table in tables.items():
        expected, label = said[name], table["y"].to_numpy()
        a, b = (placements(label, table[column]) for column in "ab")
        assert [a.value, b.value] == pytest.approx(expected["auc"], abs=1e-9), name
        assert [a.variance, b.variance] == pytest.approx(expected["variance"], abs=1e-9), name
        test = paired(a, b)
        assert [test.p, test.low, test.high] == pytest.approx(expected["paired"], abs=1e-9), name
        apart = unpaired(a, b)
        assert [apart.p, apart.freedom] == pytest.approx(expected["unpaired"], rel=1e-8, abs=1e-9), name
        part = partial_auc(label, table["a"], 0.8, 1.0).value
        assert part == pytest.approx(expected["partial"], abs=1e-9), name


def test_shares_at_a_fixed_other_share_equal_proc(answers: tuple[dict[str, pd.DataFrame], dict]) -> None:
    tables, said = answers
    for name, table in tables.items():
        found = [ask(table["y"], table["a"], [0.87])[0].value for ask in (sensitivities_at, specificities_at)]
        assert found == pytest.approx(said[name]["at"], abs=1e-9), name


def test_curves_equal_proc(answers: tuple[dict[str, pd.DataFrame], dict]) -> None:
    tables, said = answers
    for name, table in tables.items():
        false_positive, sensitivity, _ = curve(table["y"], table["a"])
        assert sensitivity.tolist() == pytest.approx(said[name]["sensitivity"], abs=1e-9), name
        assert (1 - false_positive).tolist() == pytest.approx(said[name]["specificity"], abs=1e-9), name


def test_the_smooth_curve_equals_glm_on_splines(answers: tuple[dict[str, pd.DataFrame], dict]) -> None:
    _, said = answers
    labels, p = forecasts(6, slope=0.7)
    found = smooth(labels, p)
    assert found is not None
    expected, spread, ici = said["smooth"][:5], said["smooth"][5:10], said["smooth"][10]
    assert found.ici == pytest.approx(ici, abs=1e-7)
    basis = _basis(logits(p), np.quantile(logits(p), KNOTS))
    weights, cover = _fit(labels.astype(float), basis, None)
    assert expit(basis[:5] @ weights) == pytest.approx(expected, abs=1e-6)
    assert np.sqrt(np.diag(basis[:5] @ cover @ basis[:5].T)) == pytest.approx(spread, rel=1e-4)


def test_pooling_equals_metafor(answers: tuple[dict[str, pd.DataFrame], dict]) -> None:
    _, said = answers
    one, both = pool(Y, V), pool_pairs(SENSITIVITY, SPECIFICITY, VARIANCES)
    found = [one.value, one.low, one.high, one.tau2, 100 * one.i2]
    assert found == pytest.approx(said["pool"], abs=1e-6)
    mean = [both.sensitivity.value, both.specificity.value]
    between = [both.sensitivity.tau2, both.specificity.tau2, both.correlation]
    assert mean + between == pytest.approx(said["pairs"], abs=1e-5)
