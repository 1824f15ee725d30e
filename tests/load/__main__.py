"""Many sessions at once, for minutes: every page equals the one that a single user sees, and memory comes back.

``python -m tests.load`` starts a server of its own. One visitor first sees every frame and page alone: that is what
everybody must see. Then so many diagnose other frames at every turn while four read Compare and Learn.
"""

from __future__ import annotations

import argparse
import io
import itertools
import statistics
import subprocess
import sys
import threading
import time
import urllib.request
from pathlib import Path

import numpy as np
import psutil
from PIL import Image

from sera_core.simulate.cohort import any_cohort
from sera_core.simulate.render import render
from tests.load.visitor import Answer, Visitor

ROOT = Path(__file__).resolve().parents[2]
KEPT_S = 20  # for which the server keeps the session of a closed page
READ = (
    ("Compare_models", "study=real-frames"),
    ("Compare_models", "study=lee2019-sim"),
    ("Learn", "chapter=3"),
    ("Learn", "chapter=5"),
)


def frames(count: int) -> list[bytes]:
    """Simulated frames as files of a clinic's viewer."""
    files = []
    for case in any_cohort("internal", count, 11):
        buffer = io.BytesIO()
        Image.fromarray((render(case).image.pixels * 255).round().astype(np.uint8)).save(buffer, format="PNG")
        files.append(buffer.getvalue())
    return files


class Load:
    """What is seen, and how long it took."""

    def __init__(self, server: str, files: list[bytes]) -> None:
        self.server, self.files = server, files
        self.alone: dict[object, Answer] = {}
        self.seconds: list[float] = []
        self.read = 0
        self.wrong: list[str] = []
        self._end = 0.0

    def single(self) -> None:
        """See everything as the only user."""
        for number in range(len(self.files)):
            visitor = self._clinician()
            begun = time.monotonic()
            self.alone[number] = self._sent(visitor, number)
            print(f"alone: frame {number}, {time.monotonic() - begun:.1f} s", file=sys.stderr, flush=True)
            visitor.close()
        for place in READ:
            visitor = Visitor(self.server, *place)
            self.alone[place] = visitor.open()
            visitor.close()
        self.wrong += [fault for answer in self.alone.values() for fault in answer.wrong]

    def together(self, sessions: int, seconds: float) -> None:
        """See it again, all at once."""
        self._end = time.monotonic() + seconds
        work = [threading.Thread(target=self._diagnose, args=(start,)) for start in range(sessions)]
        work += [threading.Thread(target=self._look, args=(place,)) for place in READ]
        for thread in work:
            thread.start()
        for thread in work:
            thread.join()

    def _clinician(self) -> Visitor:
        visitor = Visitor(self.server, "Diagnose", "source=Upload")
        visitor.open()
        return visitor

    def _sent(self, visitor: Visitor, number: int) -> Answer:
        return visitor.send(f"frame{number}.png", self.files[number])

    def _diagnose(self, start: int) -> None:
        try:
            visitor = self._clinician()
            for turn in itertools.count(start):
                if time.monotonic() > self._end:
                    break
                begun, number = time.monotonic(), turn % len(self.files)
                answer = self._sent(visitor, number)
                self.seconds.append(time.monotonic() - begun)
                self._compare(number, answer)
            visitor.close()
        except Exception as fault:  # a lost session is what is looked for
            self.wrong.append(repr(fault))

    def _look(self, place: tuple[str, str]) -> None:
        try:
            while time.monotonic() < self._end:
                visitor = Visitor(self.server, *place)
                self._compare(place, visitor.open())
                self.read += 1
                visitor.close()
        except Exception as fault:
            self.wrong.append(repr(fault))

    def _compare(self, what: object, answer: Answer) -> None:
        self.wrong += answer.wrong
        strange = answer.said ^ self.alone[what].said
        if strange:
            self.wrong.append(f"{what} differs from what one user sees: {sorted(text[:200] for text in strange)[:4]}")


def memory_mb(process: psutil.Process) -> float:
    """Resident memory of the server itself."""
    return process.memory_info().rss / 2**20


def start(port: int) -> subprocess.Popen[bytes]:
    """A server that nobody else can reach, without the browser's token against forged uploads."""
    options = [f"--server.port={port}", "--server.headless=true", "--server.enableXsrfProtection=false"]
    options.append(f"--server.disconnectedSessionTTL={KEPT_S}")
    server = subprocess.Popen([sys.executable, "-m", "sera_core", "app", "--", *options], cwd=ROOT)
    for _ in range(240):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2).close()
            return server
        except OSError:
            time.sleep(0.5)
    raise SystemExit("the server did not start")


def main() -> int:
    """Print what was found; 1 when anything differed."""
    ask = argparse.ArgumentParser(prog="python -m tests.load", description=__doc__)
    ask.add_argument("--sessions", type=int, default=16)
    ask.add_argument("--seconds", type=float, default=180)
    ask.add_argument("--frames", type=int, default=12)
    ask.add_argument("--port", type=int, default=8540)
    given = ask.parse_args()
    server = start(given.port)
    try:
        process = psutil.Process(server.pid)
        load = Load(f"127.0.0.1:{given.port}", frames(given.frames))
        bare = memory_mb(process)
        load.single()
        ready = memory_mb(process)
        load.together(given.sessions, given.seconds)
        loaded = memory_mb(process)
        time.sleep(2.5 * KEPT_S)
        after = memory_mb(process)
    finally:
        server.terminate()
    found = statistics.quantiles(load.seconds, n=20) if len(load.seconds) > 1 else [float("nan")] * 19
    print(f"{given.sessions} sessions, {len(load.seconds)} diagnoses, {load.read} other pages, {len(load.wrong)} wrong")
    print(f"seconds for a diagnosis: p50 {found[9]:.1f}, p95 {found[18]:.1f}")
    print(f"memory (MB): {bare:.0f} at the start, {ready:.0f} with models, {loaded:.0f} loaded, {after:.0f} afterwards")
    for fault in sorted(set(load.wrong)):
        print(f"wrong: {fault}")
    return int(bool(load.wrong))


if __name__ == "__main__":
    sys.exit(main())
