"""What a diagnosis costs: the first of a fresh process, the next ones, many at once, and the memory they take.

Processor seconds, and where a person waits also what the clock says. Another program on the machine slows both, so
what matters are the ratios, each of two things that ran in turns within one minute.
"""

from __future__ import annotations

import pickle
import resource
import subprocess
import sys
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

import numpy as np
from PIL import Image

from sera_core.benchmarks.timing import Timing
from sera_core.classifiers import store
from sera_core.contracts import Box, GreyImage
from sera_core.diagnosis import Request, opinions, read
from sera_core.files import ROOT
from sera_core.simulate.render import Frame, render
from sera_core.simulate.samples import SAMPLES

SESSIONS = 16
TELL = """
import atexit, re, runpy, sys, time
def tell():
    peak = re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1]
    print(time.process_time(), peak, file=sys.stderr)
atexit.register(tell)
sys.argv = sys.argv[1:]
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
COLD_RATIO = 2.7  # the aim: times what importing torch costs


def benchmark(repeats: int = 3) -> list[Timing]:
    """Every line.

    Parameters
    ----------
    repeats : int
        Of each cold start; the median is told.
    """
    frame = render(next(iter(SAMPLES.values())).case)
    return [*cold(frame, repeats), *_warm(frame), *_together(frame), *_memory(frame)]


def cold(frame: Frame, repeats: int) -> list[Timing]:
    """The command line in a fresh process, and the torch that it imports, in turns; the medians are told."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "frame.png"
        Image.fromarray(np.uint8(frame.image.pixels * 255)).save(file)
        asked = ("sera_core", "diagnose", str(file), "--roi", *map(str, frame.box.as_list()), "--json")
        runs = [(_spent("torch.version"), _spent(*asked)) for _ in range(repeats)]
    base = median(torch[0] for torch, _ in runs)
    taken, clock = (median(ours[k] for _, ours in runs) for k in (0, 1))
    ratio, peak = median(ours[0] / torch[0] for torch, ours in runs), max(ours[2] for _, ours in runs)
    return [
        _line("import torch, processor", base, "s", "itself", 1),
        _line("cold diagnosis, processor", taken, "s", "import torch", ratio),
        _line("cold diagnosis, aim", ratio, "x import torch", f"{COLD_RATIO:g}", ratio / COLD_RATIO),
        _line("cold diagnosis, clock", clock, "s", "its processor time", clock / taken),
        _line("cold diagnosis, memory", peak, "GB", "0.6 GB", peak / 0.6),
    ]


def _spent(*arguments: str) -> tuple[float, float, float]:
    """Processor seconds, seconds by the clock and peak memory (GB) of one Python process, by its own account.

    What the system tells of a finished process counts the memory of the one that started it; what it tells of a running
    one does not, so the process says its own at its end.
    """
    started = time.monotonic()
    process = subprocess.run(
        [sys.executable, "-c", TELL, *arguments],
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        check=True,
    )
    processor, peak = process.stderr.split()[-2:]
    return float(processor), time.monotonic() - started, float(peak) / 2**20


def _warm(frame: Frame) -> list[Timing]:
    """A verdict on a new image, on a moved box, and the other models' opinions, once everything is loaded."""
    boxes = _boxes(frame, 6)
    outline = read(frame.image, Request(frame.box)).outline
    opinions(frame.image, frame.box, outline)
    bare = _median(lambda _: read(frame.image, Request(frame.box, method=None)), boxes)
    runs: dict[str, Callable[[Box], object]] = {
        "verdict and heatmap after an upload": lambda box: read(_turned(frame.image, box.x), Request()),
        "verdict and heatmap after a moved box": lambda box: read(frame.image, Request(box)),
        "the other models' opinions": lambda box: opinions(frame.image, box, outline),
    }
    lines = [_line("verdict alone, processor", bare[0], "s", "itself", 1)]
    for name, run in runs.items():
        taken, clock = _median(run, boxes)
        lines.append(_line(f"{name}, processor", taken, "s", "verdict alone", taken / bare[0]))
        lines.append(_line(f"{name}, clock", clock, "s", "its processor time", clock / taken))
    return lines


def _together(frame: Frame) -> list[Timing]:
    """As many readings one after the other as at once: what sessions cost each other."""
    requests = [Request(box) for box in _boxes(frame, SESSIONS)]
    alone = _taken(lambda: [read(frame.image, request) for request in requests])
    with ThreadPoolExecutor(SESSIONS) as sessions:
        crowd = _taken(lambda: list(sessions.map(lambda request: read(frame.image, request), requests)))
    name = f"{SESSIONS} sessions at once, a reading"
    versus = "one session"
    return [
        _line(f"{name}, processor", crowd[0] / SESSIONS, "s", versus, crowd[0] / alone[0]),
        _line(f"{name}, clock", crowd[1] / SESSIONS, "s", versus, crowd[1] / alone[1]),
    ]


def _memory(frame: Frame) -> list[Timing]:
    """Of each model's parameters and training set, and of what a session remembers of one reading."""
    lines = []
    for status in store.installed():
        if status.valid:
            model = store.load(status.id)
            size = sum(tensor.nbytes for tensor in model.parts.state_dict().values()) + model.index.train.nbytes
            lines.append(_line(f"memory of {status.id}", size / 2**20, "MB", "1 GB", size / 2**30))
    kept = len(pickle.dumps((frame.image, read(frame.image, Request(frame.box)))))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    return [
        *lines,
        _line("memory of an image and its reading in a session", kept / 2**20, "MB", "100 MB", kept / 100 / 2**20),
        _line("memory of this process, every model loaded", peak, "GB", "2 GB", peak / 2),
    ]


def _boxes(frame: Frame, count: int) -> list[Box]:
    """The nodule's box, moved a little each time: no two are alike."""
    box = frame.box
    return [Box(box.x + k % 4, box.y + k // 4, box.width, box.height) for k in range(count)]


def _turned(image: GreyImage, number: int) -> GreyImage:
    """Another image of the same size."""
    return GreyImage(np.roll(image.pixels, number % 8, axis=1), image.mm_per_px, source=image.source)


def _median(run: Callable[[Box], object], boxes: list[Box]) -> tuple[float, float]:
    taken = [_taken(lambda box=box: run(box)) for box in boxes]  # type: ignore[misc]
    return median(one[0] for one in taken), median(one[1] for one in taken)


def _taken(run: Callable[[], object]) -> tuple[float, float]:
    """Processor seconds of all threads, and seconds by the clock."""
    processor, clock = time.process_time(), time.monotonic()
    run()
    return time.process_time() - processor, time.monotonic() - clock


def _line(name: str, value: float, unit: str, versus: str, ratio: float) -> Timing:
    return Timing(name=name, value=value, unit=unit, versus=versus, ratio=ratio)
