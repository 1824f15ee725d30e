"""Features to probabilities: out of fold, side by side, averaged."""

from __future__ import annotations

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.evaluate.roc import auc
from sera_core.lessons import decision
from sera_core.lessons.bank import load_bank
from sera_core.lessons.margin import folds_of


def made(seed: int, count: int = 60, apart: float = 1.5) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    labels = np.arange(count) % 2
    return (random.normal(size=(count, 6)) + labels[:, None] * apart).astype(np.float32), labels


@pytest.mark.parametrize("reader", decision.READERS)
def test_each_case_is_judged_by_a_classifier_that_never_saw_it(reader: str) -> None:
    features, labels = made(0)
    found = decision.judge(reader, features, labels, features[0])
    fold = folds_of(np.where(labels > 0, 1.0, -1.0))
    rest = fold != fold[7]
    alone = decision.malignant(decision.fit(reader, features[rest], labels[rest]), features[7:8])
    assert found.probabilities[7] == pytest.approx(alone[0])
    assert auc(labels, found.probabilities).value > 0.8
    assert 0 <= found.own <= 1


def test_labels_without_meaning_cannot_be_learnt() -> None:
    features, labels = made(1, 120, apart=0.0)
    found = decision.judge("Random forest", features, labels, features[0])
    assert auc(labels, found.probabilities).value < 0.65


def test_side_by_side_and_averaged() -> None:
    first, _ = made(2)
    second, _ = made(3)
    both = decision.concatenated({"a": first, "b": second})
    assert both.shape == (60, 12)
    assert (both[:, 6:] == second).all()
    one, two = decision.Opinion(np.array([0.2, 0.4]), 0.1), decision.Opinion(np.array([0.6, 0.4]), 0.3)
    mean = decision.averaged([one, two])
    assert mean.probabilities == pytest.approx([0.4, 0.4])
    assert mean.own == pytest.approx(0.2)


def test_nothing_chosen_is_refused_in_words() -> None:
    with pytest.raises(BadInput, match="No layer is chosen"):
        decision.concatenated({})
    with pytest.raises(BadInput, match="at least one classifier"):
        decision.averaged([])


def test_the_shipped_features_say_something() -> None:
    bank = load_bank()
    layer = bank.layers["Lite0 stage 5"]
    assert auc(bank.labels, decision.judge("SVM", layer, bank.labels, layer[0]).probabilities).value > 0.75
