"""The table that most tests of cells ask."""

from __future__ import annotations

import pytest

from sera_core.evaluate.table import Predictions
from tests.evaluate.drawn import drawn_table, read


@pytest.fixture(scope="module")
def table() -> Predictions:
    return read(drawn_table())
