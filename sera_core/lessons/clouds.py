"""Points to separate: three drawn clouds on a board of 10 by 10, and the texture of simulated nodules."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from sera_core.lessons.bank import Bank
from sera_core.lessons.glcm import PROPERTIES, texture

Floats = NDArray[np.float64]
Cloud = tuple[Floats, Floats]  # points [N, 2] on the board, labels [N] of -1 and +1

BOARD = 10.0  # side of the board


def clear() -> Cloud:
    """Two classes with a gap between them."""
    random = np.random.default_rng(4)
    return _cloud(random.normal((3.0, 3.4), 0.95, (9, 2)), random.normal((7.0, 6.8), 0.95, (9, 2)))


def overlapping() -> Cloud:
    """Two classes that no line separates."""
    random = np.random.default_rng(3)
    return _cloud(random.normal((3.8, 4.0), 1.3, (14, 2)), random.normal((6.2, 6.0), 1.3, (14, 2)))


def ring() -> Cloud:
    """One class around the other."""
    random = np.random.default_rng(1)
    angle = np.linspace(0, 2 * np.pi, 18, endpoint=False) + random.normal(0, 0.12, 18)
    radius = random.normal(3.6, 0.35, 18)
    around = 5 + np.column_stack([radius * np.cos(angle), radius * np.sin(angle)])
    return _cloud(around, random.normal(5, 0.95, (12, 2)))


def _cloud(benign: Floats, malignant: Floats) -> Cloud:
    points = np.clip(np.concatenate([benign, malignant]), 0.2, BOARD - 0.2).round(1)
    return points, np.repeat([-1.0, 1.0], [len(benign), len(malignant)])


def textures(bank: Bank) -> dict[str, Floats]:
    """The four co-occurrence properties of every nodule of the bank ``[N]``."""
    rows = [texture(crop) for crop in bank.crops]
    return {name: np.array([row[name] for row in rows]) for name in PROPERTIES}


def standardised(values: Floats, reference: Floats) -> Floats:
    """Values in standard deviations from the mean of a reference."""
    return (values - reference.mean()) / reference.std()
