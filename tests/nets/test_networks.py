"""Every entry of the registry: cut, features, heatmap, transfer head, stages, and its state as a file."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import Tensor, nn

from sera_core.contracts import BadInput, CamMethod
from sera_core.explain.cam import heatmap, trace
from sera_core.nets.registry import NETWORKS, Network, network
from sera_core.nets.split import build, stages

SIDE = 96


@dataclass
class Built:
    """A whole network with untrained weights, and the same modules cut."""

    entry: Network
    whole: nn.Module
    body: nn.Sequential
    pool: nn.Sequential

    @property
    def parts(self) -> nn.ModuleDict:
        torch.manual_seed(0)
        last = nn.Linear(self.entry.features, 2)
        return nn.ModuleDict({"body": self.body, "pool": self.pool, "last": last}).eval()


@pytest.fixture(scope="module", params=NETWORKS)
def built(request: pytest.FixtureRequest) -> Built:
    entry = network(request.param)
    torch.manual_seed(0)
    whole = entry.create().eval()
    body, pool = entry.cut(whole)
    return Built(entry, whole, body.eval(), pool.eval())


def images(count: int = 2, side: int = SIDE) -> Tensor:
    return torch.randn(count, 3, side, side, generator=torch.Generator().manual_seed(1))


def original_end(entry: Network, whole: nn.Module) -> nn.Module:
    """What the whole network does behind the features that a new last layer would read."""
    if entry.name == "vgg16_hed":
        return nn.Identity()
    children = dict(whole.named_children())
    last = next(children[name] for name in ("fc", "classif", "classifier") if name in children)
    return last[-1] if isinstance(last, nn.Sequential) else last


def test_body_pool_and_original_last_layer_equal_the_whole_network(built: Built) -> None:
    with torch.no_grad():
        expected = built.whole(images())
        activations = built.body(images())
        if built.entry.name == "squeezenet":  # rectifies its last convolution before it averages
            found = built.whole.get_submodule("classifier")(activations).flatten(1)
        else:
            found = original_end(built.entry, built.whole)(built.pool(activations))
    np.testing.assert_allclose(found.numpy(), expected.numpy(), atol=1e-5, rtol=1e-5)


def test_number_of_parameters(built: Built) -> None:
    assert sum(value.numel() for value in built.whole.parameters()) == built.entry.parameters


def test_feature_layers_have_the_widths_of_the_registry(built: Built) -> None:
    with torch.no_grad():
        values = built.body(images())
        assert values.ndim == 4
        widths = {}
        for name, layer in built.pool.named_children():
            values = layer(values)
            widths[name] = values.shape[1:]
    assert {name: tuple(widths[name]) for name in built.entry.layers} == {
        name: (width,) for name, width in built.entry.layers.items()
    }
    assert list(widths)[-1] == list(built.entry.layers)[-1], "the last layer reads the last feature layer"


def test_the_evidence_layer_is_the_deepest_whose_cells_are_16_px_apart(built: Built) -> None:
    """On an input of the network's own size; windows without padding cost a cell or two."""
    side = built.entry.input_px
    with torch.device("meta"):
        parts = build(built.entry.name, pretrained=False).eval()
        cells = [stages(parts, depth)[0](torch.empty(1, 3, side, side)).shape[-1] for depth in range(1, 9)]
    assert 14 < side / cells[built.entry.evidence - 1] < 19
    assert all(side / deeper > 28 or deeper == cells[-1] for deeper in cells[built.entry.evidence :])


def test_the_evidence_layer_gives_a_heatmap(built: Built) -> None:
    parts = built.parts.requires_grad_(False)
    early, late = stages(parts, built.entry.evidence)
    with torch.no_grad():
        activations = early(images(1))
    before = activations.clone()
    traced = trace(activations, nn.Sequential(late, parts["pool"], parts["last"]))
    shown = heatmap(CamMethod.HIRESCAM, traced, 1, (SIDE, SIDE))
    assert shown.shape == (SIDE, SIDE)
    assert np.isfinite(shown).all()
    assert torch.equal(activations, before)


def test_frozen_stages_keep_still_and_everything_behind_them_learns(built: Built) -> None:
    parts = built.parts.train().requires_grad_(True)
    early, late = stages(parts, 2)
    assert len(early) == 2
    assert len(late) >= 1
    assert {id(p) for p in [*early.parameters(), *late.parameters()]} == {id(p) for p in parts["body"].parameters()}
    early.requires_grad_(False)
    with torch.no_grad():
        low = early(images())
    parts["last"](parts["pool"](late(low))).square().sum().backward()
    learning = {name for name, value in parts.named_parameters() if value.grad is not None}
    still = {id(value) for value in early.parameters()}
    assert learning == {name for name, value in parts.named_parameters() if id(value) not in still}
    assert not stages(parts, 0)[0].state_dict(), "0 frozen stages leave everything to be trained"
    parts.zero_grad(set_to_none=True)


def test_stages_one_after_the_other_are_the_body(built: Built) -> None:
    parts = built.parts
    early, late = stages(parts, 1)
    with torch.no_grad():
        torch.testing.assert_close(late(early(images(1))), parts["body"](images(1)), atol=0, rtol=0)


def test_state_survives_a_file_and_a_new_build(built: Built) -> None:
    data = save({name: value.contiguous() for name, value in built.parts.state_dict().items()})
    with torch.device("meta"):  # without numbers of its own: all of them must come from the file
        again = build(built.entry.name, pretrained=False).eval()
    again.load_state_dict(load(data), assign=True)
    with torch.no_grad():
        expected = built.parts["last"](built.pool(built.body(images(1))))
        torch.testing.assert_close(again["last"](again["pool"](again["body"](images(1)))), expected, atol=0, rtol=0)


def test_an_efficientnet_with_three_frozen_stages_is_cut_where_its_models_were_trained() -> None:
    """Stem, norm and three stages; the numbers of the layers are those of the weight files in ``models/``."""
    parts = build("efficientnet_lite0", pretrained=False)
    body = parts["body"]
    early, _ = stages(parts, 3)
    expected = [*body[0].parameters(), *body[1].parameters(), *body[2][:3].parameters()]
    assert [id(p) for p in early.parameters()] == [id(p) for p in expected]
    assert {name.split(".")[0] for name in body.state_dict()} == {"0", "1", "2", "3", "4"}


def test_an_unknown_network_is_refused_with_the_names() -> None:
    with pytest.raises(BadInput) as refusal:
        build("resnet_of_my_dreams", pretrained=False)
    for name in NETWORKS:
        assert name in refusal.value.message
