"""Smooth random fields over millimetres, the same wherever and on whatever grid they are asked for."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

CELLS = 64  # a table repeats after this many cells


def table(generator: np.random.Generator) -> Array:
    """A periodic lattice of standard normal numbers [CELLS, CELLS]."""
    return generator.standard_normal((CELLS, CELLS), dtype=np.float32)


def lattice(values: Array, u: NDArray[np.floating], v: NDArray[np.floating]) -> Array:
    """Value noise at coordinates in cells.

    Parameters
    ----------
    values : float32 [CELLS, CELLS]
        From :func:`table`.
    u, v : float32
        Columns and rows in cells. ``u`` of shape [1, n] with ``v`` of shape [m, 1] is much faster than full arrays.

    Returns
    -------
    float32
        Shape of ``u`` and ``v`` broadcast; mean 0, standard deviation about 0.7.
    """
    if u.shape[0] == 1 and v.shape[-1] == 1:
        return _across(_down(values, v[:, 0]), u[0])
    column, column_share = _split(u)
    row, row_share = _split(v)
    flat = values.ravel()
    here, below = (row % CELLS) * CELLS, ((row + 1) % CELLS) * CELLS
    left, right = column % CELLS, (column + 1) % CELLS
    top = flat.take(here + left)
    top += (flat.take(here + right) - top) * column_share
    low = flat.take(below + left)
    low += (flat.take(below + right) - low) * column_share
    return np.asarray(top + (low - top) * row_share, np.float32)


def curve(generator: np.random.Generator, x: Array, period_mm: float) -> Array:
    """A smooth random curve along ``x`` in mm; mean 0, standard deviation about 0.7."""
    values = generator.standard_normal(CELLS).astype(np.float32)
    cell, share = _split(np.asarray(x / np.float32(period_mm), np.float32))
    here = values[cell % CELLS]
    return np.asarray(here + (values[(cell + 1) % CELLS] - here) * share, np.float32)


def step(value: Array, low: float, high: float) -> Array:
    """0 below ``low``, 1 above ``high``, smooth between."""
    share = np.clip((value - np.float32(low)) * np.float32(1 / (high - low)), 0, 1)
    return np.asarray(share * share * (3 - 2 * share), np.float32)


def _split(position: NDArray[np.floating]) -> tuple[NDArray[np.int32], Array]:
    cell = np.floor(position)
    share = position - cell
    return cell.astype(np.int32), np.asarray(share * share * (3 - 2 * share), np.float32)


def _down(values: Array, v: NDArray[np.floating]) -> Array:
    row, share = _split(v)
    here = values[row % CELLS]
    return here + (values[(row + 1) % CELLS] - here) * share[:, None]


def _across(rows: Array, u: NDArray[np.floating]) -> Array:
    column, share = _split(u)
    here = rows[:, column % CELLS]
    return np.asarray(here + (rows[:, (column + 1) % CELLS] - here) * share[None, :], np.float32)
