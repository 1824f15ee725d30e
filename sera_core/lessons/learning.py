"""A network learning on a small set in sight: which layers move, how fast, and what it does to cases left out.

Stochastic gradient descent with momentum on cross-entropy, as in Lee 2019 (Sci Rep 9:19854). What lies before the
first layer that moves gives the same output in every epoch, so it runs once. Batch statistics stay those of ImageNet;
a network that starts from random weights has none, and takes those of its batches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Grey
from sera_core.images.prepare import normalise
from sera_core.lessons.bank import NETWORKS, load_bank, preparation

if TYPE_CHECKING:
    from torch import Tensor, nn

GROUPS = ("Stem", "Stages 1-2", "Stages 3-4", "Stages 5-7", "Head", "Last layer")
BATCH, MOMENTUM, LEFT_OUT = 8, 0.9, 120
READ = 32  # nodules that are read at once where nothing is learnt


@dataclass(frozen=True)
class Settings:
    """One training run.

    Attributes
    ----------
    moving : tuple of str
        The groups of :data:`GROUPS` whose weights are trained; the others are frozen.
    rate : float
        Learning rate.
    epochs : int
    cases : int
        Nodules to learn from, half of them malignant.
    scratch : bool
        Start from random weights, not from those that know photographs.
    draw : int
        Which nodules are learnt from and which left out, and where the new layer starts.
    """

    moving: tuple[str, ...]
    rate: float
    epochs: int
    cases: int
    scratch: bool = False
    draw: int = 0


@dataclass(frozen=True)
class Epoch:
    """Where the network stands after an epoch.

    Attributes
    ----------
    number : int
        0 is before the first step.
    loss, accuracy : float
        On the nodules it learns from.
    left_out_loss, left_out_accuracy : float
        On the nodules left out.
    moved : dict of float
        How far the weights of each group are from their start, over their own length.
    weight : (before, velocity, after)
        One weight of the last layer in the epoch's last step.
    answers : tuple of float
        Probability of malignancy of each nodule left out.
    own : float
        Probability of malignancy for the nodule under study; NaN where there was none.
    """

    number: int
    loss: float
    accuracy: float
    left_out_loss: float
    left_out_accuracy: float
    moved: dict[str, float]
    weight: tuple[float, float, float]
    answers: tuple[float, ...]
    own: float


@dataclass(frozen=True, eq=False)
class Student:
    """A network in training, cut into the part that runs once and the part that learns."""

    groups: dict[str, nn.Module]
    moving: tuple[str, ...]
    fixed: tuple[str, ...]
    scratch: bool
    start: dict[str, Tensor]

    def fixed_part(self, crops: Grey) -> Tensor:
        """What the layers before the first moving one say of the crops ``[N, h, w]``."""
        import torch

        x = torch.from_numpy(normalise(crops, preparation())).to(memory_format=torch.channels_last)
        with torch.no_grad():
            return torch.cat([self._through(part, self.fixed) for part in x.split(READ)])

    def logits(self, x: Tensor) -> Tensor:
        """The rest of the way, ``[N, 2]``."""
        return self._through(x, tuple(name for name in GROUPS if name not in self.fixed))

    def learning(self, now: bool) -> None:
        """Take the statistics of its batches while it learns; only a network that has none does."""
        for name in self.moving:
            self.groups[name].train(now and self.scratch)

    def moved(self) -> dict[str, float]:
        """Distance of each group's weights from their start, over the length of the start."""
        now = {name: _flat(group) for name, group in self.groups.items()}
        return {name: float((now[name] - self.start[name]).norm() / self.start[name].norm()) for name in GROUPS}

    def _through(self, x: Tensor, names: Sequence[str]) -> Tensor:
        for name in names:
            if name == "Last layer":
                x = x.mean(dim=(2, 3))
            x = self.groups[name](x)
        return x


def student(settings: Settings) -> Student:
    """A network with a new last layer, of which only some groups move.

    Raises
    ------
    BadInput
        When nothing is to move.
    """
    import torch

    from sera_core.nets.split import build

    moving = settings.moving
    if not moving:
        raise BadInput("all_frozen", "Every layer is frozen, so nothing can be learnt: let at least one group move.")
    torch.manual_seed(settings.draw)
    parts = build(NETWORKS[0], pretrained=not settings.scratch).eval()
    parts.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub knows tensors only
    body = cast("nn.Sequential", parts["body"])
    stages = cast("nn.Sequential", body[2])
    cut = (body[:2], stages[:2], stages[2:4], stages[4:], body[3:], parts["last"])
    groups = dict(zip(GROUPS, cut, strict=True))
    for name, group in groups.items():
        group.requires_grad_(name in moving)
    fixed = GROUPS[: min(GROUPS.index(name) for name in moving)]
    return Student(groups, moving, fixed, settings.scratch, {name: _flat(group) for name, group in groups.items()})


def _flat(group: nn.Module) -> Tensor:
    import torch

    return torch.cat([value.detach().flatten().clone() for value in group.parameters()])


def split(settings: Settings) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Rows of the bank to learn from, and rows left out; both hold each class alike."""
    labels = load_bank().labels
    order = np.random.default_rng(settings.draw).permutation(len(labels))
    benign, malignant = order[labels[order] == 0], order[labels[order] == 1]
    half, out = settings.cases // 2, LEFT_OUT // 2
    learn = np.concatenate([benign[out : out + half], malignant[out : out + half]])
    return learn, np.concatenate([benign[:out], malignant[:out]])


def train(settings: Settings, own: Grey | None = None) -> Iterator[Epoch]:
    """Train, telling after each epoch where the network stands; stop by asking no further.

    Parameters
    ----------
    settings : Settings
    own : float32 [h, w], optional
        The nodule under study, as a crop of the bank.

    Raises
    ------
    BadInput
        When every group is frozen, or the loss is no longer a number.
    """
    import torch

    from sera_core.train.descent import cross_entropy

    pupil, bank = student(settings), load_bank()
    learn, left_out = split(settings)
    known, unknown = (pupil.fixed_part(bank.crops[rows]) for rows in (learn, left_out))
    mine = None if own is None else pupil.fixed_part(own[None])
    targets = torch.from_numpy(bank.labels[learn]).float()
    truth = torch.from_numpy(bank.labels[left_out]).float()
    moving = [value for name in settings.moving for value in pupil.groups[name].parameters()]
    optimiser = torch.optim.SGD(moving, settings.rate, MOMENTUM)
    watched = cast("nn.Linear", pupil.groups["Last layer"]).weight
    random, weight = np.random.default_rng(settings.draw), (_one(watched), 0.0, _one(watched))
    for number in range(settings.epochs + 1):
        order: NDArray[np.intp] = random.permutation(len(learn)) if number else np.zeros(0, np.intp)
        pupil.learning(True)
        for start in range(0, len(order), BATCH):
            rows = torch.from_numpy(np.asarray(order[start : start + BATCH]))
            before = _one(watched)
            loss = cross_entropy(pupil.logits(known[rows]), targets[rows])
            if not torch.isfinite(loss):
                raise BadInput("diverged", "The loss is no longer a number, the steps were too long: lower the rate.")
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            after = _one(watched)
            weight = (before, (before - after) / settings.rate, after)
        pupil.learning(False)
        loss_known, right_known, _ = _judged(pupil, known, targets)
        loss_out, right_out, answers = _judged(pupil, unknown, truth)
        here = (loss_known, right_known, loss_out, right_out, pupil.moved(), weight, answers, _own(pupil, mine))
        yield Epoch(number, *here)


def _one(weights: Tensor) -> float:
    """The weight one watches: of the first feature, for the malignant class."""
    return float(weights.detach()[1, 0])


def _judged(pupil: Student, x: Tensor, targets: Tensor) -> tuple[float, float, tuple[float, ...]]:
    """Loss, accuracy and the probabilities."""
    import torch

    with torch.no_grad():
        logits = torch.cat([pupil.logits(part) for part in x.split(READ)])
    loss = torch.nn.functional.cross_entropy(logits, targets.long()).item()
    return loss, float((logits.argmax(1) == targets).float().mean()), tuple(logits.softmax(1)[:, 1].tolist())


def _own(pupil: Student, x: Tensor | None) -> float:
    import torch

    if x is None:
        return float("nan")
    with torch.no_grad():
        return float(pupil.logits(x).softmax(1)[0, 1])


def changed_sides(settings: Settings, before: Epoch, after: Epoch) -> list[int]:
    """Which of the nodules left out are called otherwise than before, as rows of the bank; the largest change first."""
    was, now = np.asarray(before.answers), np.asarray(after.answers)
    found = np.flatnonzero((was > 0.5) != (now > 0.5))
    return [int(row) for row in split(settings)[1][found[np.argsort(-np.abs(now - was)[found])]]]
