"""How many files were tried, and what became of them: ``python -m tests.images.count [FOLDER_OF_FRAMES ...]``.

A file is *right* when its pixels are those that are known (our own drawing, pydicom's own output, Pillow's for frames)
or when it is refused as it must be; *read* and *refused* are the two good fates of a file of which no more is known.
"""

from __future__ import annotations

import statistics
import sys
import time
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from sera_core.contracts import BadInput
from sera_core.images.child import reader_of
from sera_core.images.dicom import parse
from sera_core.images.kinds import kind_of
from sera_core.images.pool import pool
from sera_core.images.read import read_image
from sera_core.images.stored import stored_values
from sera_core.images.wire import Request
from tests.images.drawn import CORPUS, FRAME
from tests.images.test_pydicom_files import FILES, own_pixels

BROKEN = 2_000
FATES = ("tried", "right", "read", "refused", "wrong", "crashed")


def fate(data: bytes) -> str:
    """What the door makes of a file of which nothing is known."""
    try:
        read_image(data)
    except BadInput:
        return "refused"
    except Exception:
        return "crashed"
    return "read"


def of_corpus(path: Path) -> str:
    """Against what its name says."""
    kind, what, _ = path.name.split("-", 2)
    try:
        image = read_image(path.read_bytes())
    except BadInput as refusal:
        return "refused" if kind == "any" else "right" if refusal.code == what else "wrong"
    except Exception:
        return "crashed"
    if kind == "any":
        return "read"
    return "right" if kind == "good" and np.abs(image.pixels * 255 - FRAME).max() <= float(what) + 1e-3 else "wrong"


def of_pydicom(path: Path) -> str:
    """Against pydicom's own pixels, where it has any."""
    expected = own_pixels(path)
    if expected is None:
        return fate(path.read_bytes())
    return "right" if np.array_equal(stored_values(parse(path.read_bytes()), 0), expected) else "wrong"


def of_frame(path: Path) -> str:
    """Against the luminance that Pillow gives, before any margin is blanked."""
    data = path.read_bytes()
    try:
        found = pool().ask(Request(data, kind_of(data), 0)).grey
    except BadInput:
        return "refused"
    except Exception:
        return "crashed"
    with Image.open(path) as image:
        return "right" if np.abs(found * 255 - np.asarray(image.convert("L"))).max() < 1 else "wrong"


def broken() -> Iterator[bytes]:
    """Files of the corpus, cut or with bytes changed."""
    rng = np.random.default_rng(0)
    files = [path.read_bytes() for path in sorted(CORPUS.glob("good-*"))]
    for _ in range(BROKEN):
        data = bytearray(files[rng.integers(len(files))])
        if rng.random() < 0.2:
            del data[rng.integers(len(data)) :]
        reach = len(data) if rng.random() < 0.5 else min(len(data), 1200)
        for place in rng.integers(0, max(reach, 1), rng.integers(1, 30)):
            if place < len(data):
                data[place] = rng.integers(256)
        yield bytes(data)


def overhead(paths: list[Path]) -> float:
    """Median seconds that the way to a warm child and back adds to decoding here."""
    added = []
    for path in paths:
        data = path.read_bytes()
        request = Request(data, kind_of(data), 0)
        start = time.perf_counter()
        pool().ask(request)
        between = time.perf_counter()
        reader_of(request.kind)(data, 0)
        added.append(2 * between - start - time.perf_counter())
    return statistics.median(added)


def row(name: str, fates: Iterable[str]) -> str:
    """One line of the table."""
    counts = Counter(fates)
    counts["tried"] = counts.total()
    return f"| {name} | " + " | ".join(f"{counts[fate]:,}" for fate in FATES) + " |"


def main(folders: list[Path]) -> None:
    """Print the table."""
    warnings.simplefilter("ignore")
    print("| files | " + " | ".join(FATES) + " |\n|---|" + "---|" * len(FATES), flush=True)
    print(row("corpus", map(of_corpus, sorted(CORPUS.iterdir()))), flush=True)
    print(row("pydicom's samples", map(of_pydicom, FILES)), flush=True)
    print(row("broken ones", map(fate, broken())), flush=True)
    frames = [path for folder in folders for path in sorted(folder.iterdir())]
    if frames:
        print(row("real frames", map(of_frame, frames)), flush=True)
        print(f"\nA warm child costs a frame {1000 * overhead(frames[:: len(frames) // 60 or 1]):.0f} ms (median).")


if __name__ == "__main__":
    main([Path(folder) for folder in sys.argv[1:]])
