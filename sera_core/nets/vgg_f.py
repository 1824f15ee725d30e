"""VGG-F (CNN-F): Chatfield 2014 (arXiv 1405.3531), table 1, and its weights as MatConvNet published them.

Local response normalisation spans 5 channels. MatConvNet and the paper's Caffe model divide by
(2 + 1e-4 * sum of squares) to the power 0.75; torch divides its ``alpha`` by the span, hence 5e-4.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput
from sera_core.nets import cut
from sera_core.nets.create import connected, initialised
from sera_core.nets.network import Network
from sera_core.nets.weights import supplied

if TYPE_CHECKING:
    from torch import Tensor, nn

_NOT_A_NETWORK = (ValueError, KeyError, AttributeError, TypeError, IndexError, NotImplementedError)
FILE = "imagenet-vgg-f.mat"
ADDRESS = f"https://www.vlfeat.org/matconvnet/models/{FILE}"


def create() -> nn.Module:
    """The whole network: five convolutions, then 4096, 4096, 1000.

    224 px -> 54 -> pool 27 -> 27 -> pool 13 -> 13 -> 13 -> 13 -> pool 6.
    """
    from torch import nn

    def lrn() -> nn.Module:
        return nn.LocalResponseNorm(5, alpha=5e-4, beta=0.75, k=2)

    def pool() -> nn.Module:
        return nn.MaxPool2d(3, 2, ceil_mode=True)

    features = nn.Sequential(
        *(nn.Conv2d(3, 64, 11, stride=4), nn.ReLU(inplace=True), lrn(), pool()),
        *(nn.Conv2d(64, 256, 5, padding=2), nn.ReLU(inplace=True), lrn(), pool()),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True)),
        *(nn.Conv2d(256, 256, 3, padding=1), nn.ReLU(inplace=True), pool()),
    )
    return initialised(connected(features, channels=256, side=6))


def pretrained(whole: nn.Module) -> dict[str, Tensor]:
    """The published weights.

    Raises
    ------
    BadInput
        When the file is not there, or holds another network.
    """
    import torch

    found = read_mat(supplied(FILE, f"get it from {ADDRESS}").read_bytes())
    wanted = whole.state_dict()
    if [array.size for array in found] != [value.numel() for value in wanted.values()]:
        raise BadInput("weights_misfit", f"{FILE} does not hold the layers of VGG-F: download it again.")
    return {
        key: torch.from_numpy(array).view(value.shape)
        for (key, value), array in zip(wanted.items(), found, strict=True)
    }


def read_mat(data: bytes) -> list[NDArray[np.float32]]:
    """Kernels ``[out, in, row, column]`` and biases of a MatConvNet network, in order.

    MatConvNet keeps kernels as ``[row, column, in, out]``, in a layer's ``weights`` or, in older files, in its
    ``filters`` and ``biases``.
    """
    import io

    from scipy.io import loadmat
    from scipy.io.matlab import MatReadError

    try:
        layers = loadmat(io.BytesIO(data), struct_as_record=False)["layers"].ravel()
        arrays: list[NDArray[np.float32]] = []
        for layer in (cell[0, 0] for cell in layers):
            if str(layer.type[0]) == "conv":
                kernel, bias = layer.weights.ravel() if hasattr(layer, "weights") else (layer.filters, layer.biases)
                kernel = kernel.reshape(*kernel.shape, *[1] * (4 - kernel.ndim))
                arrays += [
                    np.ascontiguousarray(kernel.transpose(3, 2, 0, 1), np.float32),
                    bias.ravel().astype(np.float32),
                ]
    except (MatReadError, *_NOT_A_NETWORK) as error:
        raise BadInput("weights_unreadable", f"{FILE} is not a MatConvNet network: download it again.") from error
    return arrays


NETWORK = Network(
    name="vgg_f",
    title="VGG-F (CNN-F)",
    paper="Chatfield 2014, arXiv 1405.3531, table 1",
    mean=(122.67892 / 255, 116.66877 / 255, 104.00699 / 255),  # the file's own is an image around these means
    std=1 / 255,
    layers={"fc1": 4096, "fc2": 4096},
    evidence=5,
    parameters=60_834_536,
    create=create,
    cut=cut.vgg_f,
    pretrained=pretrained,
    weights_source=f"MatConvNet {FILE}",
    licence="the authors' own terms",
    published="VGG (VGG-F)",
)
