"""Random, cut and bit-flipped files of every format: an image or a refusal."""

from __future__ import annotations

import os
from functools import cache

import numpy as np
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sera_core.contracts import BadInput
from sera_core.images.read import read_image
from tests.images.drawn import CORPUS

EXAMPLES = 500 if os.environ.get("CI") else 150


@cache
def files() -> dict[str, bytes]:
    """The corpus without the slow file: changed a little, it takes its 2 s of processor again nearly every time."""
    return {path.name: path.read_bytes() for path in CORPUS.iterdir() if "slow" not in path.name}


@st.composite
def broken_files(draw: st.DrawFn) -> bytes:
    """A good file, cut, with bytes changed near its head or anywhere, or with a piece doubled."""
    data = bytearray(files()[draw(st.sampled_from(sorted(files())))])
    if draw(st.integers(0, 4)) == 0:
        del data[draw(st.integers(0, len(data))) :]
    reach = len(data) if draw(st.booleans()) else min(len(data), 1200)
    for place, value in draw(st.lists(st.tuples(st.integers(0, max(reach - 1, 0)), st.integers(0, 255)), max_size=40)):
        if place < len(data):
            data[place] = value if value % 2 else data[place] ^ (1 << (value // 2) % 8)
    if draw(st.integers(0, 9)) == 0:
        start, length = draw(st.integers(0, len(data))), draw(st.integers(1, 500))
        data[start:start] = data[start : start + length]
    return bytes(data)


def random_files() -> st.SearchStrategy[bytes]:
    heads = st.sampled_from(
        [b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff", b"BM", b"II*\x00", b"MM\x00*", b"\x08\x00\x05\x00"]
    )
    preamble = st.just(bytes(128) + b"DICM")
    return st.builds(lambda head, body: head + body, heads | preamble, st.binary(max_size=400))


def survives(data: bytes, frame: int) -> None:
    """An image or a refusal, of a file that costs too much as well; the child is bounded (``test_pool.py``)."""
    try:
        image = read_image(data, frame)
    except BadInput as refusal:
        assert refusal.message.endswith(".")  # noqa: PT017 - either outcome is right
    else:
        assert image.pixels.dtype == np.float32
        assert np.isfinite(image.pixels).all()
        assert image.pixels.min() >= 0
        assert image.pixels.max() <= 1


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=list(HealthCheck))
@given(broken_files(), st.sampled_from([0, 0, 0, 1]))
def test_broken_files(data: bytes, frame: int) -> None:
    survives(data, frame)


@settings(max_examples=EXAMPLES // 2, deadline=None, suppress_health_check=list(HealthCheck))
@given(random_files())
@example(b"")
@example(b"\x89PNG\r\n\x1a\n")
@example(bytes(128) + b"DICM")
def test_random_files(data: bytes) -> None:
    survives(data, 0)
