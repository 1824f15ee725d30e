import io

import pandas as pd
import pytest

from sera_core.evaluate.table import read_predictions
from tests.predicted import made_up

SEED = 2**62 + 1  # as a float it would be another case


@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_seed_stays_exact_beside_cases_without_one(kind: str) -> None:
    table = made_up(cases=4, domain="simulated")
    table["seed"] = pd.array([SEED if row == "home/1" else None for row in table["case_id"]], dtype="Int64")
    buffer = io.BytesIO()
    if kind == "csv":
        table.to_csv(buffer, index=False)
    else:
        table.to_parquet(buffer, index=False)
    cases = read_predictions(buffer.getvalue()).cases.set_index("case_id")
    assert int(cases.loc["home/1", "seed"]) == SEED
    assert cases["seed"].notna().sum() == 1
