"""Grad-CAM with every step in the hand: maps, gradients, their means as weights, sum, ReLU.

Selvaraju 2017, doi 10.1109/ICCV.2017.74. The page's heatmaps come from ``explain``; a test holds the two together.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from torch import Tensor, nn

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Steps:
    """The way from maps to a heatmap.

    Attributes
    ----------
    maps : [C, h, w]
        What the last convolution answered.
    gradients : [C, h, w]
        How much the class's score would rise with each cell.
    weights : [C]
        Mean gradient of each map.
    total : [h, w]
        Sum of the maps, each times its weight.
    positive : [h, w]
        The same without what speaks against the class.
    score : float
        The class's log-odds.
    """

    maps: Array
    gradients: Array
    weights: Array
    total: Array
    positive: Array
    score: float

    def strongest(self, count: int) -> NDArray[np.intp]:
        """Numbers of the maps that add most to the sum, for or against."""
        given = np.abs(self.weights) * np.abs(self.maps).mean(axis=(1, 2))
        return np.argsort(-given)[:count]


def grad_cam(activations: Tensor, head: nn.Module, target: int) -> Steps:
    """Explain one class.

    Parameters
    ----------
    activations : Tensor [1, C, h, w]
    head : nn.Module
        From activations to a score of each class ``[1, classes]``; shared, so it is only run, never changed.
    target : int
    """
    import torch

    with torch.inference_mode(False), torch.enable_grad():
        leaf = activations.detach().clone().requires_grad_(True)
        score = head(leaf.clone())[0, target]
        (gradient,) = torch.autograd.grad(score, leaf)
    maps, gradients = leaf.detach()[0].numpy(), gradient[0].numpy()
    weights = gradients.mean(axis=(1, 2))
    total = (weights[:, None, None] * maps).sum(axis=0)
    return Steps(maps, gradients, weights, total, np.maximum(total, 0), float(score.detach()))


def random_head(head: nn.Sequential, seed: int) -> nn.Sequential:
    """A copy of the head whose last layer has learnt nothing: the same spread of weights, drawn at random."""
    import copy

    import torch
    from torch import nn

    other = copy.deepcopy(head)
    last = [module for module in other.modules() if isinstance(module, nn.Linear)][-1]
    drawn = torch.randn(last.weight.shape, generator=torch.Generator().manual_seed(seed))
    with torch.no_grad():
        last.weight.copy_(drawn * last.weight.std())
    return other


def likeness(one: Array, other: Array) -> float:
    """Spearman's rank correlation of two maps: 1 is the same order of heat, 0 no likeness; 0 where one is flat.

    With the map of a random last layer it is the sanity check of Adebayo 2018 (arXiv 1810.03292).
    """
    from scipy.stats import spearmanr

    if np.ptp(one) == 0 or np.ptp(other) == 0:
        return 0.0
    return float(spearmanr(one.ravel(), other.ravel()).statistic)
