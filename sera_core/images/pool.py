"""A few decoding children, kept warm: each decodes one file at a time and is replaced when it dies.

Safe to use from several threads, and from a process that was forked. The children end with the program, whose end
closes their standard input.
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from queue import LifoQueue
from threading import Timer
from typing import BinaryIO, cast

from sera_core.contracts import BadInput
from sera_core.images.decoded import Decoded, damaged, too_costly
from sera_core.images.wire import READY, Request, read_reply, write_request

WALL_SECONDS = 30.0  # only for a child that sleeps, or a machine so busy that its processor seconds never come
START_SECONDS = 120.0  # on such a machine, loading the libraries alone
SIZE = min(os.cpu_count() or 1, 4)
_ROOT = Path(__file__).resolve().parents[2]


class Child:
    """One decoding process."""

    def __init__(self) -> None:
        path = os.pathsep.join(filter(None, (str(_ROOT), os.environ.get("PYTHONPATH"))))
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "sera_core.images.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            bufsize=0,  # a forked process must have nothing left to write into its parent's pipes
            env=os.environ | {"PYTHONPATH": path, "OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1"},
            start_new_session=True,  # Ctrl-C is for the program, not for its children
        )
        self._input = cast(BinaryIO, self._process.stdin)
        self._output = cast(BinaryIO, self._process.stdout)
        self._started = False

    @property
    def pid(self) -> int:
        """Number of the process."""
        return self._process.pid

    @property
    def alive(self) -> bool:
        """False once the process has ended."""
        return self._process.poll() is None

    def ask(self, request: Request) -> Decoded:
        """Decode one file.

        Raises
        ------
        BadInput
            The child's own refusal; ``too_costly`` or ``damaged`` when it died of the file.
        RuntimeError
            When the child cannot start, which is no fault of the file.
        """
        self._start()
        try:
            with self._killed_after(WALL_SECONDS):
                write_request(self._input, request)
                return read_reply(self._output)
        except (EOFError, BrokenPipeError):
            raise self._obituary(request) from None

    def _start(self) -> None:
        if self._started:
            return
        with self._killed_after(START_SECONDS):
            self._started = self._output.read(len(READY)) == READY
        if not self._started:
            raise RuntimeError(f"the decoding process does not start: {sys.executable} -m sera_core.images.child")

    @contextmanager
    def _killed_after(self, seconds: float) -> Iterator[None]:
        watch = Timer(seconds, self._process.kill)
        watch.daemon = True
        watch.start()
        try:
            yield
        finally:
            watch.cancel()
            watch.join()

    def end(self) -> None:
        """End the process and close its pipes."""
        self._process.kill()
        self._process.wait()
        for stream in (self._input, self._output):
            try:
                stream.close()
            except OSError:  # what it had not yet read cannot be flushed any more
                continue

    def _obituary(self, request: Request) -> BadInput:
        code = self._process.wait()
        spent = {-getattr(signal, name, 0) for name in ("SIGPROF", "SIGKILL")}
        return too_costly(request.kind) if code in spent else damaged(request.kind)


class Pool:
    """At most ``size`` children, started when they are first needed."""

    def __init__(self, size: int) -> None:
        self._places: LifoQueue[Child | None] = LifoQueue()  # the child that worked last is the warmest
        for _ in range(size):
            self._places.put(None)

    def ask(self, request: Request) -> Decoded:
        """Decode one file in a free child; see :meth:`Child.ask`."""
        child = self._places.get()
        try:
            if child is None or not child.alive:
                child = Child()
            return child.ask(request)
        except BadInput:
            raise
        except BaseException:  # interrupted half-way: what the pipes hold is no answer to the next request
            if child is not None:
                child.end()
            raise
        finally:
            if child is not None and not child.alive:
                child.end()
                child = Child()  # the next file finds it started
            self._places.put(child)

    def end(self) -> None:
        """End the children that are at rest."""
        while not self._places.empty():
            child = self._places.get()
            if child is not None:
                child.end()


@cache
def pool() -> Pool:
    """The children of this process."""
    made = Pool(SIZE)
    atexit.register(made.end)
    return made


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=pool.cache_clear)  # a forked process must not talk into its parent's pipes
