"""A map read at another depth: the same network, the same answer, the gradient that torch finds there."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sera_core.classifiers.store import load
from sera_core.explain.depth import END, traced_at
from sera_core.images.prepare import normalise
from sera_core.nets.split import run, stages

MODEL = "lite0-simulated"


@pytest.mark.parametrize("depth", [3, END])
def test_the_trace_has_the_networks_answer_and_its_gradient_at_that_depth(depth: int) -> None:
    classifier = load(MODEL)
    side = classifier.card.preparation.input_px
    crops = np.random.default_rng(0).random((2, side, side), dtype=np.float32)
    traced = traced_at(classifier, classifier.parts, depth, crops)
    early, late = stages(classifier.parts, depth)
    leaf = run(early, normalise(crops, classifier.card.preparation)).clone().requires_grad_(True)
    pooled = classifier.parts["pool"](late(leaf))
    benign, suspicious = classifier.parts["last"](pooled).T
    (wanted,) = torch.autograd.grad((suspicious - benign).sum(), leaf)
    np.testing.assert_allclose(traced.features, pooled.detach().numpy(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(traced.logits[:, 1].detach(), (suspicious - benign).detach(), rtol=1e-4, atol=1e-5)
    np.testing.assert_allclose(traced.gradients(1), wanted.numpy(), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(traced.gradients(0), -wanted.numpy(), rtol=1e-3, atol=1e-6)


def test_one_crop_is_a_trace_of_one() -> None:
    classifier = load(MODEL)
    side = classifier.card.preparation.input_px
    crop = np.random.default_rng(1).random((side, side), dtype=np.float32)
    alone, many = (traced_at(classifier, classifier.parts, END, some) for some in (crop, crop[None]))
    assert len(alone.logits) == 1
    assert torch.equal(alone.logits, many.logits)
