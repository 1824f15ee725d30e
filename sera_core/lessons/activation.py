"""Nonlinearities: what they do to a number, to a chain of layers, and to the gradient on its way back."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
LEAK = 0.1


class Nonlinearity(NamedTuple):
    """A function of one number, its slope, and how it is written."""

    apply: Callable[[Array], Array]
    slope: Callable[[Array], Array]
    latex: str


def sigmoid(x: Array) -> Array:
    """1 / (1 + e^-x), without overflow."""
    return 0.5 * (1 + np.tanh(0.5 * np.asarray(x, float)))


NONLINEARITIES: dict[str, Nonlinearity] = {
    "ReLU": Nonlinearity(lambda x: np.maximum(x, 0), lambda x: np.asarray(x > 0, float), r"\max(0, x)"),
    "ReLU6": Nonlinearity(
        lambda x: np.clip(x, 0, 6), lambda x: np.asarray((x > 0) & (x < 6), float), r"\min(\max(0, x), 6)"
    ),
    "leaky ReLU": Nonlinearity(
        lambda x: np.where(x > 0, x, LEAK * x), lambda x: np.where(x > 0, 1.0, LEAK), r"\max(0.1\,x, x)"
    ),
    "sigmoid": Nonlinearity(sigmoid, lambda x: sigmoid(x) * (1 - sigmoid(x)), r"\frac{1}{1+e^{-x}}"),
    "tanh": Nonlinearity(np.tanh, lambda x: 1 - np.tanh(x) ** 2, r"\tanh x"),
    "none": Nonlinearity(lambda x: np.asarray(x, float), lambda x: np.ones_like(x, float), "x"),
}


def value_and_slope(name: str, x: float) -> tuple[float, float]:
    """What comes out of a nonlinearity for one number, and how steep it is there.

    Examples
    --------
    >>> value_and_slope("ReLU", 1.5)
    (1.5, 1.0)
    """
    value, slope = (float(part(np.asarray(x))) for part in NONLINEARITIES[name][:2])
    return value, slope


def gradient_by_layer(name: str, depth: int, width: int = 64, seed: int = 0) -> list[float]:
    """Root mean square of the loss's gradient at the input of each layer, last layer first.

    A plain chain of ``depth`` layers, each ``x -> f(W x)``, with the start weights made for its nonlinearity: He 2015
    (arXiv 1502.01852) for the ReLU family, Glorot 2010 otherwise. The gradient at the end is random, of size 1.

    Parameters
    ----------
    name : str
        Of :data:`NONLINEARITIES`.
    depth, width : int
    seed : int
    """
    weights, inputs, end = _chain(name, depth, width, seed)
    slope = NONLINEARITIES[name].slope
    sizes, gradient = [], end
    for weight, x in zip(reversed(weights), reversed(inputs), strict=True):
        gradient = weight.T @ (gradient * slope(weight @ x))  # the chain rule, one layer back
        sizes.append(float(np.sqrt(np.mean(gradient**2))))
    return sizes


def _chain(name: str, depth: int, width: int, seed: int) -> tuple[list[Array], list[Array], Array]:
    """Weights and inputs of every layer, and a gradient at the end."""
    random = np.random.default_rng(seed)
    gain = np.sqrt(2.0) if "ReLU" in name else 1.0
    weights = [random.normal(0, gain / np.sqrt(width), (width, width)) for _ in range(depth)]
    x, inputs = random.normal(size=width), []
    for weight in weights:
        inputs.append(x)
        x = NONLINEARITIES[name].apply(weight @ x)
    end = random.normal(size=width)
    return weights, inputs, end / np.sqrt(np.mean(end**2))


def fit_with_hinges(curve: Array, hinges: int) -> Array:
    """The best sum (least squares) of a straight line and so many ReLUs, bent at evenly spaced places.

    Without a hinge it stays a straight line, however many linear layers are stacked.

    Parameters
    ----------
    curve : [N]
    hinges : int

    Returns
    -------
    [N]
    """
    x = np.linspace(0, 1, len(curve))
    bends = np.linspace(0, 1, hinges + 2)[1:-1]
    parts = np.stack([np.ones_like(x), x, *(np.maximum(x - bend, 0) for bend in bends)], axis=1)
    share, *_ = np.linalg.lstsq(parts, curve, rcond=None)
    return np.asarray(parts @ share)
