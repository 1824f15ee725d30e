"""The pictures in a data set's folders that can be cases; what each other one is, is counted."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from sera_core.contracts import BadInput
from sera_core.files import read_whole
from sera_core.images.read import read_image
from sera_core.train.frames import in_threads
from sera_core.train.importers.rows import Tally

IMAGES = {".png", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".dcm"}
_MASK = re.compile(r"(.+)_mask(?:_\d+)?", re.IGNORECASE)  # BUSI's way to name the mask of a picture


def pictures(folder: Path, tally: Tally) -> dict[Path, list[Path]]:
    """The pictures below a folder, each with its masks: ``NAME_mask.png`` and ``NAME_mask_1.png`` beside ``NAME.png``.

    What only looks like a picture is counted.
    """
    found = []
    for path in sorted(path for path in folder.rglob("*") if path.suffix.lower() in IMAGES):
        if path.name.startswith("._"):
            tally.leave("a macOS side file, no picture", path.name)
        else:
            found.append(path)
    named = {path.with_suffix(""): path for path in found}
    masks: dict[Path, list[Path]] = {}
    for path in found:
        of = _MASK.fullmatch(path.stem)
        whole = named.get(path.with_name(of[1])) if of else None
        masks.setdefault(whole or path, []).extend([path] if whole else [])
    return masks


def usable(labels: dict[Path, int], source: Path, tally: Tally) -> dict[Path, int]:
    """The labelled pictures that can be read, one of each: a copy says nothing new, and two labels say nothing.

    Copies are told by their pixels, as the app reads them. Every other picture is counted, under its path in
    ``source``.
    """
    alike: dict[str, list[Path]] = {}
    for done, (file, read) in enumerate(zip(labels, in_threads(_pixels, labels), strict=True), 1):
        tally.step(done, len(labels), "pictures")
        if isinstance(read, BadInput):
            why = read.message.partition(":")[0]
            tally.leave(f"cannot be used ({why[0].lower()}{why[1:]})", file.relative_to(source).as_posix())
        else:
            alike.setdefault(read, []).append(file)
    kept: dict[Path, int] = {}
    for copies in alike.values():
        agreed = len({labels[file] for file in copies}) == 1
        kept |= {copies[0]: labels[copies[0]]} if agreed else {}
        for file in copies[agreed:]:
            reason = "an exact copy of another picture" if agreed else "labelled differently in an exact copy"
            tally.leave(reason, file.relative_to(source).as_posix())
    return kept


def _pixels(file: Path) -> str | BadInput:
    """A hash of a picture's grey levels, or why there are none."""
    try:
        pixels = read_image(read_whole(file)).pixels
    except BadInput as refusal:
        return refusal
    return hashlib.sha256(repr(pixels.shape).encode() + pixels.tobytes()).hexdigest()
