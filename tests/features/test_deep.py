"""Features at a layer against the network's own modules, called one by one."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from sera_core.contracts import BadInput
from sera_core.features.deep import features
from sera_core.images.prepare import Preparation, normalise
from sera_core.nets.registry import network
from sera_core.nets.split import build, pooled_features

SIDE = 64


def crops(count: int) -> np.ndarray:
    return np.random.default_rng(0).random((count, SIDE, SIDE), dtype=np.float32)


def preparation(name: str) -> Preparation:
    entry = network(name)
    return Preparation(SIDE, "square", 1.1, entry.mean, entry.std)


def test_fc1_and_fc2_of_alexnet_are_what_its_own_classifier_answers() -> None:
    torch.manual_seed(0)
    entry = network("alexnet")
    whole = entry.create().eval()
    body, pool = entry.cut(whole)
    parts = torch.nn.ModuleDict({"body": body, "pool": pool}).eval()
    pictures, how = crops(3), preparation("alexnet")
    classifier = whole.get_submodule("classifier")
    with torch.no_grad():
        flat = whole.get_submodule("avgpool")(
            whole.get_submodule("features")(torch.from_numpy(normalise(pictures, how)))
        )
        fc1 = torch.relu(classifier[1](flat.flatten(1)))
        fc2 = torch.relu(classifier[4](fc1))
    for layer, expected in {"fc1": fc1, "fc2": fc2}.items():
        found = features(parts, pictures, how, layer, chunk=2)
        assert found.shape == (3, entry.layers[layer])
        np.testing.assert_allclose(found, expected.numpy(), rtol=1e-4, atol=1e-6)


def test_the_last_layer_s_features_are_the_pooled_ones() -> None:
    parts, how = build("squeezenet", pretrained=False).eval(), preparation("squeezenet")
    np.testing.assert_array_equal(features(parts, crops(2), how, "avg"), pooled_features(parts, crops(2), how))


def test_an_unknown_layer_is_refused_with_the_names() -> None:
    with pytest.raises(BadInput, match="avg"):
        features(build("squeezenet", pretrained=False), crops(1), preparation("squeezenet"), "fc7")
