"""A window that slides over a grid: where it stops, how many places there are, and what is left over.

The output-size formula and the demand that it comes out whole follow the CS231n notes on convolutional networks;
libraries round down instead and never look at what is left over.
"""

from __future__ import annotations

from dataclasses import dataclass

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

    def left_over(self, length: int) -> int:
        """Cells at the end of a side that no place of the window reaches."""
        return length + 2 * self.padding - self.reach - (self.places(length) - 1) * self.stride

    def check(self, length: int) -> None:
        """Refuse a stride that does not fit.

        Raises
        ------
        BadInput
        """
        left = self.left_over(length)
        if left:
            room = length + 2 * self.padding - self.reach
            legal = ", ".join(str(stride) for stride in range(1, max(room, 1) + 1) if room % stride == 0)
            raise BadInput(
                "stride_misfit",
                f"A stride of {self.stride} does not fit: the window can move {room} cells, which is no multiple of "
                f"{self.stride}, so the last {left} would never be seen. Strides that fit: {legal}.",
            )

    def latex(self, length: int, name: str = "W") -> str:
        """The output-size formula with these numbers."""
        size = f"{self.size}" if self.dilation == 1 else rf"({self.dilation}\cdot({self.size}-1)+1)"
        value = (length + 2 * self.padding - self.reach) / self.stride + 1
        shown = f"{value:.0f}" if value.is_integer() else f"{value:.2f}"
        return rf"{name}' = \frac{{{length} - {size} + 2\cdot {self.padding}}}{{{self.stride}}} + 1 = {shown}"
