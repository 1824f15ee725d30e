"""One heatmap with its fidelity, from what the diagnosis already has in hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sera_core.contracts import Box, CamMethod, Grey, Heatmap
from sera_core.explain.cam import heatmap, scale
from sera_core.explain.fidelity import fidelity
from sera_core.explain.occlusion import occlusion_map
from sera_core.explain.perturb import Predict

if TYPE_CHECKING:
    from torch import Tensor, nn


def explain(
    method: CamMethod,
    crop: Grey,
    crop_box: Box,
    box: Box,
    predict: Predict,
    network: tuple[Tensor, nn.Module, int] | None = None,
    seed: int = 0,
) -> Heatmap:
    """Heatmap of the class shown, and how far to trust it.

    Parameters
    ----------
    method : CamMethod
    crop : float32 [h, w]
        What the model saw, 0 ... 1.
    crop_box : Box
        Where the crop lies on the frame.
    box : Box
        The region of interest on the frame.
    predict : callable
        From crops ``[N, h, w]`` to the probability ``[N]`` of the class shown.
    network : (activations [1, C, h', w'], head, target) or None
        As for :func:`sera_core.explain.cam.heatmap`. None: a model without gradients, which only
        :attr:`CamMethod.OCCLUSION` can explain.
    seed : int
        Of the random fifths.

    Returns
    -------
    Heatmap

    Raises
    ------
    ValueError
        When the method needs a network and there is none.
    """
    if method is CamMethod.OCCLUSION:
        values = scale(occlusion_map(predict, crop), crop.shape)
    elif network is not None:
        values = heatmap(method, *network, size=crop.shape)
    else:
        raise ValueError(f"{method} needs a network's activations: use {CamMethod.OCCLUSION} for this model")
    trust = fidelity(predict, crop, values, box_on_crop(box, crop_box, crop.shape), seed)
    return Heatmap(method=method, values=values, crop=crop, crop_box=crop_box, fidelity=trust)


def box_on_crop(box: Box, crop_box: Box, shape: tuple[int, ...]) -> Box:
    """A box of the frame in pixels of the crop, clipped to it.

    Raises
    ------
    BadInput
        When no part of the box lies on the crop.
    """
    height, width = shape[0], shape[1]
    down, right = height / crop_box.height, width / crop_box.width
    left, top = round((box.x - crop_box.x) * right), round((box.y - crop_box.y) * down)
    size = max(round(box.width * right), 1), max(round(box.height * down), 1)
    return Box(left, top, *size).clipped(height, width)
