"""A decision laid out over the plane: its values on a grid, and the lines along which it has one value."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.lessons.clouds import BOARD
from sera_core.lessons.margin import Floats, Margin


@dataclass(frozen=True, eq=False)
class Field:
    """Decision values on a grid.

    Attributes
    ----------
    x, y : float64 [M]
        Where the columns and rows lie.
    values : float64 [M, M]
        Row for ``y``, column for ``x``.
    """

    x: Floats
    y: Floats
    values: Floats


def field(fitted: Margin, low: tuple[float, float], high: tuple[float, float], count: int = 60) -> Field:
    """Decision values of a separation in two dimensions between two corners."""
    x, y = np.linspace(low[0], high[0], count), np.linspace(low[1], high[1], count)
    across, up = np.meshgrid(x, y)
    values = fitted.decide(np.column_stack([across.ravel(), up.ravel()]))
    return Field(x, y, values.reshape(count, count))


def cells_for(gamma: float) -> int:
    """Cells along a side of the board that show an island of the Gaussian kernel: four across its width."""
    return int(np.clip(4 * BOARD * np.sqrt(2 * gamma), 60, 240))


def level_lines(plane: Field, level: float) -> list[NDArray[np.float64]]:
    """The lines along which the decision has this value, each ``[K, 2]`` in the coordinates of the plane."""
    from skimage.measure import find_contours

    step = np.array([plane.x[1] - plane.x[0], plane.y[1] - plane.y[0]])
    start = np.array([plane.x[0], plane.y[0]])
    return [start + line[:, ::-1] * step for line in find_contours(plane.values, level)]


def slack_feet(fitted: Margin) -> Floats:
    """Where each point would have to stand to need no slack: on its own edge of a straight margin ``[N, 2]``.

    Where there is no border there is no such place, and each point stays where it is.
    """
    if np.isinf(fitted.alpha):
        return fitted.points
    normal = fitted.weights / np.linalg.norm(fitted.weights)
    return fitted.points + (fitted.labels * fitted.slack * fitted.alpha)[:, None] * normal
