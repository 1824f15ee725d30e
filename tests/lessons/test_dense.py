"""Fully connected layer and softmax against torch; the terms sum to the answer."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sera_core.lessons.dense import dense, evidence, softmax


@given(inputs=st.integers(1, 8), outputs=st.integers(1, 8), seed=st.integers(0, 50))
def test_a_layer_is_torchs(inputs: int, outputs: int, seed: int) -> None:
    import torch

    random = np.random.default_rng(seed)
    x, matrix, bias = random.normal(size=inputs), random.normal(size=(outputs, inputs)), random.normal(size=outputs)
    theirs = torch.nn.functional.linear(*(torch.from_numpy(value) for value in (x, matrix, bias)))
    ours = dense(x, matrix, bias)
    np.testing.assert_allclose(ours.shifted, theirs.numpy(), atol=1e-12)
    np.testing.assert_allclose(ours.active, theirs.relu().numpy(), atol=1e-12)
    np.testing.assert_allclose(ours.product, ours.shifted - bias, atol=1e-12)


@given(scores=st.lists(st.floats(-500, 500), min_size=1, max_size=9), temperature=st.floats(0.05, 50))
def test_softmax_is_torchs_and_never_overflows(scores: list[float], temperature: float) -> None:
    import torch

    ours = softmax(scores, temperature)
    theirs = torch.softmax(torch.tensor(scores, dtype=torch.float64) / temperature, 0).numpy()
    np.testing.assert_allclose(ours, theirs, atol=1e-9)
    assert ours.sum() == pytest.approx(1)


def test_temperature_evens_out_or_leaves_the_largest() -> None:
    scores = [2.0, 1.0, 0.0]
    np.testing.assert_allclose(softmax(scores, 1e6), [1 / 3] * 3, atol=1e-5)
    np.testing.assert_allclose(softmax(scores, 0.01), [1, 0, 0], atol=1e-9)


def test_the_terms_sum_to_the_difference_of_the_logits() -> None:
    random = np.random.default_rng(1)
    matrix, bias, x = random.normal(size=(2, 40)), random.normal(size=2), random.normal(size=40)
    found = evidence(x, matrix, bias)
    assert found.terms.sum() + found.bias == pytest.approx(found.score)
    top = found.strongest(5)
    assert set(top) == set(np.argsort(-np.abs(found.terms))[:5])
    assert list(found.terms[top]) == sorted(found.terms[top], reverse=True)
