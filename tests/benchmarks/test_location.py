"""Whose nodule a heatmap is judged by: on a frame of two views side by side, the one that the box holds."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

import numpy as np
from scipy import ndimage

from sera_core.benchmarks import location
from sera_core.train.importers import IMPORTERS, Tally
from sera_core.train.masks import read_mask


def test_a_map_is_judged_by_the_one_view_that_its_box_holds(shared_data: Path) -> None:
    folder, twice = shared_data / "ddti", 0
    suspicious = (row for row in IMPORTERS["ddti"](folder, Tally()) if row["label"] == 1)
    few = islice(location._real("ddti", folder), 40)
    for row, ((pixels, box, mask, _), fold) in zip(suspicious, few, strict=False):
        assert mask.shape == pixels.shape
        down, across = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
        held = (across[0], down[0], across[-1] + 1 - across[0], down[-1] + 1 - down[0])
        assert held == (box.x, box.y, box.width, box.height), "all of one outline, and nothing of another"
        drawn = read_mask(Path(str(row["mask"])))
        parts, number = ndimage.label(drawn)
        largest = max(np.bincount(parts.ravel())[1:])
        assert 0.98 * largest <= mask.sum() <= 1.02 * largest
        assert drawn[mask].all()
        twice += number > 1 and drawn.sum() > 1.3 * mask.sum()
        assert fold == row["split"]
    assert twice > 5, "frames with two views are among them"
