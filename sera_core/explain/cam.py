"""Class activation maps: where in the crop the evidence for one class lies.

One call asks autograd for the gradient of one logit at a copy of activations that the network's body has already
computed; nothing is hooked and no ``.grad`` is written, so that sessions can share a head. Tests hold every map to
what the grad-cam package gives in its usual call, which costs several times as much and is not safe beside other
threads; importing it alone costs half of what importing torch does.

Papers: Grad-CAM (Selvaraju 2017, doi 10.1109/ICCV.2017.74), Grad-CAM++ (Chattopadhay 2018,
doi 10.1109/WACV.2018.00097), XGrad-CAM (Fu 2020, arXiv 2008.02312), HiRes-CAM (Draelos 2020,
arXiv 2011.08891), Layer-CAM (Jiang 2021, doi 10.1109/TIP.2021.3089943), Eigen-CAM (Muhammad 2020,
doi 10.1109/IJCNN48605.2020.9206626).

How much a map depends on what was learnt differs (sanity check of Adebayo 2018, arXiv 1810.03292, held by a
test on ImageNet's EfficientNet-Lite0 and a cat): with a random last layer Grad-CAM, XGrad-CAM and HiRes-CAM
lose all likeness to the learnt map, whereas Grad-CAM++ and Layer-CAM, which drop negative gradients, keep a
rank correlation of about 0.9 with it, and Eigen-CAM does not change at all. Behind global average pooling
and one linear layer the first three are the same map. Read at the evidence layer, where the place is still known,
HiRes-CAM is the default: see ``benchmark explain``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import CamMethod, Grey

if TYPE_CHECKING:
    from torch import Tensor, nn

Maps = NDArray[np.float32]  # [N, C, h, w]


def _gradcam(maps: Maps, gradients: Maps) -> Maps:
    return gradients.mean(axis=(2, 3), keepdims=True) * maps


def _gradcam_plus_plus(maps: Maps, gradients: Maps) -> Maps:
    squares = gradients**2
    shares = squares / (2 * squares + _sum(maps) * (squares * gradients) + 1e-6)  # equation 19
    return _sum(np.maximum(gradients, 0) * shares) * maps


def _xgradcam(maps: Maps, gradients: Maps) -> Maps:
    return _sum(gradients * maps / (_sum(maps) + 1e-7)) * maps


def _hirescam(maps: Maps, gradients: Maps) -> Maps:
    return gradients * maps


def _layercam(maps: Maps, gradients: Maps) -> Maps:
    return np.maximum(gradients, 0) * maps


def _sum(maps: Maps) -> Maps:
    return maps.sum(axis=(2, 3), keepdims=True)


_EVIDENCE: dict[CamMethod, Callable[[Maps, Maps], Maps]] = {  # the map is its sum over the channels
    CamMethod.GRADCAM: _gradcam,
    CamMethod.GRADCAM_PLUS_PLUS: _gradcam_plus_plus,
    CamMethod.XGRADCAM: _xgradcam,
    CamMethod.HIRESCAM: _hirescam,
    CamMethod.LAYERCAM: _layercam,
}
CAM_METHODS = (*_EVIDENCE, CamMethod.EIGENCAM)


@dataclass(frozen=True, eq=False)
class Trace:
    """One pass of a network's head that can still be asked which activations moved a logit.

    Attributes
    ----------
    activations : Tensor [N, C, h, w]
        A copy of what the body answered at the evidence layer, for one crop or for several views of it.
    pooled : Tensor [N, F]
        What the last layer read.
    logits : Tensor [N, classes]
    """

    activations: Tensor
    pooled: Tensor
    logits: Tensor
    _found: dict[int, Maps] = field(default_factory=dict)

    @property
    def features(self) -> NDArray[np.float32]:
        """What the last layer read, ``[N, F]``: an answer that needs no second pass."""
        return self.pooled.detach().cpu().numpy()

    def gradients(self, target: int) -> Maps:
        """Gradient of each view's logit with respect to its activations; asked once, and no ``.grad`` is written."""
        import torch

        if target not in self._found:
            with torch.inference_mode(False):
                (found,) = torch.autograd.grad(self.logits[:, target].sum(), self.activations, retain_graph=True)
            self._found[target] = found.cpu().numpy()
        return self._found[target]


def trace(activations: Tensor, head: nn.Sequential) -> Trace:
    """Run the head on a copy of activations ``[N, C, h, w]``: prediction and heatmap come from this one pass.

    Parameters
    ----------
    activations : Tensor [N, C, h, w]
        What the network's body answered for the crops; never written to.
    head : nn.Sequential
        From activations to logits ``[N, classes]``, the last layer at its end: in evaluation mode, its parameters
        frozen.

    Raises
    ------
    ValueError
        When these are no activations, or the head is not frozen and in evaluation mode.
    """
    if activations.ndim != 4:
        raise ValueError(f"activations [N, C, h, w] are needed, not {tuple(activations.shape)}")
    _check_frozen(head)
    import torch

    with torch.inference_mode(False), torch.enable_grad():
        leaf = activations.detach().clone().requires_grad_(True)
        pooled = head[:-1](leaf.clone())  # the second copy shields the leaf from in-place ReLUs
        return Trace(leaf, pooled, head[-1](pooled))


def heatmap(method: CamMethod, traced: Trace, target: int, size: tuple[int, int]) -> Grey:
    """Heatmap of one class on the crop.

    Parameters
    ----------
    method : CamMethod
        One of :data:`CAM_METHODS`. Eigen-CAM uses the activations only: it is the same for every class.
    traced : Trace
        Of :func:`trace`.
    target : int
        Which logit to explain (0 benign, 1 malignant).
    size : (int, int)
        Height and width of the crop.

    Returns
    -------
    float32 [H, W]
        0 ... 1; all zero where nothing speaks for the class.

    Raises
    ------
    ValueError
        When ``method`` is no activation map.

    Examples
    --------
    >>> import torch
    >>> head = torch.nn.Sequential(torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten(), torch.nn.Linear(3, 2))
    >>> traced = trace(torch.rand(1, 3, 4, 4), head.eval().requires_grad_(False))
    >>> found = heatmap(CamMethod.HIRESCAM, traced, target=1, size=(64, 64))
    >>> found.shape, bool(found.min() >= 0), bool(found.max() <= 1)
    ((64, 64), True, True)
    """
    return scale(raw_map(method, traced, target), size)


def raw_map(method: CamMethod, traced: Trace, target: int) -> NDArray[np.float32]:
    """The signed map of the first crop at the resolution of the activations, before anything is clipped or stretched.

    Parameters and errors as for :func:`heatmap`.

    Returns
    -------
    float32 [h, w]
    """
    return raw_maps(method, traced, target)[0]


def raw_maps(method: CamMethod, traced: Trace, target: int) -> NDArray[np.float32]:
    """The same of every crop, ``[N, h, w]``."""
    if method not in CAM_METHODS:
        raise ValueError(f"{method} is not a class activation map")
    maps = traced.activations.detach().cpu().numpy()
    if method is CamMethod.EIGENCAM:
        return np.stack([_principal_map(one) for one in maps])
    return _EVIDENCE[method](maps, traced.gradients(target)).sum(axis=1)


def scale(raw: NDArray[np.float32], size: tuple[int, int]) -> Grey:
    """A raw map as one looks at it: negative parts dropped, 0 ... 1, bilinear to ``size`` (height, width)."""
    from cv2 import resize

    stretched = resize(_stretched(np.maximum(raw, 0)), (size[1], size[0]))
    return _stretched(np.asarray(stretched, np.float32))


def _stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """From 0 to 1; a flat map stays 0."""
    above = values - values.min()
    return above / (1e-7 + above.max())


def _check_frozen(head: nn.Module) -> None:
    from torch.nn.modules import batchnorm, dropout

    changing = (batchnorm._BatchNorm, dropout._DropoutNd)  # other layers do the same in either mode
    training = any(layer.training for layer in head.modules() if isinstance(layer, changing))
    if training or any(parameter.requires_grad for parameter in head.parameters()):
        raise ValueError("the head is shared: put it in evaluation mode and freeze its parameters first")


def _principal_map(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Eigen-CAM: projection on the first principal component, [C, h, w] to [h, w].

    The thin basis holds the same first vector as the full C x C one, in 3 ms for 45 at 1280 channels.
    """
    columns = activations.reshape(activations.shape[0], -1).T  # [h w, C]
    centred = columns - columns.mean(axis=0)
    _, _, basis = np.linalg.svd(centred, full_matrices=False)
    projection = centred @ basis[0]
    return projection.reshape(activations.shape[1:]).astype(np.float32)
