"""A line of the benchmark, and processor time."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median
from typing import Any, TypedDict


class Timing(TypedDict):
    """One line of the benchmark: ``ratio`` is ``value`` over that of ``versus``, an aim or another line."""

    name: str
    value: float
    unit: str
    versus: str
    ratio: float


def processor(name: str, taken: float, aim: float) -> Timing:
    """A line for processor seconds against their aim."""
    return Timing(name=f"{name}, processor", value=taken, unit="s", versus=f"{aim:g} s", ratio=taken / aim)


def seconds(run: Callable[[], Any], repeats: int = 1) -> float:
    """Processor seconds of ``run`` (what free cores would take), the median of some repeats."""
    taken = []
    for _ in range(repeats):
        start = time.process_time()
        run()
        taken.append(time.process_time() - start)
    return median(taken)


@contextmanager
def one_thread() -> Iterator[None]:
    """Let torch use one thread: what several burn while they wait for each other counts as processor time too."""
    import torch

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(threads)
