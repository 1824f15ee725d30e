"""Regressions on features and measured signs: scikit-learn's own, and joined no worse than what each is worth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from sera_core.classifiers.cnn import log_odds
from sera_core.evaluate.roc import auc
from sera_core.signs.quantities import SCALE_FREE
from sera_core.train.linear import PENALTIES, SIGNS_PENALTY, Known, fit_features, fit_joined, fit_signs

COUNT, WIDTH = 300, 40


def cases(seed: int, of_features: float, of_signs: float) -> Known:
    """Labels that a feature and a sign speak for, each on its own, so strongly."""
    random = np.random.default_rng(seed)
    labels = (np.arange(COUNT) % 3 == 0).astype(int)
    features = random.normal(size=(COUNT, WIDTH)).astype(np.float32)
    signs = random.normal(size=(COUNT, len(SCALE_FREE)))
    features[:, 3] += of_features * labels
    signs[:, 5] += of_signs * labels
    return Known(features, signs, labels, np.arange(COUNT) // 2)


def machine(penalty: float) -> LogisticRegression:
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=penalty, class_weight="balanced", max_iter=5000, tol=1e-7)
    )


def joined_scores(known: Known, asked: Known) -> np.ndarray:
    from torch import nn

    last, signs = fit_joined(known)
    together = np.hstack([asked.features, asked.signs]).astype(np.float32)
    return log_odds(together, nn.ModuleDict({"last": last}), None, signs)


def test_signs_are_read_as_scikit_learn_reads_them() -> None:
    known = cases(0, 0, 1)
    theirs = machine(SIGNS_PENALTY).fit(known.signs, known.labels).decision_function(known.signs)
    np.testing.assert_allclose(fit_signs(known).scores(known.signs), theirs, atol=1e-3)


def test_a_sign_that_was_not_measured_teaches_and_says_nothing() -> None:
    known = cases(0, 0, 1)
    gaps = known.signs.copy()
    gaps[::7] = np.nan
    left = np.arange(COUNT) % 7 > 0
    found = fit_signs(replace(known, signs=gaps))
    assert found == fit_signs(known.of(np.flatnonzero(left)))
    np.testing.assert_allclose(found.scores(gaps[:1]), found.intercept)


def test_the_last_layer_is_one_of_scikit_learns_regressions() -> None:
    from torch import nn

    known = cases(1, 1, 0)
    ours = log_odds(known.features, nn.ModuleDict({"last": fit_features(known)}), None, None)
    theirs = [machine(c).fit(known.features, known.labels).decision_function(known.features) for c in PENALTIES]
    assert min(np.abs(ours - one).max() for one in theirs) < 1e-3


def test_joined_tells_more_than_either_where_both_know_something() -> None:
    known, asked = cases(2, 1.2, 1.2), cases(3, 1.2, 1.2)
    both = auc(asked.labels, joined_scores(known, asked)).value
    alone = auc(asked.labels, fit_signs(known).scores(asked.signs)).value
    from torch import nn

    network = log_odds(asked.features, nn.ModuleDict({"last": fit_features(known)}), None, None)
    assert both > max(alone, auc(asked.labels, network).value) + 0.03


@pytest.mark.parametrize("silent", ["features", "signs"])
def test_the_part_that_knows_nothing_is_hardly_heard(silent: str) -> None:
    known = cases(4, *((0.0, 1.5) if silent == "features" else (1.5, 0.0)))
    last, signs = fit_joined(known)
    heard = {
        "features": float((known.features @ last.weight[1].numpy()).std()),
        "signs": float(signs.scores(known.signs).std()),
    }
    assert heard.pop(silent) < 0.25 * next(iter(heard.values()))
