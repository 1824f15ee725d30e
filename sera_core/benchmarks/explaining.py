"""What a heatmap costs on this machine, against a bare forward pass and against the usual way of asking for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from sera_core.benchmarks.timing import Timing, one_thread
from sera_core.contracts import Box, CamMethod
from sera_core.explain.cam import raw_maps, trace
from sera_core.explain.fidelity import fidelity
from sera_core.explain.merge import VIEWS, merged
from sera_core.images.views import HANDS, hands
from sera_core.nets.registry import network
from sera_core.nets.split import build, stages
from sera_core.torch_compat import import_torchvision

SHIPPED = {"efficientnet_lite0": 128, "vgg16_hed": 128}  # network and input of the models that come with the project

if TYPE_CHECKING:
    from torch import Tensor, nn

    Forward = Callable[[Tensor], Tensor]


def benchmark(repeats: int = 7) -> list[Timing]:
    """Least processor time on one thread with untrained weights, which cost the same as trained ones.

    A prediction is what the pages ask for: one pass over the views of a region. The heatmap is merged from some of
    them, whose part of that pass is recorded for it.

    Parameters
    ----------
    repeats : int
        Timed runs of each; one run before them warms up.

    Returns
    -------
    list of Timing
        For each network that is shipped: bare prediction, prediction + heatmap our way and the package's usual way,
        and the fidelity.
    """
    return [line for net, side in SHIPPED.items() for line in lines(net, side, repeats)]


def lines(net: str, side: int, repeats: int) -> list[Timing]:
    """The lines of one network at one input size."""
    import torch

    parts = build(net, pretrained=False).eval().requires_grad_(False)
    body, rest = stages(parts, network(net).evidence)
    top = torch.nn.Sequential(rest, parts["pool"], parts["last"])
    places = hands(Box(side, side, side, side))
    others = [view for view in range(len(HANDS)) if view not in VIEWS]
    images = torch.rand(len(HANDS), 3, side, side, generator=torch.Generator().manual_seed(0))
    images = images.contiguous(memory_format=torch.channels_last)

    def bare() -> None:
        with torch.inference_mode():
            top(body(images))

    def ours() -> None:
        with torch.inference_mode():
            activations = body(images)
            top(activations[others])
        traced = trace(activations[list(VIEWS)], top)
        merged([*raw_maps(CamMethod.HIRESCAM, traced, 1)], [places[view] for view in VIEWS], (side, side))

    def usual() -> None:
        bare()
        _usual(body, top, images[:1])

    runs = {
        "prediction": bare,
        "prediction + heatmap": ours,
        "prediction + heatmap, grad-cam's usual call": usual,
        "fidelity of the heatmap": lambda: _fidelity(lambda x: top(body(x)), side),
    }
    with one_thread():
        times = _fastest(runs, repeats)
    base = times["prediction"]
    return [
        Timing(name=f"{name} ({net})", value=1000 * seconds, unit="ms", versus="prediction", ratio=seconds / base)
        for name, seconds in times.items()
    ]


def _fastest(runs: dict[str, Callable[[], None]], repeats: int) -> dict[str, float]:
    """Processor seconds of the cheapest run of each, taken in turns: what else a machine does only ever adds."""
    taken: dict[str, list[float]] = {name: [] for name in runs}
    for turn in range(repeats + 1):
        for name, run in runs.items():
            start = time.process_time()
            run()
            if turn > 0:
                taken[name].append(time.process_time() - start)
    return {name: min(seconds) for name, seconds in taken.items()}


def _usual(body: nn.Module, top: nn.Module, image: Tensor) -> None:
    import_torchvision()
    from pytorch_grad_cam import GradCAM
    from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
    from torch import nn

    whole = nn.Sequential(body, top).requires_grad_(True)
    with GradCAM(model=whole, target_layers=[body]) as cam:
        cam(input_tensor=image, targets=[ClassifierOutputTarget(1)])
    whole.requires_grad_(False).zero_grad()


def _fidelity(forward: Forward, side: int) -> None:
    import torch

    def predict(crops: NDArray[np.float32]) -> NDArray[np.float64]:
        with torch.inference_mode():
            logits = forward(torch.from_numpy(crops)[:, None].expand(-1, 3, -1, -1))
            return torch.softmax(logits, dim=1)[:, 1].double().numpy()

    crop = np.random.default_rng(0).random((side, side), dtype=np.float32)
    fidelity(predict, crop, crop)
