"""Every file of the corpus becomes what its name says (:mod:`tests.images.drawn`)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from sera_core.contracts import BadInput
from sera_core.images.read import read_image
from tests.images.drawn import CORPUS, FRAME

FILES = sorted(CORPUS.iterdir())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_corpus(path: Path) -> None:
    fate, what, _ = path.name.split("-", 2)
    try:
        image = read_image(path.read_bytes())
    except BadInput as refusal:
        assert fate in ("refused", "any")
        assert fate == "any" or refusal.code == what  # noqa: PT017
    else:
        assert fate in ("good", "any")
        assert fate == "any" or np.abs(image.pixels * 255 - FRAME).max() <= float(what) + 1e-3


def test_the_corpus_is_there() -> None:
    assert len(FILES) >= 45
    assert sum(path.stat().st_size for path in FILES) < 2**20
