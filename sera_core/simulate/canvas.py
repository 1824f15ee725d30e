"""The tissue map: level, absorption and mirrors on the grid of scan lines and depths."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


@dataclass
class Canvas:
    """A window of the field of view that anatomy and nodule paint on.

    Attributes
    ----------
    x : float32 [1, lines]
        Lateral position in mm, 0 in the middle of the probe.
    z : float32 [rows, 1]
        Depth in mm.
    db : float32 [rows, lines]
        Level of the scatterers against the normal gland.
    loss : float32 [rows, lines]
        Absorption, dB/cm/MHz one way.
    mirror : float32 [rows, lines]
        Amplitude of smooth interfaces.
    """

    x: Array
    z: Array
    db: Array
    loss: Array
    mirror: Array

    @classmethod
    def empty_at(cls, x: Array, z: Array) -> Canvas:
        """A blank canvas over lines ``x`` [1, lines] and depths ``z`` [rows, 1]."""
        shape = (z.shape[0], x.shape[1])
        return cls(x, z, np.zeros(shape, np.float32), np.zeros(shape, np.float32), np.zeros(shape, np.float32))

    @property
    def empty(self) -> bool:
        """True when the window holds nothing."""
        return self.db.size == 0

    def part(self, left: float, right: float, top: float, bottom: float) -> Canvas:
        """The window between these positions in mm; painting on it paints on this canvas."""
        a, b = np.searchsorted(self.x[0], (left, right))
        c, d = np.searchsorted(self.z[:, 0], (top, bottom))
        box = (slice(c, d), slice(a, b))
        return Canvas(self.x[:, a:b], self.z[c:d], self.db[box], self.loss[box], self.mirror[box])

    def rows(self, rows: slice) -> Canvas:
        """All lines between two rows."""
        return Canvas(self.x, self.z[rows], self.db[rows], self.loss[rows], self.mirror[rows])

    def band(self, top: float, bottom: float) -> Canvas:
        """All lines between two depths in mm."""
        return self.part(-999, 999, top, bottom)

    def blend(self, share: Array, db: Array | float | np.floating, loss: Array | float) -> None:
        """Move level and absorption towards new ones by ``share`` (0 ... 1); mirrors underneath are covered."""
        self.db += share * (db - self.db)
        self.loss += share * (loss - self.loss)
        self.mirror *= 1 - share

    def spot(self, x: float, z: float, wide: float, high: float, db: float) -> None:
        """A small bright reflector (Gaussian, half-widths in mm)."""
        part = self.part(x - 3 * wide, x + 3 * wide, z - 3 * high, z + 3 * high)
        shape = np.exp(-(((part.x - np.float32(x)) / np.float32(wide)) ** 2)) * np.exp(
            -(((part.z - np.float32(z)) / np.float32(high)) ** 2)
        )
        part.mirror += np.float32(10 ** (db / 20)) * shape

    def stone(self, x: float, z: float, wide: float, high: float, loss: float) -> None:
        """A calcified grain: bright and absorbing."""
        part = self.part(x - 2 * wide, x + 2 * wide, z - 2 * high, z + 2 * high)
        away = ((part.x - np.float32(x)) / np.float32(wide)) ** 2 + ((part.z - np.float32(z)) / np.float32(high)) ** 2
        part.blend(np.exp(-(away**2)), np.float32(14.0), loss)
        self.spot(x, z - high / 2, wide, 0.12, 16.0)

    def edge_shadow(self, x: float, z: float, half_width: float, loss_db: float) -> None:
        """Refraction at the sides of a round body takes ``loss_db`` (at 7 MHz) from narrow strips behind them."""
        for side in (x - half_width, x + half_width):
            part = self.part(side - 1.2, side + 1.2, z - 0.5, z + 0.5)
            # a slab of 1 mm, there and back, at 7 MHz: loss_db = 2 * 0.1 cm * 7 MHz * absorption
            part.loss += np.float32(loss_db / 1.4) * np.exp(-(((part.x - np.float32(side)) / np.float32(0.4)) ** 2))
