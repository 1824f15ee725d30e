"""A drawn table of two models, two readers and three centres, and one row of an answer."""

from __future__ import annotations

import io

import numpy as np
import pandas as pd
from scipy.special import expit

from sera_core.evaluate.results import Row
from sera_core.evaluate.table import Predictions, read_predictions

SIZES = {"home": 160, "away": 130, "far": 60}


def drawn_table(seed: int = 0) -> pd.DataFrame:
    """Two models (one much better), a guideline and a reader at three simulated centres; one image a patient."""
    random = np.random.default_rng(seed)
    parts = []
    for centre, n in SIZES.items():
        label = random.permutation(np.arange(n) % 2)
        signal = random.normal(1.6 * label - 0.8, 1)
        for model, noise in (("good", 0.4), ("poor", 2.5)):
            parts.append(
                pd.DataFrame(
                    {
                        "case_id": [f"{centre}/{k}" for k in range(n)],
                        "patient_id": [f"{centre}/p{k}" for k in range(n)],
                        "centre": centre,
                        "role": "internal" if centre == "home" else "external",
                        "label": label,
                        "model": model,
                        "probability": expit(signal + np.random.default_rng(len(model) + n).normal(0, noise, n)),
                        "size_mm": np.random.default_rng(n).uniform(3, 30, n),
                        "foci": np.random.default_rng(n).choice(["none", "punctate", "punctate rim"], n),
                        "log_likelihood_ratio": 2 * signal,
                        "reader_1_ktirads2021": np.clip(np.round(3.5 + signal), 2, 5),
                        "reader_person": np.round(signal),
                        "domain": "simulated",
                    }
                )
            )
    return pd.concat(parts)


def read(table: pd.DataFrame) -> Predictions:
    file = io.BytesIO()
    table.to_parquet(file, index=False)
    return read_predictions(file.getvalue())


def one(rows: tuple[Row, ...], **wanted: str) -> Row:
    found = [row for row in rows if all(getattr(row, key) == value for key, value in wanted.items())]
    assert len(found) == 1, found
    return found[0]
