"""What makes several processes compute as one.

Every process draws the same batches and works on its share. The loss is weighted by the share, dropout is drawn for
the whole batch, and batch norm sees the batch of all processes: torch's own SyncBatchNorm does the last on GPUs only,
so the few lines are here. The sums are taken in another order than one process takes them, nothing else differs.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from torch import Tensor, nn


def share_statistics(module: nn.Module) -> None:
    """Let every batch norm of a module take mean and variance over the processes' whole batch."""
    from torch.nn.modules.batchnorm import _BatchNorm

    for norm in module.modules():
        if isinstance(norm, _BatchNorm):
            norm.__class__ = _shared(type(norm))  # type: ignore[arg-type]  # a class is hashable


@cache
def _shared(kind: Any) -> Any:
    """A batch norm of some kind (timm's also activates) whose statistics are everybody's."""

    def forward(self: Any, inputs: Tensor) -> Tensor:
        if not self.training:
            return kind.forward(self, inputs)
        normal = _normalised(self, inputs.float()).to(inputs.dtype)
        return self.act(self.drop(normal)) if hasattr(self, "act") else normal

    return type(f"Shared{kind.__name__}", (kind,), {"forward": forward})


def _normalised(norm: Any, inputs: Tensor) -> Tensor:
    """Ioffe and Szegedy 2015 (arXiv 1502.03167), algorithm 1, over all processes."""
    import torch

    others = [0, *range(2, inputs.ndim)]
    shape = [1, -1, *[1] * (inputs.ndim - 2)]
    own = inputs.new_tensor([inputs.numel() / inputs.shape[1]])
    total = _total()(torch.cat([inputs.sum(others), own]))
    count = total[-1].detach()
    mean = total[:-1] / count
    centred = inputs - mean.view(shape)
    variance = _total()(centred.square().sum(others)) / count
    with torch.no_grad():
        norm.num_batches_tracked += 1
        share = norm.momentum if norm.momentum is not None else 1 / float(norm.num_batches_tracked)
        norm.running_mean.lerp_(mean, share)
        norm.running_var.lerp_(variance * count / (count - 1), share)
    scale = norm.weight / (variance + norm.eps).sqrt()
    return centred * scale.view(shape) + norm.bias.view(shape)


@cache
def _total() -> Any:
    """The sum over all processes, which a gradient flows back through as a sum as well."""
    import torch
    from torch.distributed import all_reduce

    class Total(torch.autograd.Function):
        @staticmethod
        def forward(_: Any, own: Tensor) -> Tensor:
            total = own.clone()
            all_reduce(total)
            return total

        @staticmethod
        def backward(_: Any, gradient: Tensor) -> Tensor:
            total = gradient.contiguous().clone()
            all_reduce(total)
            return total

    return Total.apply
