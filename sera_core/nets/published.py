"""The recipes that Lee 2019 (doi 10.1038/s41598-019-56395-x) published for its networks, read as they stand."""

from __future__ import annotations

import csv
from dataclasses import dataclass

from sera_core.files import MODELS
from sera_core.nets.network import Network

RECIPES = MODELS / "published" / "lee2019_recipes.csv"


@dataclass(frozen=True)
class PublishedRecipe:
    """How the paper trained one network.

    Attributes
    ----------
    epochs : int or None
        None where the source cannot be read.
    rate : float
        Learning rate at the start.
    decay : str
        How the rate falls, in the paper's words.
    package : str
        What it was trained with.
    note : str
    """

    epochs: int | None
    rate: float
    decay: str
    package: str
    note: str


def published_recipe(network: Network) -> PublishedRecipe | None:
    """The paper's recipe for a network of the registry, or None where it has none."""
    with RECIPES.open(encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines):
            if row["network"] == network.published:
                return PublishedRecipe(
                    epochs=int(row["epochs"]) if row["epochs"] else None,
                    rate=float(row["learning_rate"]),
                    decay=row["learning_rate_decay"],
                    package=row["package"],
                    note=row["note"],
                )
    return None
