"""The speckled frame that checks are tried on, and how a file is refused."""

from __future__ import annotations

import pytest

from sera_core.contracts import BadInput
from sera_core.images.read import read_image
from tests.images.files import speckle

FRAME = speckle(240, 320)


def refusal_of(data: bytes, frame: int = 0) -> BadInput:
    with pytest.raises(BadInput) as refusal:
        read_image(data, frame)
    return refusal.value
