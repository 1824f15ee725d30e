"""Which program runs the shipped networks fastest on this machine's processor: torch in three ways, and two others.

Every way gets the same views and takes its turn in each round, so that another program on the machine slows all alike.
What is not installed (``onnxruntime``, ``openvino``) or cannot be built (``torch.compile`` needs a C++ compiler) is
left out.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from shutil import which
from statistics import median

import numpy as np

from sera_core.benchmarks.timing import Timing, seconds
from sera_core.classifiers.cnn import Classifier
from sera_core.classifiers.exchange import VIEWS, export_onnx, whole_network
from sera_core.classifiers.store import installed, load

ROUNDS = 7
REGIONS, EACH = 1, 8  # one region in so many views
BASE = "torch, channels last"  # as the app runs them
Way = Callable[[np.ndarray], np.ndarray]


def benchmark(rounds: int = ROUNDS) -> list[Timing]:
    """Processor seconds of one answer by every installed network of its own kind and size, in every way.

    Parameters
    ----------
    rounds : int
        The median is told.
    """
    found: dict[tuple[str, int], str] = {}
    for status in installed():
        if status.card is not None and status.valid and status.card.kind == "cnn":
            found.setdefault((status.card.network, status.card.preparation.input_px), status.id)
    return [line for model in found.values() for line in _lines(load(model), rounds)]


def _lines(classifier: Classifier, rounds: int) -> Iterator[Timing]:
    side = classifier.card.preparation.input_px
    views = np.random.default_rng(0).random((REGIONS, EACH, side, side)).astype(np.float32)
    with tempfile.TemporaryDirectory() as folder:
        ways = dict(_ways(classifier, Path(folder) / "network.onnx"))
        expected = classifier.answers(views).probability
        for way in ways.values():  # the first call of each builds what it needs
            np.testing.assert_allclose(way(views), expected, atol=1e-4)
        taken: dict[str, list[float]] = {name: [] for name in ways}
        for _ in range(rounds):
            for name, way in ways.items():
                taken[name].append(seconds(partial(way, views)))
    base = median(taken[BASE])
    for name, times in taken.items():
        what = f"{classifier.card.network} at {side} px, {EACH} views: {name}, processor"
        yield Timing(name=what, value=median(times), unit="s", versus=BASE, ratio=median(times) / base)


def _ways(classifier: Classifier, file: Path) -> Iterator[tuple[str, Way]]:
    import torch

    network = whole_network(classifier)

    def asked(module: Callable) -> Way:
        def way(views: np.ndarray) -> np.ndarray:
            with torch.inference_mode():
                return module(torch.from_numpy(views)).numpy()

        return way

    yield "torch", asked(network)
    yield BASE, lambda views: classifier.answers(views).probability
    if which("g++") or which("clang++"):
        yield "torch.compile", asked(torch.compile(network))
    if find_spec("onnxruntime") and find_spec("onnxscript"):
        import onnxruntime

        export_onnx(classifier, file)
        session = onnxruntime.InferenceSession(file)
        yield "onnxruntime", lambda views: session.run(None, {VIEWS: views})[0]
        if find_spec("openvino"):
            import openvino

            compiled = openvino.Core().compile_model(file, "CPU")
            yield "OpenVINO", lambda views: compiled({VIEWS: views})[0]
