"""The program of the decoding child: bytes of strangers are decoded here and nowhere else.

A decoder may loop, fill the memory or crash on a file made for that (gdcm alone: 5 segmentation faults or aborts in
4,000 bit-flipped files), which no ``except`` can catch. So they run in a process of their own that may use
:data:`CPU_SECONDS` a file and :data:`MEMORY` in all, writes no file, and whose standard error, where libraries quote
what stands in a file, goes nowhere. :mod:`sera_core.images.pool` starts it and answers for it when it dies.
"""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Callable

from sera_core.contracts import BadInput
from sera_core.images.decoded import Decoded, too_costly
from sera_core.images.kinds import Kind
from sera_core.images.wire import READY, Request, read_request, write_reply

CPU_SECONDS = 2.0
MEMORY = 1 << 30  # bytes of address space


def main() -> None:
    """Answer requests from standard input on standard output until the program closes it."""
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # C libraries print to standard output
    _limit()
    output.write(READY)
    output.flush()
    while (request := read_request(sys.stdin.buffer)) is not None:
        write_reply(output, answer(request))


def answer(request: Request) -> Decoded | BadInput:
    """Decode one file within the limits on processor time."""
    try:
        read = reader_of(request.kind)
        _count_down(CPU_SECONDS)
        return read(request.data, request.frame)
    except BadInput as refusal:
        return refusal
    except MemoryError:
        return too_costly(request.kind)
    finally:
        _count_down(0)


def reader_of(kind: Kind) -> Callable[[bytes, int], Decoded]:
    """The function that reads a kind; its libraries are loaded when first asked for."""
    if kind == "DICOM":
        from sera_core.images.dicom import read_dicom

        return read_dicom
    from sera_core.images.raster import read_raster

    return lambda data, frame: read_raster(data, kind, frame)


def _count_down(seconds: float) -> None:
    """End this process after so much processor time; 0 stops the clock. On Windows only the wall clock holds."""
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, seconds)


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows
        return
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    for what in (resource.RLIMIT_CORE, resource.RLIMIT_FSIZE):
        resource.setrlimit(what, (0, 0))


if __name__ == "__main__":
    main()
