"""Decode lossless and 12-bit JPEG frames with gdcm in a process of its own.

gdcm is the only decoder here for these two, and on corrupted frames it sometimes ends the whole process (measured:
5 segmentation faults or aborts in 4,000 bit-flipped files), which no ``except`` can catch. So it gets a child process
with bounded memory and time. The same file is the child's program; it imports nothing of ours.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, dataclass

_MEMORY = 1 << 30  # bytes
_CPU_SECONDS = 2
_WALL_SECONDS = 15  # only for machines so busy that the CPU limit never comes


class DecoderFailed(RuntimeError):
    """The child process ended without a frame."""


@dataclass(frozen=True)
class FrameLayout:
    """What gdcm must know about a compressed frame."""

    transfer_syntax: str
    rows: int
    columns: int
    samples: int
    bits_allocated: int
    bits_stored: int
    signed: int
    photometric: str


def decode_apart(frame: bytes, layout: FrameLayout) -> bytes:
    """Decode one compressed frame in a child process.

    Parameters
    ----------
    frame : bytes
        The compressed frame.
    layout : FrameLayout

    Returns
    -------
    bytes
        ``rows * columns * samples`` values of ``bits_allocated`` bits, colour by pixel.

    Raises
    ------
    DecoderFailed
        When the child process crashed, ran out of time or memory, or gave another number of bytes.
    """
    request = json.dumps(asdict(layout)).encode() + b"\n" + frame
    command = [sys.executable, "-P", os.path.abspath(__file__)]
    try:
        done = subprocess.run(command, input=request, capture_output=True, timeout=_WALL_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError) as error:
        raise DecoderFailed from error
    if len(done.stdout) != layout.rows * layout.columns * layout.samples * layout.bits_allocated // 8:
        raise DecoderFailed
    return done.stdout


def _limit() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such limits; the wall clock still holds
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY, _MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _gdcm_decode(frame: bytes, layout: FrameLayout) -> bytes:
    import gdcm

    fragment = gdcm.Fragment()
    fragment.SetByteStringValue(frame)
    fragments = gdcm.SequenceOfFragments.New()
    fragments.AddFragment(fragment)
    element = gdcm.DataElement(gdcm.Tag(0x7FE0, 0x0010))
    element.SetValue(fragments.__ref__())
    image = gdcm.Image()
    image.SetNumberOfDimensions(2)
    image.SetDimensions((layout.columns, layout.rows, 1))
    image.SetDataElement(element)
    kind = gdcm.PhotometricInterpretation.GetPIType(layout.photometric)
    image.SetPhotometricInterpretation(gdcm.PhotometricInterpretation(kind))
    if layout.samples > 1:
        image.SetPlanarConfiguration(0)
    syntax = gdcm.TransferSyntax.GetTSType(layout.transfer_syntax)
    image.SetTransferSyntax(gdcm.TransferSyntax(syntax))
    stored = layout.bits_stored
    image.SetPixelFormat(
        gdcm.PixelFormat(layout.samples, layout.bits_allocated, stored, stored - 1, layout.signed),
    )
    # SWIG returns the buffer as str with undecodable bytes as surrogates
    return bytes(image.GetBuffer().encode("utf-8", "surrogateescape"))


def main() -> None:
    """Read a request from standard input, write the frame to standard output."""
    _limit()
    output = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # the C library prints to standard output
    layout = FrameLayout(**json.loads(sys.stdin.buffer.readline()))
    output.write(_gdcm_decode(sys.stdin.buffer.read(), layout))
    output.close()


if __name__ == "__main__":
    main()
