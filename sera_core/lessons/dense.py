"""The end of a network: a fully connected layer, softmax, and what each feature gave to the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike, NDArray

Array = NDArray[np.float64]


class Dense(NamedTuple):
    """The stages of the talk's example: A x, A x + b, and the ReLU of it."""

    product: Array
    shifted: Array
    active: Array


def dense(x: ArrayLike, matrix: ArrayLike, bias: ArrayLike) -> Dense:
    """A fully connected layer.

    Parameters
    ----------
    x : [m]
    matrix : [n, m]
    bias : [n]
    """
    product = np.asarray(matrix, float) @ np.asarray(x, float)
    shifted = product + np.asarray(bias, float)
    return Dense(product, shifted, np.maximum(shifted, 0))


def softmax(scores: ArrayLike, temperature: float = 1.0) -> Array:
    """Shares that sum to one; a high temperature evens them out, a low one leaves the largest alone."""
    scaled = np.asarray(scores, float) / temperature
    risen = np.exp(scaled - scaled.max())  # the same shares, and no overflow
    return risen / risen.sum()


@dataclass(frozen=True, eq=False)
class Evidence:
    """What the last layer makes of the features of one image.

    Attributes
    ----------
    logits : [2]
        Benign, malignant.
    terms : [F]
        What each feature adds to malignant minus benign; with ``bias`` they sum to the difference of the logits.
    bias : float
    features : [F]
    """

    logits: Array
    terms: Array
    bias: float
    features: Array

    @property
    def score(self) -> float:
        """Log odds of malignant before calibration."""
        return float(self.logits[1] - self.logits[0])

    def strongest(self, count: int) -> NDArray[np.intp]:
        """Numbers of the features with the largest terms, most malignant first."""
        chosen = np.argsort(-np.abs(self.terms))[:count]
        return chosen[np.argsort(-self.terms[chosen])]


def evidence(features: ArrayLike, matrix: ArrayLike, bias: ArrayLike) -> Evidence:
    """Take the last layer's answer apart.

    Parameters
    ----------
    features : [F]
    matrix : [2, F]
    bias : [2]
    """
    x, weights, shift = np.asarray(features, float), np.asarray(matrix, float), np.asarray(bias, float)
    logits = dense(x, weights, shift).shifted
    return Evidence(logits, (weights[1] - weights[0]) * x, float(shift[1] - shift[0]), x)
