"""Ultrasound step by step: tissue, scatterers, envelope, grey; the simulator's own functions, one after the other."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import Grey
from sera_core.simulate.case import Case
from sera_core.simulate.render import MARGIN_MM, tissue
from sera_core.simulate.scanner import RECEIVER, compress, echo, scatterers, with_clutter

Array = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Echoes:
    """The stages of one frame on its scan lines, each ``[rows, lines]``.

    Attributes
    ----------
    level : float32
        Strength of the tissue's scatterers against normal gland, dB.
    field : float32
        Strength of each random scatterer, before the beam blurs them.
    envelope : float32
        What comes back, absorption and depth gain included.
    grey : float32
        After log compression, 0 ... 1.
    depth, place : float32
        Millimetres of the rows and lines.
    """

    level: Array
    field: Array
    envelope: Array
    grey: Grey
    depth: Array
    place: Array


def echoes(case: Case) -> Echoes:
    """Follow one look of a case from tissue to grey."""
    scanner = case.scanner
    depth = ((np.arange(scanner.rows) + 0.5) * scanner.mm_per_px).astype(np.float32)
    place = ((np.arange(scanner.lines) + 0.5) * scanner.pitch_mm - scanner.aperture_mm / 2).astype(np.float32)
    canvas, (gain, added) = tissue(case, place, depth)
    amplitude = with_clutter(_linear(canvas.db + gain), scanner)
    mirror, receiver = canvas.mirror * _linear(gain), _linear(np.float32(scanner.noise_db) + added)
    first = math.ceil(MARGIN_MM / scanner.pitch_mm)  # the whole frame begins so many lines outside the picture
    grid = range(len(depth)), range(first, first + len(place))
    noise, hiss = scatterers(case.seed, 0, *grid), scatterers(case.seed, RECEIVER, *grid)
    envelope = echo(amplitude, mirror, receiver, (noise, hiss), scanner, depth)
    field = np.abs(noise) * amplitude + mirror
    return Echoes(canvas.db, field.astype(np.float32), envelope, compress(envelope, scanner), depth, place)


def _linear(level_db: Array) -> Array:
    return np.power(np.float32(10), level_db / np.float32(20)).astype(np.float32)
