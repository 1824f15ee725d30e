"""Fixtures that every room's tests share."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

SHARED_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Folder with the real frames; tests that need it are skipped where it is absent, but never in CI."""
    if not SHARED_DATA.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"the real frames are missing: expected them in {SHARED_DATA}")
        pytest.skip("needs the real frames (folder shared/data beside the repository), which are not distributed")
    return SHARED_DATA
