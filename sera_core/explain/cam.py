"""Class activation maps: where in the crop the evidence for one class lies.

The maps come from the grad-cam package, called in a way that is fast and safe beside other threads. The
package puts hooks on the module it is given and lets autograd write ``.grad`` into its parameters, so a
model shared by several sessions would mix up their maps. Here it only ever sees a fresh, tiny module: an
identity as target layer, fed with activations that the network's body has already computed, and behind it
the shared head with frozen parameters.

Papers: Grad-CAM (Selvaraju 2017, doi 10.1109/ICCV.2017.74), Grad-CAM++ (Chattopadhay 2018,
doi 10.1109/WACV.2018.00097), XGrad-CAM (Fu 2020, arXiv 2008.02312), HiRes-CAM (Draelos 2020,
arXiv 2011.08891), Layer-CAM (Jiang 2021, doi 10.1109/TIP.2021.3089943), Eigen-CAM (Muhammad 2020,
doi 10.1109/IJCNN48605.2020.9206626).

How much a map depends on what was learnt differs (sanity check of Adebayo 2018, arXiv 1810.03292, held by a
test on ImageNet's EfficientNet-Lite0 and a cat): with a random last layer Grad-CAM, XGrad-CAM and HiRes-CAM
lose all likeness to the learnt map, whereas Grad-CAM++ and Layer-CAM, which drop negative gradients, keep a
rank correlation of about 0.9 with it, and Eigen-CAM does not change at all. Behind global average pooling
and one linear layer the first three are the same map. Hence Grad-CAM is the default.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import CamMethod, Grey
from sera_core.torch_compat import import_torchvision

if TYPE_CHECKING:
    from torch import Tensor, nn

_CLASS_NAMES = {
    CamMethod.GRADCAM: "GradCAM",
    CamMethod.GRADCAM_PLUS_PLUS: "GradCAMPlusPlus",
    CamMethod.XGRADCAM: "XGradCAM",
    CamMethod.HIRESCAM: "HiResCAM",
    CamMethod.LAYERCAM: "LayerCAM",
}
CAM_METHODS = (*_CLASS_NAMES, CamMethod.EIGENCAM)


def heatmap(method: CamMethod, activations: Tensor, head: nn.Module, target: int, size: tuple[int, int]) -> Grey:
    """Heatmap of one class on the crop.

    Parameters
    ----------
    method : CamMethod
        One of :data:`CAM_METHODS`. Eigen-CAM uses the activations only: it is the same for every class.
    activations : Tensor [1, C, h, w]
        What the network's body answered for the crop; it is copied, never written to.
    head : nn.Module
        From activations to logits ``[1, classes]``: in evaluation mode, its parameters frozen.
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
        When ``method`` is no activation map, or the head is not frozen and in evaluation mode.
    """
    return scale(raw_map(method, activations, head, target), size)


def raw_map(method: CamMethod, activations: Tensor, head: nn.Module, target: int) -> NDArray[np.float32]:
    """The signed map at the resolution of the activations, before anything is clipped or stretched.

    Parameters and errors as for :func:`heatmap`.

    Returns
    -------
    float32 [h, w]
    """
    if method not in CAM_METHODS:
        raise ValueError(f"{method} is not a class activation map")
    if activations.ndim != 4 or activations.shape[0] != 1:
        raise ValueError(f"activations of one image [1, C, h, w] are needed, not {tuple(activations.shape)}")
    if method is CamMethod.EIGENCAM:
        return _principal_map(activations.detach().cpu().numpy()[0])
    return _gradient_map(_CLASS_NAMES[method], activations, head, target)


def scale(raw: NDArray[np.float32], size: tuple[int, int]) -> Grey:
    """A raw map as the package shows it: negative parts dropped, 0 ... 1, bilinear to ``size`` (height, width)."""
    import_torchvision()
    from pytorch_grad_cam.utils.image import scale_cam_image

    positive = np.maximum(raw, 0)[None]
    return scale_cam_image(scale_cam_image(positive, (size[1], size[0])))[0]


def _gradient_map(class_name: str, activations: Tensor, head: nn.Module, target: int) -> NDArray[np.float32]:
    _check_frozen(head)
    import_torchvision()
    import pytorch_grad_cam
    import torch

    with torch.inference_mode(False), torch.enable_grad():
        leaf = activations.detach().clone().requires_grad_(True)
        probe = _probe(head, leaf)
        with getattr(pytorch_grad_cam, class_name)(model=probe, target_layers=[probe.seen]) as cam:
            hooked = cam.activations_and_grads
            hooked(leaf)[0, target].backward()
            seen, gradients = hooked.activations[0].numpy(), hooked.gradients[0].numpy()
            image = cam.get_cam_image(leaf, probe.seen, [], seen, gradients, eigen_smooth=False)
    return np.asarray(image[0], dtype=np.float32)


def _check_frozen(head: nn.Module) -> None:
    from torch.nn.modules import batchnorm, dropout

    changing = (batchnorm._BatchNorm, dropout._DropoutNd)  # other layers do the same in either mode
    training = any(layer.training for layer in head.modules() if isinstance(layer, changing))
    if training or any(parameter.requires_grad for parameter in head.parameters()):
        raise ValueError("the head is shared: put it in evaluation mode and freeze its parameters first")


def _probe(head: nn.Module, activations: Tensor) -> Any:
    """A module of its own for one call: identity, then the shared head."""
    import torch
    from torch import nn

    class Probe(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.seen = nn.Identity()
            # The package asks for the device of a parameter. The head is not registered, so that the
            # package's eval() and zero_grad() cannot reach it.
            self.anchor = nn.Parameter(torch.zeros(1, device=activations.device), requires_grad=False)

        def forward(self, x: Tensor) -> Tensor:
            return head(self.seen(x).clone())  # the copy shields what the hook keeps from in-place ReLUs

    return Probe()


def _principal_map(activations: NDArray[np.float32]) -> NDArray[np.float32]:
    """Eigen-CAM: projection on the first principal component, [C, h, w] to [h, w].

    The package asks for the full C x C basis, 45 ms at 1280 channels; the thin one holds the same first
    vector in 3 ms.
    """
    columns = activations.reshape(activations.shape[0], -1).T  # [h w, C]
    centred = columns - columns.mean(axis=0)
    _, _, basis = np.linalg.svd(centred, full_matrices=False)
    projection = centred @ basis[0]
    return projection.reshape(activations.shape[1:]).astype(np.float32)
