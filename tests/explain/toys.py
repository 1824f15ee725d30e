"""Small networks whose right explanation is known."""

from __future__ import annotations

import numpy as np
import torch
from torch import nn

SIDE = 96


class QuadrantTexture(nn.Module):
    """Sees the fine texture of the top left quadrant and nothing else: [B, 1, 96, 96] to [B, 2, 12, 12]."""

    def __init__(self) -> None:
        super().__init__()
        laplace = torch.tensor([[0.0, 1, 0], [1, -4, 1], [0, 1, 0]])
        self.register_buffer("kernel", laplace[None, None])
        mask = torch.zeros(12, 12)
        mask[:6, :6] = 1
        self.register_buffer("mask", mask)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        texture = nn.functional.conv2d(x, self.kernel, padding=1).abs()
        seen = nn.functional.avg_pool2d(texture, 8) * self.mask
        return torch.cat([torch.ones_like(seen), seen], dim=1)


def quadrant_head() -> nn.Module:
    linear = nn.Linear(2, 2)
    with torch.no_grad():
        linear.weight.copy_(torch.tensor([[0.0, -10.0], [0.0, 10.0]]))
        linear.bias.copy_(torch.tensor([2.0, -2.0]))
    return frozen(nn.Sequential(nn.AdaptiveAvgPool2d(1), nn.Flatten(), linear))


def frozen(module: nn.Module) -> nn.Module:
    return module.eval().requires_grad_(False)


def probability(body: nn.Module, head: nn.Module, target: int = 1):
    def predict(crops: np.ndarray) -> np.ndarray:
        with torch.inference_mode():
            return torch.softmax(head(body(torch.from_numpy(crops)[:, None])), dim=1)[:, target].numpy()

    return predict


def speckle(seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).random((SIDE, SIDE), dtype=np.float32)
