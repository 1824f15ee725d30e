"""What reads measured signs: a logistic regression on the quantities of an outline, kept as plain numbers."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict, TypeAdapter, ValidationError

from sera_core.contracts import BadInput

Values = NDArray[np.floating]


@dataclass(frozen=True)
class SignsReader:
    """A logistic regression on Q quantities, centred and divided first.

    Attributes
    ----------
    quantities : tuple of str
        Their names, in the order of :data:`~sera_core.signs.quantities.SCALE_FREE`.
    mean, spread : tuple of float [Q]
    weights : tuple of float [Q]
        Log-odds a spread.
    intercept : float
    """

    __pydantic_config__ = ConfigDict(extra="forbid", allow_inf_nan=False)

    quantities: tuple[str, ...]
    mean: tuple[float, ...]
    spread: tuple[float, ...]
    weights: tuple[float, ...]
    intercept: float

    def __post_init__(self) -> None:
        if {len(self.mean), len(self.spread), len(self.weights)} != {len(self.quantities)} or min(self.spread) <= 0:
            raise ValueError("every quantity needs a mean, a spread above 0 and a weight")

    def parts(self, values: Values) -> NDArray[np.float64]:
        """What each quantity adds to the log-odds ``[N, Q]``; one that was not measured (NaN) adds nothing."""
        scaled = (values - np.asarray(self.mean)) / np.asarray(self.spread)
        return np.nan_to_num(scaled, nan=0.0) * np.asarray(self.weights)

    def scores(self, values: Values) -> NDArray[np.float64]:
        """Log-odds of the positive class ``[N]`` of quantities ``[N, Q]``."""
        return self.parts(values).sum(axis=1) + self.intercept


_ADAPTER = TypeAdapter(SignsReader)


def to_bytes(reader: SignsReader) -> bytes:
    """The reader as JSON."""
    return _ADAPTER.dump_json(reader, indent=1) + b"\n"


def from_bytes(data: bytes) -> SignsReader:
    """The reader of a JSON file.

    Raises
    ------
    BadInput
        When it does not fit the schema.
    """
    try:
        return _ADAPTER.validate_json(data)
    except ValidationError as error:
        raise BadInput("bad_signs", "The weights of the signs cannot be read: train the model again.") from error
