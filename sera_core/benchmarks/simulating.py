"""How fast frames are made here, against the aims."""

from __future__ import annotations

import os
import resource
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context

from sera_core.benchmarks.timing import Timing
from sera_core.simulate.centres import CENTRES
from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.render import crop, render

AIM = {"crop": 40.0, "frame": 10.0}  # per second on two cores


def benchmark(cases: int = 64, workers: int = 2) -> list[Timing]:
    """Crops and whole frames a second of every centre, in processes of one thread each, and the memory they take.

    "Elapsed" is by the clock and suffers from whatever else runs; "processor" is what free cores would give.

    Parameters
    ----------
    cases : int
        Pictures of each kind and centre.
    workers : int
    """
    os.environ["OMP_NUM_THREADS"] = "1"
    rates: list[Timing] = []
    memory = 0.0
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        list(pool.map(partial(_draw, "internal", "crop"), range(4 * workers)))  # the imports are not the point
        for name in CENTRES:
            for kind, aim in AIM.items():
                start = time.perf_counter()
                costs = list(pool.map(partial(_draw, name, kind), range(cases), chunksize=4))
                elapsed, busy = time.perf_counter() - start, sum(seconds for seconds, _ in costs) / workers
                memory = max(memory, *(peak for _, peak in costs))
                for clock, seconds in (("elapsed", elapsed), ("processor", busy)):
                    title, value = f"simulated {kind}s, {name}, {workers} cores, {clock}", cases / seconds
                    rates.append(Timing(name=title, value=value, unit="1/s", versus=f"{aim:g}/s", ratio=value / aim))
    rates.append(Timing(name="memory of a process", value=memory, unit="MB", versus="1000 MB", ratio=memory / 1000))
    return rates


def _draw(name: str, kind: str, index: int) -> tuple[float, float]:
    """Draw one case; processor seconds, and the peak memory of this process in MB."""
    start = time.process_time()
    case = any_cohort(name, 1000, 1)[index]
    if kind == "crop":
        crop(case)
    else:
        render(case)
    return time.process_time() - start, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
