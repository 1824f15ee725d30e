from __future__ import annotations

import io
import os
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

from sera_core.classifiers.store import installed
from sera_core.ui.compare.sight import SEEN

REAL = ["DDTI", "BUSI", "LES3-A", "LES3-B"]
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def own_main() -> Iterator[None]:
    """AppTest leaves its script as ``__main__``, which every process started later would run first."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept


@pytest.fixture
def home() -> AppTest:
    return AppTest.from_file(str(ROOT / "app.py"), default_timeout=120)


@pytest.fixture
def page(home: AppTest) -> AppTest:
    """The Diagnose page, not yet run: a test may fill in the link first."""
    home.run()
    return home.switch_page("pages/1_Diagnose.py")


@pytest.fixture
def model() -> str:
    """Id of a model that answers."""
    ready = [status.id for status in installed() if status.valid]
    if not ready:
        if os.environ.get("CI"):
            pytest.fail("no valid model is installed in models/")
        pytest.skip("needs an installed model in models/")
    return ready[0]


@pytest.fixture(scope="session")
def png() -> Callable[[np.ndarray], bytes]:
    def encode(pixels: np.ndarray) -> bytes:
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, format="PNG")
        return buffer.getvalue()

    return encode


def chapter_at(learn: AppTest, number: int, **link: str) -> AppTest:
    """Open a chapter, with the mathematics unless asked otherwise, by a link; it has nothing to complain of."""
    learn.query_params["chapter"] = str(number)
    for name, value in ({"depth": "mathematics"} | link).items():
        learn.query_params[name] = value
    learn.run()
    assert not learn.exception
    assert not learn.error
    return learn


def shown(page: AppTest) -> dict[str, str]:
    """Every number on the page by its name."""
    return {metric.label: metric.value for metric in page.metric}


@pytest.fixture
def learn(home: AppTest) -> AppTest:
    """The Learn page, not yet run: a test names its chapter in the link first."""
    home.run()
    return home.switch_page("pages/3_Learn.py")


@pytest.fixture
def compare(home: AppTest) -> AppTest:
    """The Compare page on the real centres of the study of real frames, not yet run."""
    home.run()
    page = home.switch_page("pages/2_Compare_models.py")
    page.query_params["study"] = "real-frames"
    page.query_params["centres-real-frames"] = REAL
    page.session_state[SEEN] = set(range(1, 14))
    return page
