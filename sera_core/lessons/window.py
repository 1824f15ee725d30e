"""A window that slides over a grid: where it stops, how many places there are, and which cells it never sees.

The output-size formula is that of the CS231n notes on convolutional networks. They demand that it comes out whole;
every network rounds down instead, and never looks at what is left over.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sera_core.contracts import BadInput


@dataclass(frozen=True)
class Window:
    """A square window.

    Attributes
    ----------
    size : int
        Cells a side that it looks at.
    stride : int
        Cells from one place to the next.
    padding : int
        Cells added around the grid.
    dilation : int
        Distance between the cells it looks at; 1 is an ordinary window.
    """

    size: int
    stride: int = 1
    padding: int = 0
    dilation: int = 1

    def __post_init__(self) -> None:
        if self.size < 1 or self.stride < 1 or self.dilation < 1 or self.padding < 0:
            raise BadInput("no_window", "Size, stride and dilation are at least 1, and padding at least 0.")

    @property
    def reach(self) -> int:
        """Cells from the first to the last that it looks at."""
        return self.dilation * (self.size - 1) + 1

    def places(self, length: int) -> int:
        """How many places there are along a side of ``length`` cells, rounded down as libraries do.

        Raises
        ------
        BadInput
            When the window is larger than the padded grid.
        """
        room = length + 2 * self.padding - self.reach
        if room < 0:
            raise BadInput(
                "window_too_large",
                f"The window reaches over {self.reach} cells and the padded grid has "
                f"{length + 2 * self.padding}: take a smaller kernel, less dilation or more padding.",
            )
        return room // self.stride + 1

    def seen(self, length: int) -> NDArray[np.bool_]:
        """Which cells of a padded side some place of the window looks at ``[length + 2 padding]``."""
        starts = np.arange(self.places(length)) * self.stride
        looked = np.zeros(length + 2 * self.padding, bool)
        looked[starts[:, None] + np.arange(self.size) * self.dilation] = True
        return looked

    def never_seen(self, length: int) -> int:
        """How many cells of a square grid no place looks at; padding does not count."""
        return length**2 - int(self.seen(length)[self.padding : self.padding + length].sum()) ** 2

    def latex(self, length: int) -> str:
        """The output-size formula with these numbers."""
        size = f"{self.size}" if self.dilation == 1 else rf"({self.dilation}\cdot({self.size}-1)+1)"
        steps, places = (length + 2 * self.padding - self.reach) / self.stride, self.places(length)
        rounded = "" if steps.is_integer() else rf" = \lfloor {steps:.2f} \rfloor + 1"
        inside = rf"\frac{{{length} - {size} + 2\cdot {self.padding}}}{{{self.stride}}}"
        return rf"W' = \left\lfloor {inside} \right\rfloor + 1{rounded} = {places}"
