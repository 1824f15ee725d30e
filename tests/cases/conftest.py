from __future__ import annotations

from pathlib import Path

import pytest

from sera_core.cases.log import Log


@pytest.fixture
def url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'cases.sqlite'}"


@pytest.fixture
def log(url: str) -> Log:
    return Log(url=url)
