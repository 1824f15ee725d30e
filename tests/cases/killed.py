"""Processes that save cases at once and are killed without warning (SIGKILL): how much of what they acknowledged stays.

``python -m tests.cases.killed 1000`` saves a thousand; with ``SERA_DATABASE_URL`` set, there.
"""

from __future__ import annotations

import multiprocessing
import os
import random
import sys
import tempfile
import time
from multiprocessing.connection import Connection, wait
from pathlib import Path

from sera_core.cases.database import URL
from sera_core.cases.log import Log
from sera_core.exam import Nodule
from tests.exam.samples import exam, small, view

FORKS = multiprocessing.get_context("forkserver")  # what a saver imports is imported once, before the first fork
FORKS.set_forkserver_preload(["sera_core.cases.log", "alembic.command", "tests.exam.samples"])


def save_on(url: str, seed: int, acknowledged: Connection) -> None:
    """Save cases until killed; each id is told once ``save`` has returned it."""
    log = Log(url=url)
    while True:
        seed += 1
        own = Nodule((view(image=small(seed)),))
        acknowledged.send((log.save(exam(own, own, code=str(seed))), small(seed).key))


def run(url: str, saves: int, at_once: int = 2) -> tuple[dict[str, str], int]:
    """Keep so many savers going, each killed after a random while, until enough was acknowledged.

    Returns
    -------
    dict
        Key of the picture by the id of each acknowledged case.
    int
        How many savers were killed.
    """
    rng, found, killed, started = random.Random(0), {}, 0, 0
    longest_s, told = 2.0, set()  # no saver lives longer; a busy machine, where none gets to a save, grants more
    running: dict[Connection, tuple[multiprocessing.process.BaseProcess, float]] = {}
    while len(found) < saves or running:
        while len(running) < at_once and len(found) < saves:
            started += 1
            mine, theirs = FORKS.Pipe(duplex=False)
            process = FORKS.Process(target=save_on, args=(url, started * 1_000_000, theirs), daemon=True)
            process.start()
            theirs.close()
            running[mine] = process, time.monotonic() + rng.uniform(0.3, longest_s)
        for end in wait([*running], timeout=0.02):
            try:
                case, key = end.recv()
                found[case] = key
                told.add(end)
            except EOFError:
                longest_s *= 1 if end in told else 1.5
                running.pop(end)[0].join()
                killed += 1
        for process, until in running.values():
            if time.monotonic() > until or len(found) >= saves:
                process.kill()
    return found, killed


def left(url: str, acknowledged: dict[str, str]) -> tuple[set[str], list[str], int]:
    """Acknowledged cases that are not there, cases that are not whole, and how many there are."""
    log = Log(url=url)
    there = {entry.id for entry in log.find()}
    torn = []
    for case in there:
        whole = log.open(case)
        keys = {one.views[0].diagnosis.image.key for one in whole.nodules}
        if len(whole.nodules) != 2 or keys != {acknowledged.get(case, small(int(whole.code)).key)}:
            torn.append(case)
    return acknowledged.keys() - there, torn, len(there)


def main(saves: int) -> None:
    """Print what became of so many saves."""
    with tempfile.TemporaryDirectory() as folder:
        url = os.environ.get(URL) or f"sqlite:///{Path(folder) / 'cases.sqlite'}"
        acknowledged, killed = run(url, saves)
        lost, torn, number = left(url, acknowledged)
        print(
            f"{len(acknowledged)} saves acknowledged, {killed} savers killed: {len(lost)} lost, {len(torn)} not whole"
        )
        print(f"{number} cases are there")


if __name__ == "__main__":
    main(int(sys.argv[1]))
