"""How fast batch prediction is here, against bare forward passes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import numpy as np
from PIL import Image

from sera_core.benchmarks.timing import Timing
from sera_core.classifiers import store
from sera_core.classifiers.cnn import Classifier
from sera_core.contracts import Box
from sera_core.images.prepare import Preparation
from sera_core.nets.registry import network as registered
from sera_core.nets.split import build
from sera_core.predict import CHUNK, answered, ready
from sera_core.train.manifest import Case

NETWORKS = ("efficientnet_lite0", "resnet18")
IMAGES = 4 * CHUNK


def benchmark() -> list[Timing]:
    """Throughput of batch prediction from PNG files of 448 px, over that of bare forward passes of the same views.

    Untrained weights at the networks' own input, which cost the same as trained ones; the best of three runs each. The
    smaller the network, the more the decoding weighs.
    """
    with TemporaryDirectory() as folder:
        cases = _speckled(Path(folder))
        chunks = [cases[k : k + CHUNK] for k in range(0, IMAGES, CHUNK)]
        return [_throughput(network, chunks) for network in NETWORKS]


def _throughput(network: str, chunks: list[list[Case]]) -> Timing:
    classifier = _untrained(network)
    views = [ready(chunk, [classifier]).views for chunk in chunks]

    def forward() -> None:
        for own in views:
            classifier.answers(*own.values())

    def batch() -> None:
        list(answered(chunks, [classifier], print))

    bare, whole = (min(_elapsed(run) for _ in range(3)) for run in (forward, batch))
    name = f"batch prediction, {network}"
    return Timing(name=name, value=IMAGES / whole, unit="images/s", versus="bare forward passes", ratio=bare / whole)


def _elapsed(run: Callable[[], None]) -> float:
    begun = monotonic()
    run()
    return monotonic() - begun


def _speckled(folder: Path) -> list[Case]:
    level = np.random.default_rng(0).rayleigh(60, (448, 448)).clip(0, 255).astype(np.uint8)
    Image.fromarray(level).save(folder / "frame.png")
    box, file = Box(120, 120, 200, 160), folder / "frame.png"
    return [Case(f"bench/{k}", file, k % 2, k % 2, f"p{k}", "bench", "external", box) for k in range(IMAGES)]


def _untrained(network: str) -> Classifier:
    """A model of that network with the first shipped model's card and index."""
    known = store.load(next(status.id for status in store.installed() if status.valid and status.card))
    entry = registered(network)
    preparation = Preparation(entry.input_px, "square", 1.1, entry.mean, entry.std)
    parts = build(network, pretrained=False).eval().requires_grad_(False)
    return Classifier(replace(known.card, kind="cnn", preparation=preparation), parts, None, known.index)
