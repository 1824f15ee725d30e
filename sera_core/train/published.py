"""The recipes of Lee 2019, from the table that travels with the project."""

from __future__ import annotations

import csv
from dataclasses import replace

from sera_core.contracts import BadInput
from sera_core.files import MODELS
from sera_core.nets.registry import network as registered
from sera_core.train.recipes import Recipe

TABLE = MODELS / "published" / "lee2019_recipes.csv"


def published_recipe(network: str, epochs: int | None = None) -> Recipe:
    """The recipe of Lee 2019 for a network, read from the published table.

    Momentum 0.9, batches of 33 and all layers trained at one rate, as published; no weight decay, dropout or moving
    average is named there, so there is none.

    Raises
    ------
    BadInput
        When the paper has no recipe for it, or its number of epochs cannot be read and is not given.
    """
    name = registered(network).published
    with TABLE.open(encoding="utf-8", newline="") as lines:
        rows = {row["network"]: row for row in csv.DictReader(lines)}
    if name not in rows:
        raise BadInput(
            "not_published",
            f"Lee 2019 has no recipe for {network}: it has one for {', '.join(rows)}; give --epochs and --lr.",
        )
    row = rows[name]
    count = epochs or int(row["epochs"] or 0)
    if not count:
        raise BadInput("not_published", f"The epochs of {name} are illegible in the source: add --epochs.")
    plain = Recipe(
        "finetune", epochs=count, rate=float(row["learning_rate"]), decay=0.0, head_rate=1.0, dropout=0.0,
        averaging=0.0, frozen_stages=0, schedule="constant",
    )  # fmt: skip
    fall = row["learning_rate_decay"]
    if fall.startswith("x0.1 every 5"):
        return replace(plain, schedule="step", step_every=5, step_factor=0.1)
    return replace(plain, schedule="log", last_rate=1e-4) if fall.startswith("log-scale") else plain
