"""Tables of made-up predictions, for tests of rooms that take one."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from scipy.special import expit

from sera_core.evaluate.predictions import Predictions
from sera_core.evaluate.table import read_predictions

CENTRES = {"home": "internal", "away": "external"}


def made_up(
    models: Sequence[str] = ("alpha", "beta", "gamma"),
    cases: int = 120,
    domain: str = "real",
    readers: bool = False,
    sizes: bool = False,
    seed: int = 7,
) -> pd.DataFrame:
    """A valid long table of two centres; the first model is the best."""
    random = np.random.default_rng(seed)
    parts = []
    for centre, role in CENTRES.items():
        label = np.arange(cases) % 2
        base = pd.DataFrame(
            {
                "case_id": [f"{centre}/{i}" for i in range(cases)],
                "patient_id": [f"{centre}-p{i}" for i in range(cases)],
                "centre": centre,
                "role": role,
                "label": label,
                "domain": domain,
            }
        )
        evidence = label * 1.5 + random.normal(size=cases)
        if readers:
            base["reader_1_acr2017"] = np.clip(np.round(3 + 2 * evidence), 0, 10)
        if sizes:
            base["size_mm"] = random.uniform(5, 30, cases)
        for place, model in enumerate(models):
            score = expit(evidence - 0.7 + random.normal(0, 0.3 + 0.6 * place, cases))
            parts.append(base.assign(model=model, probability=score))
    return pd.concat(parts, ignore_index=True)


def read(table: pd.DataFrame) -> Predictions:
    """The table as the program reads it."""
    return read_predictions(table.to_csv(index=False).encode())
