"""Gradient descent on one network, on whatever machines ``accelerate`` finds itself on.

Mixed precision and gradient accumulation are those of ``accelerate launch``; alone, it is plain float32 on one
processor or GPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from sera_core.contracts import BadInput
from sera_core.nets.split import stages
from sera_core.train.batches import Batch, shares
from sera_core.train.checkpoint import under
from sera_core.train.frames import Frame
from sera_core.train.recipes import Recipe
from sera_core.train.schedule import restore, schedule, state
from sera_core.train.start import SCRATCH, begun
from sera_core.train.together import share_statistics

if TYPE_CHECKING:
    from torch import Tensor, nn


class Descent:
    """A network and the descent that changes it; its moving average is what is kept.

    Parameters
    ----------
    network : str
        Key of the network registry.
    recipe : Recipe
    batches : int
        Steps of an epoch.

    Raises
    ------
    BadInput
        When a batch cannot be dealt out to the processes, or the weights cannot be had.
    """

    def __init__(self, network: str, recipe: Recipe, batches: int) -> None:
        import torch
        from accelerate import Accelerator
        from torch.optim.swa_utils import AveragedModel, get_ema_multi_avg_fn

        self.accelerator = Accelerator()
        self.recipe = recipe
        _check_shares(recipe.batch, self.accelerator.num_processes * self.accelerator.gradient_accumulation_steps)
        self.parts = begun(network, recipe.weights)
        self.parts.to(self.accelerator.device)
        self.parts.to(memory_format=torch.channels_last)  # type: ignore[call-overload]  # torch's stub knows tensors only
        self._early, late = stages(self.parts, 0 if recipe.weights == SCRATCH else recipe.frozen_stages)
        self._early.requires_grad_(False)
        self._optimiser = _optimiser(late, self.parts, recipe)
        self._schedule = schedule(self._optimiser, recipe, batches)
        self._average = AveragedModel(self.parts, multi_avg_fn=get_ema_multi_avg_fn(recipe.averaging), use_buffers=True)
        rest = _rest(late, self.parts)
        if self.accelerator.num_processes > 1:
            share_statistics(rest)
        self._rest, self._step = self.accelerator.prepare(rest, self._optimiser)

    @property
    def rate(self) -> float:
        """Learning rate of the body."""
        return float(self._optimiser.param_groups[0]["lr"])

    @property
    def averaged(self) -> nn.ModuleDict:
        """The moving average of the network."""
        return cast("nn.ModuleDict", self._average.module)

    def train(self) -> None:
        """Training mode; the fixed stages stay as the app runs them."""
        self.parts.train()
        self._rest.train()
        self._early.eval()

    def step(self, batch: Batch) -> float:
        """One step down on the cross-entropy of a batch; returns the loss over all processes.

        A loss that is no number is returned, not stepped on.
        """
        import torch

        here = self.accelerator
        whole, own = len(batch.chosen), len(batch.inputs)
        ones = torch.ones(whole, cast("nn.Linear", self.parts["last"]).in_features)
        mask = torch.nn.functional.dropout(ones, self.recipe.dropout)[batch.share]  # the same draw on all processes
        total = 0.0
        for part in shares(own, here.gradient_accumulation_steps):
            with here.accumulate(self._rest):
                loss = self._loss(batch, part, mask[part])
                weight = (part.stop - part.start) / whole
                total += float(here.reduce(loss.detach() * weight)) if weight < 1 else loss.item()
                if not torch.isfinite(torch.tensor(total)):
                    return total
                here.backward(loss * (weight * here.num_processes * here.gradient_accumulation_steps))
                self._step.step()
                self._step.zero_grad()
        self._schedule.step()
        self._average.update_parameters(self.parts)
        return total

    def _loss(self, batch: Batch, part: slice, mask: Tensor) -> Tensor:
        import torch

        device = self.accelerator.device
        inputs = torch.from_numpy(batch.inputs[part]).to(device).contiguous(memory_format=torch.channels_last)
        with torch.no_grad(), self.accelerator.autocast():
            low = inputs if self.recipe.kept_views else self._early(inputs)
        return cross_entropy(self._rest(low, mask.to(device)), batch.targets[part].to(device))

    def tensors(self) -> dict[str, Tensor]:
        """Everything a checkpoint must hold that is an array."""
        import torch

        kept = {"random.cpu": torch.get_rng_state()}
        if torch.cuda.is_available():
            kept["random.cuda"] = torch.cuda.get_rng_state()
        kept |= {f"parts.{name}": tensor for name, tensor in self.parts.state_dict().items()}
        moving = self._optimiser.state_dict()["state"]
        kept |= {f"momentum.{number}": slot["momentum_buffer"] for number, slot in moving.items()}
        return kept | self.result()

    def result(self) -> dict[str, Tensor]:
        """The moving average alone."""
        return {f"average.{name}": tensor for name, tensor in self.averaged.state_dict().items()}

    def facts(self) -> dict[str, Any]:
        """Everything a checkpoint must hold that is JSON."""
        scaler = self.accelerator.scaler
        return {
            "averages": int(self._average.n_averaged),
            "groups": self._optimiser.state_dict()["param_groups"],
            "schedule": state(self._schedule),
            "scaler": scaler.state_dict() if scaler else None,
        }

    def resume(self, tensors: dict[str, Tensor], facts: dict[str, Any]) -> None:
        """Go back to where a checkpoint was written."""
        import torch

        self.averaged.load_state_dict(under("average", tensors))
        self.parts.load_state_dict(under("parts", tensors))
        self._average.n_averaged.fill_(facts["averages"])
        slots = {int(k): {"momentum_buffer": value} for k, value in under("momentum", tensors).items()}
        self._optimiser.load_state_dict({"state": slots, "param_groups": facts["groups"]})
        restore(self._schedule, facts["schedule"])
        if facts["scaler"]:
            self.accelerator.scaler.load_state_dict(facts["scaler"])
        torch.set_rng_state(tensors["random.cpu"])
        if "random.cuda" in tensors and torch.cuda.is_available():
            torch.cuda.set_rng_state(tensors["random.cuda"])


def cross_entropy(logits: Tensor, targets: Tensor) -> Tensor:
    """Mean cross-entropy of logits ``[B, 2]`` with (soft) targets ``[B]``."""
    import torch

    return torch.nn.functional.cross_entropy(logits, torch.stack([1 - targets, targets], dim=1))


def not_a_number(epoch: int, batch: int, frames: list[Frame]) -> BadInput:
    """The refusal of a loss that is no number; epoch and batch count from 1."""
    names = ", ".join(frame.case.case_id for frame in frames)
    return BadInput(
        "loss_nan",
        f"The training loss is no longer a number: lower the learning rate, or look at the images of epoch {epoch}, "
        f"batch {batch} ({names}).",
    )


def _optimiser(late: nn.Module, parts: nn.ModuleDict, recipe: Recipe) -> Any:
    import torch

    body = [*late.parameters(), *parts["pool"].parameters()]
    groups = [
        {"params": body, "lr": recipe.rate},
        {"params": parts["last"].parameters(), "lr": recipe.rate * recipe.head_rate},
    ]
    return torch.optim.SGD(groups, momentum=recipe.momentum, weight_decay=recipe.decay, nesterov=recipe.momentum > 0)


def _rest(late: nn.Module, parts: nn.ModuleDict) -> nn.Module:
    """What is trained, as one module: (activations of the fixed stages, dropout's mask) to logits."""
    from torch import nn

    class Rest(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.late, self.pool, self.last = late, parts["pool"], parts["last"]

        def forward(self, low: Tensor, mask: Tensor) -> Tensor:
            return self.last(self.pool(self.late(low)) * mask)

    return Rest()


def _check_shares(batch: int, parts: int) -> None:
    if batch < parts:
        raise BadInput(
            "small_batch",
            f"A batch of {batch} images cannot be dealt out to {parts} processes and accumulated parts: "
            "enlarge the batch or start fewer.",
        )
