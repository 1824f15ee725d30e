"""A network learning on a small set in sight: which layers move, how fast, and what it does to cases left out.

Stochastic gradient descent with momentum on cross-entropy, as in Lee 2019 (Sci Rep 9:19854). What lies before the
first layer that moves gives the same output in every epoch, so it runs once. Batch statistics stay those of ImageNet;
a network that starts from random weights has none, and takes those of its batches.

``python -m sera_core.lessons.learning`` trains the presets, some on several draws of nodules, prints what they reach
and writes ``models/lessons/runs.json``, so that the page opens with curves.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from functools import lru_cache
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput, Grey
from sera_core.files import MODELS, whole_file
from sera_core.images.prepare import normalise
from sera_core.lessons.bank import NETWORKS, load_bank, preparation

if TYPE_CHECKING:
    from torch import Tensor, nn

FILE = MODELS / "lessons" / "runs.json"
GROUPS = ("Stem", "Stages 1-2", "Stages 3-4", "Stages 5-7", "Head", "Last layer")
BATCH, MOMENTUM, LEFT_OUT = 8, 0.9, 120
READ = 32  # nodules that are read at once where nothing is learnt
DRAWS = 8  # of each preset that is compared


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


DEEP = ("Stages 5-7", "Head", "Last layer")
PRESETS = {
    "Transfer": Settings(("Last layer",), 0.001, 8, 120),
    "Fine-tune": Settings(DEEP, 0.001, 8, 120),
    "Transfer, few nodules": Settings(("Last layer",), 0.001, 8, 40),
    "From scratch, as few": Settings(GROUPS, 0.01, 8, 40, scratch=True),
    "Overfit": Settings(DEEP, 0.001, 12, 16),
    "Rate too big": Settings(DEEP, 0.3, 6, 16),
    "Rate too small": Settings(DEEP, 0.00001, 6, 16),
}
COMPARED = ("Transfer", "Fine-tune", "Transfer, few nodules", "From scratch, as few", "Overfit")  # on several draws


PAIRS = (  # compared with each other, draw by draw
    ("Fine-tune", "Transfer"),
    ("Transfer", "Transfer, few nodules"),
    ("Transfer, few nodules", "From scratch, as few"),
    ("Transfer", "Overfit"),
    ("Fine-tune", "Overfit"),
    ("Overfit", "From scratch, as few"),
)


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


def over_draws(settings: Settings, what: str = "left_out_accuracy") -> list[float]:
    """A number of :class:`Epoch` in the end, of every draw in the file."""
    runs = earlier_runs()
    drawn = (runs.get(replace(settings, draw=draw)) for draw in range(DRAWS))
    return [float(getattr(run[-1], what)) for run in drawn if run]


def differences(ends: Mapping[str, Sequence[float]], first: str, second: str) -> list[float]:
    """What one preset has over another in each draw, whose nodules left out are the same for both."""
    return [one - other for one, other in zip(ends[first], ends[second], strict=True)]


def band(values: Sequence[float]) -> tuple[float, float, float]:
    """Mean of some draws and its 95 % interval (Student's t)."""
    from scipy.stats import t

    mean, error = float(np.mean(values)), float(np.std(values, ddof=1) / np.sqrt(len(values)))
    reach = float(t.ppf(0.975, len(values) - 1)) * error
    return mean, mean - reach, mean + reach


@lru_cache(maxsize=1)
def earlier_runs() -> dict[Settings, tuple[Epoch, ...]]:
    """The runs that come with the project; empty where the file is missing."""
    if not FILE.is_file():
        return {}
    runs = json.loads(FILE.read_text(encoding="utf-8"))
    return {_settings(run["settings"]): tuple(_epoch(one) for one in run["epochs"]) for run in runs}


def _settings(stored: dict) -> Settings:
    return Settings(**{**stored, "moving": tuple(stored["moving"])})


def _epoch(stored: dict) -> Epoch:
    return Epoch(**{**stored, "weight": tuple(stored["weight"]), "answers": tuple(stored["answers"]),
                    "own": float("nan")})  # fmt: skip


def write_runs() -> None:
    """Train every preset, those compared on every draw; print what they reach, and keep the curves."""
    runs: list[dict] = []
    ends: dict[str, list[dict]] = {name: [] for name in PRESETS}
    for draw in range(DRAWS):
        for name in COMPARED if draw else PRESETS:
            settings, since = replace(PRESETS[name], draw=draw), time.perf_counter()
            epochs = _kept(settings)
            runs.append({"settings": asdict(settings), "epochs": epochs})
            ends[name].append(epochs[-1])
            learnt, left_out = epochs[-1]["accuracy"], epochs[-1]["left_out_accuracy"]
            taken = time.perf_counter() - since
            print(f"{name}, draw {draw}: learnt from {learnt:.2f}, left out {left_out:.3f}, {taken:.0f} s", flush=True)
            with whole_file(FILE) as part:
                part.write_text(json.dumps(runs), encoding="utf-8")
    for name in COMPARED:
        for what in ("accuracy", "left_out_accuracy", "left_out_loss"):
            mean, low, high = band([end[what] for end in ends[name]])
            print(f"{name}: {what} {mean:.3f} ({low:.3f} to {high:.3f}) over {DRAWS} draws")
    for what in ("left_out_accuracy", "left_out_loss"):
        reached = {name: [end[what] for end in ends[name]] for name in COMPARED}
        for pair in PAIRS:
            mean, low, high = band(differences(reached, *pair))
            print(f"{pair[0]} over {pair[1]}: {what} {mean:+.3f} ({low:+.3f} to {high:+.3f})")


def _kept(settings: Settings) -> list[dict]:
    """The epochs of a run, its numbers to six digits."""
    epochs: list[dict] = []
    try:
        for epoch in train(settings):
            epochs.append({**_rounded(asdict(epoch)), "own": None})
    except BadInput:  # a rate far too big ends in no number at all: what was before it is kept
        print(f"{settings} left the numbers after {len(epochs)} epochs")
    return epochs


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, tuple):
        return [_rounded(one) for one in value]
    return float(f"{value:.6g}") if isinstance(value, float) else value


if __name__ == "__main__":
    write_runs()
