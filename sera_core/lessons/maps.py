"""What one layer of a network answers for one picture, its kernels, and a table of features in two dimensions."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import nn

Array = NDArray[np.float32]


def convolutions(body: nn.Module) -> dict[str, nn.Module]:
    """The convolutions of a network by name, in their order."""
    from torch import nn

    return {name: module for name, module in body.named_modules() if isinstance(module, nn.Conv2d)}


def maps_at(body: nn.Module, name: str, inputs: Array) -> Array:
    """The maps ``[C, h, w]`` of one layer for one picture ``[3, H, W]``.

    The network may be shared by several sessions, so a copy of it is listened to.
    """
    import torch

    own, heard = copy.deepcopy(body), []
    own.get_submodule(name).register_forward_hook(lambda module, seen, out: heard.append(out))
    with torch.no_grad():
        own(torch.from_numpy(inputs)[None])
    return heard[0][0].numpy()


def kernel_of(body: nn.Module, name: str, number: int) -> Array:
    """The kernel ``[C, k, k]`` that makes map ``number`` of a convolution."""
    weight = body.get_parameter(f"{name}.weight")
    return weight.detach()[number].float().cpu().numpy()


def embed(features: Array) -> tuple[NDArray[np.float64], tuple[float, float]]:
    """A feature table ``[N, F]`` in the plane of its greatest spread (principal components).

    Returns
    -------
    points : [N, 2]
    shares : (float, float)
        Share of the whole variance along each axis.
    """
    centred = np.asarray(features, float) - np.mean(features, axis=0)
    left, spread, _ = np.linalg.svd(centred, full_matrices=False)
    variance = spread**2 / (spread**2).sum()
    return left[:, :2] * spread[:2], (float(variance[0]), float(variance[1]))
