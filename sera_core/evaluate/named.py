"""Cut-offs that a person names: ``MODEL=VALUE``, on the command line and on the page."""

from __future__ import annotations

from collections.abc import Iterable
from math import isfinite, nan

from sera_core.contracts import BadInput
from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.results import Cutoff

NAMED = "named for this comparison, fixed beforehand"


def named_number(said: str, name: str = "MODEL", example: str = "my-network=0.56") -> tuple[str, float]:
    """``MODEL=VALUE``; a model's own name may hold an equals sign. A refusal says which ``name`` is meant.

    >>> named_number("my-network = 0.56")
    ('my-network', 0.56)
    """
    found, sign, value = said.rpartition("=")
    try:
        number = float(value)
    except ValueError:
        number = nan
    if not (found.strip() and sign and isfinite(number)):
        raise BadInput("named_number", f"{said!r} is not {name}=VALUE: write for example {example}.")
    return found.strip(), number


def check_cutoff(name: str, value: float, predictions: Predictions) -> None:
    """Refuse a model's cut-off that is no probability; a reader's is a score, and any number."""
    if name in (predictions.whole or predictions).models and not 0 <= value <= 1:
        raise BadInput("cutoff", f"A cut-off of {value:g} for {name} is no probability: give a number from 0 to 1.")


def named_cutoffs(given: Iterable[tuple[str, float]], predictions: Predictions) -> dict[str, Cutoff]:
    """Cut-offs of models and readers of a table, before those of table or study; an unknown name is refused."""
    found = {name: Cutoff(value, nan, nan, NAMED) for name, value in given}
    whole = predictions.whole or predictions
    known = (*whole.models, *whole.readers)
    if unknown := found.keys() - set(known):
        raise BadInput(
            "no_model", f"The table has no model {', '.join(sorted(unknown))}: name one of {', '.join(known)}."
        )
    for name, cutoff in found.items():
        check_cutoff(name, cutoff.value, predictions)
    return found
