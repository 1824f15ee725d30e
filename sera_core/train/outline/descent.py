"""Train the outline network: cross-entropy and Dice on examples that are drawn anew every time.

Small pictures first, then larger ones. A killed run goes on at its last checkpoint and comes to the same weights:
every batch is drawn from a seed of its own, and the optimiser's moments are kept.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sera_core.train import checkpoint
from sera_core.train.outline.vary import Example, example
from sera_core.train.outline.views import View

if TYPE_CHECKING:
    import torch
    from torch import Tensor

    from sera_core.outline.unet import UNet

KEEP_EVERY = 100  # steps between two checkpoints
RATES = (1 / 3, 1.0, 10.0)  # of encoder, decoder and hint layers, against the phase's: the last begin at zero
WARM = 0.05  # share of a phase in which the rate rises


@dataclass(frozen=True)
class Phase:
    """A stretch of training at one input size.

    Attributes
    ----------
    shape : (height, width)
        Of the network's input.
    steps, batch : int
    rate : float
        Highest learning rate of the decoder.
    """

    shape: tuple[int, int]
    steps: int
    batch: int
    rate: float


@dataclass(frozen=True)
class Course:
    """Which frames in which shares, and the phases.

    Attributes
    ----------
    pools : sequence of sequence of View
    shares : sequence of float
        Chance of each pool.
    phases : sequence of Phase
    seed : int
    key : str
        Names the run: a checkpoint of another one is not taken up.
    """

    pools: Sequence[Sequence[View]]
    shares: Sequence[float]
    phases: Sequence[Phase]
    seed: int
    key: str


def descend(net: UNet, course: Course, folder: Path, report: Callable[[str], None]) -> UNet:
    """Train a network in place.

    Parameters
    ----------
    net : UNet
        Where to begin.
    course : Course
    folder : Path
        For the checkpoint.
    report : callable
        Takes one line now and then.
    """
    import torch

    encoder = [p for p in net.encoder.parameters() if p.requires_grad]
    decoder, hints = [*net.decoder.parameters(), *net.head.parameters()], [*net.hints.parameters()]
    optimiser = torch.optim.AdamW([{"params": part} for part in (encoder, decoder, hints)], weight_decay=0.01)
    done = _resume(net, optimiser, folder, course.key)
    plan = [(phase, step) for phase in course.phases for step in range(phase.steps)]
    recent = []
    for number in range(done, len(plan)):
        phase, step = plan[number]
        rate = phase.rate * _slope(step / phase.steps)
        for group, share in zip(optimiser.param_groups, RATES, strict=True):
            group["lr"] = rate * share
        recent.append(_step(net.train(), optimiser, _batch(course, phase, number)))
        if (number + 1) % KEEP_EVERY == 0 or number + 1 == len(plan):
            _keep(net, optimiser, folder, course.key, number + 1)
            report(f"{course.key} step {number + 1}/{len(plan)} loss {np.mean(recent):.4f}")
            recent = []
    return net.eval()


def _slope(share: float) -> float:
    """Up in the first steps, then down along a cosine to a hundredth."""
    if share < WARM:
        return share / WARM
    return 0.01 + 0.99 * (1 + np.cos(np.pi * (share - WARM) / (1 - WARM))) / 2


def _batch(course: Course, phase: Phase, number: int) -> list[Example]:
    generator = np.random.default_rng([course.seed, number])
    chosen = generator.choice(len(course.pools), phase.batch, p=course.shares)
    pools = [course.pools[int(pool)] for pool in chosen]
    views = (pool[int(generator.integers(len(pool)))] for pool in pools)
    return [example(view.pixels, view.mask, phase.shape, generator) for view in views]


def _step(net: UNet, optimiser: torch.optim.Optimizer, batch: list[Example]) -> float:
    import torch

    grey, hint, mask = (
        torch.from_numpy(np.stack([getattr(one, name) for one in batch]).astype(np.float32)[:, None])
        for name in ("grey", "hint", "mask")
    )
    loss = loss_of(net(grey.contiguous(memory_format=torch.channels_last), hint), mask)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(net.parameters(), 5.0)
    optimiser.step()
    return float(loss.detach())


def loss_of(logits: Tensor, masks: Tensor) -> Tensor:
    """Cross-entropy plus one minus the soft Dice of the frames that have a nodule (Milletari 2016).

    Parameters
    ----------
    logits : float32 [n, 1, h, w]
    masks : float32 [n, 1, 2h, 2w]
    """
    from torch.nn import functional

    target = functional.avg_pool2d(masks, 2)
    entropy = functional.binary_cross_entropy_with_logits(logits, target)
    share = logits.sigmoid()
    common, total = (share * target).sum((1, 2, 3)), (share + target).sum((1, 2, 3))
    there = target.sum((1, 2, 3)) > 0
    if not bool(there.any()):
        return entropy
    return entropy + (1 - (2 * common + 1) / (total + 1))[there].mean()


def _keep(net: UNet, optimiser: torch.optim.Optimizer, folder: Path, key: str, done: int) -> None:
    kept = {f"net.{name}": tensor for name, tensor in net.state_dict().items()}
    for number, slot in optimiser.state_dict()["state"].items():
        kept |= {f"moment.{number}.{name}": value for name, value in slot.items()}
    checkpoint.write(folder, key, kept, {"done": done})


def _resume(net: UNet, optimiser: torch.optim.Optimizer, folder: Path, key: str) -> int:
    """Take up this run's checkpoint; the number of steps done."""
    kept = checkpoint.read(folder, key)
    if kept is None:
        return 0
    tensors, facts = kept
    net.load_state_dict(checkpoint.under("net", tensors))
    slots: dict[int, dict[str, Any]] = {}
    for name, tensor in checkpoint.under("moment", tensors).items():
        number, what = name.split(".")
        slots.setdefault(int(number), {})[what] = tensor
    optimiser.load_state_dict({"state": slots, "param_groups": optimiser.state_dict()["param_groups"]})
    return int(facts["done"])
